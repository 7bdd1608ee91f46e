using System.Numerics;

namespace Ait.Cli.Exchanging;

/// <summary>The constant-product rule of Uniswap V2 with its fee of 0.3 %: what a trade gives, what it needs, how far it moves the price.</summary>
internal static class PoolPrice
{
    private const int FeeKept = 997;
    private const int FeeBase = 1000;

    /// <summary>What <paramref name="sold"/> gives, rounded down as the pool does.</summary>
    internal static BigInteger Bought(BigInteger sold, BigInteger reserveSold, BigInteger reserveBought)
    {
        BigInteger kept = sold * FeeKept;
        return kept * reserveBought / ((reserveSold * FeeBase) + kept);
    }

    /// <summary>What must be sold for exactly <paramref name="bought"/>, rounded up; null if the pool does not hold that much.</summary>
    internal static BigInteger? Sold(BigInteger bought, BigInteger reserveSold, BigInteger reserveBought) => bought >= reserveBought
        ? null
        : (reserveSold * bought * FeeBase / ((reserveBought - bought) * FeeKept)) + 1;

    /// <summary>The least that may be bought if the price may move so many hundredths of a percent against us.</summary>
    internal static BigInteger AtLeast(BigInteger bought, int basisPoints) => bought * (10_000 - basisPoints) / 10_000;

    /// <summary>The most that may be sold if the price may move so many hundredths of a percent against us.</summary>
    internal static BigInteger AtMost(BigInteger sold, int basisPoints) => ((sold * (10_000 + basisPoints)) + 9_999) / 10_000;

    /// <summary>How much worse than the pool's present price the trade is, in hundredths of a percent, the fee included.</summary>
    internal static int Impact(BigInteger sold, BigInteger bought, BigInteger reserveSold, BigInteger reserveBought)
    {
        BigInteger fair = sold * reserveBought;
        return fair.IsZero ? 0 : (int)((fair - (bought * reserveSold)) * 10_000 / fair);
    }
}
