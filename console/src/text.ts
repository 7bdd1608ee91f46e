// Numbers and names as people read them.

const group = (digits: string) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

/** A decimal of `scale` places with at most `digits` of them shown, rounded towards zero. */
export function decimal(value: bigint, scale: number, digits: number): string {
  const unit = 10n ** BigInt(scale);
  const whole = value / unit;
  const rest = (value % unit).toString().padStart(scale, '0').slice(0, digits).replace(/0+$/, '');
  if (whole === 0n && rest === '' && value > 0n) return `< 0.${'0'.repeat(digits - 1)}1`;
  return group(whole.toString()) + (rest ? `.${rest}` : '');
}

const thousand = 10n ** 21n;

/** Fewer decimals where there are many digits before them. */
const amount = (wei: bigint, least: number) => decimal(wei, 18, wei >= thousand ? 2 : wei >= thousand / 1000n ? 6 : least);

export const ait = (wei: string | bigint) => `${amount(BigInt(wei), 6)} AIT`;
export const coin = (wei: string | bigint) => `${amount(BigInt(wei), 9)} coin`;
export const units = (micro: number) => `${decimal(BigInt(micro), 6, 6)} CU`;
export const count = (value: number) => group(String(value));
/** So many of a thing, by its name. */
export const many = (value: number, name: string) => `${count(value)} ${name}${value === 1 ? '' : 's'}`;
/** A time in seconds, in milliseconds below one. */
export const millis = (value: number) => (value < 1000 ? `${value} ms` : `${decimal(BigInt(value), 3, 3)} s`);
export const short = (hex: string) => `${hex.slice(0, 10)}…`;
export const isZero = (hex: string) => /^0x0*$/.test(hex);

export function when(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}

export function span(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 90) return `${Math.round(size)} s`;
  if (size < 5400) return `${Math.round(size / 60)} min`;
  if (size < 129600) return `${Math.round(size / 3600)} h`;
  return `${Math.round(size / 86400)} d`;
}

/** Reads an amount of AIT or coin as typed; null if it is not one. */
export function readAmount(text: string): bigint | null {
  const match = /^(\d{1,30})(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (!match) return null;
  const wei = BigInt(match[1] ?? '0') * 10n ** 18n + BigInt((match[2] ?? '').padEnd(18, '0') || '0');
  return wei > 0n ? wei : null;
}

/** An amount as it is typed, whole. */
export const typed = (wei: bigint) => decimal(wei, 18, 18).replace(/\u202f/g, '');

/** A share in percent with one decimal. */
export const percent = (part: bigint, whole: bigint) => (whole === 0n ? 0 : Number((part * 1000n) / whole) / 10);

/** Why a seat earned nothing and what its miner does about it; docs/operate.md has the same list. */
export const remedies: Record<string, string> = {
  Silent: 'No commitment came in time. Keep the miner running and reachable; look for the lease in its log.',
  ResultInMinority: 'Two others agree on another result. Run “ait miner doctor”: self-test, memory errors, a changed engine or model.',
  NoAgreement: 'No result reached the quorum, so nobody was paid. Nothing to do; run the self-test if it repeats.',
  NotRevealed: 'The commitment came, the result did not. Look for network errors after it in the miner’s log.',
  ClaimRefused: 'The contract does not take this claim. Refresh before expiry, and keep one process per GPU.',
};
