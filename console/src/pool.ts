// The constant-product rule of Uniswap V2 with its fee of 0.3 %, in whole wei; the tests hold it to the command line's.

/** What `sold` gives, rounded down as the pool does. */
export function bought(sold: bigint, reserveSold: bigint, reserveBought: bigint): bigint {
  const kept = sold * 997n;
  return (kept * reserveBought) / (reserveSold * 1000n + kept);
}

/** What must be sold for exactly `wanted`, rounded up; null if the pool does not hold that much. */
export const needed = (wanted: bigint, reserveSold: bigint, reserveBought: bigint) =>
  wanted >= reserveBought ? null : (reserveSold * wanted * 1000n) / ((reserveBought - wanted) * 997n) + 1n;

/** The least taken if the price may move so many hundredths of a percent against us. */
export const atLeast = (amount: bigint, basisPoints: bigint) => (amount * (10_000n - basisPoints)) / 10_000n;

/** The most given if the price may move so many hundredths of a percent against us. */
export const atMost = (amount: bigint, basisPoints: bigint) => (amount * (10_000n + basisPoints) + 9_999n) / 10_000n;

/** How much worse than the pool's present price a trade is, in hundredths of a percent, the fee included. */
export function impact(sold: bigint, got: bigint, reserveSold: bigint, reserveBought: bigint): bigint {
  const fair = sold * reserveBought;
  return fair === 0n ? 0n : ((fair - got * reserveSold) * 10_000n) / fair;
}
