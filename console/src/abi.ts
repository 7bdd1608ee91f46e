// Calls of the contracts, encoded as the Solidity ABI does. The tests hold every selector to the contracts' own ABI.

export const selectors = {
  'redeem(uint256,bytes32)': '0x22e4e61d',
  'approve(address,uint256)': '0x095ea7b3',
  'balanceOf(address)': '0x70a08231',
  'depositFor(address,uint256)': '0x2f4f21e2',
  'withdrawTo(address,uint256)': '0x205c2878',
  'delegate(address)': '0x5c19a95c',
  'delegates(address)': '0x587cde1e',
  'getVotes(address)': '0x9ab24eb0',
  'getPastVotes(address,uint256)': '0x3a46b1a8',
  'hasVoted(uint256,address)': '0x43859632',
  'castVote(uint256,uint8)': '0x56781388',
  'queue(address[],uint256[],bytes[],bytes32)': '0x160cbed7',
  'execute(address[],uint256[],bytes[],bytes32)': '0x2656227d',
  'swapExactTokensForETH(uint256,uint256,address[],address,uint256)': '0x18cbafe5',
  'swapExactETHForTokens(uint256,address[],address,uint256)': '0x7ff36ab5',
  'swapETHForExactTokens(uint256,address[],address,uint256)': '0xfb3bdb41',
} as const;

export type Signature = keyof typeof selectors;

/** A number, hexadecimal bytes, or a list of either. */
export type Value = bigint | string | Value[];

const word = (value: bigint) => value.toString(16).padStart(64, '0');

interface Encoded {
  dynamic: boolean;
  hex: string;
}

function encode(type: string, value: Value): Encoded {
  if (type.endsWith('[]')) {
    const items = value as Value[];
    return { dynamic: true, hex: word(BigInt(items.length)) + joined(items.map((item) => encode(type.slice(0, -2), item))) };
  }
  if (type.startsWith('uint')) return { dynamic: false, hex: word(value as bigint) };
  const bytes = (value as string).slice(2).toLowerCase();
  if (type === 'bytes') return { dynamic: true, hex: word(BigInt(bytes.length / 2)) + bytes.padEnd(Math.ceil(bytes.length / 64) * 64, '0') };
  return { dynamic: false, hex: bytes.padStart(64, '0') };
}

/** Heads, then the tails that they point to. */
function joined(parts: Encoded[]): string {
  const size = parts.reduce((sum, part) => sum + (part.dynamic ? 32 : part.hex.length / 2), 0);
  let heads = '';
  let tails = '';
  for (const part of parts) {
    heads += part.dynamic ? word(BigInt(size + tails.length / 2)) : part.hex;
    if (part.dynamic) tails += part.hex;
  }
  return heads + tails;
}

/** The calldata of a call. */
export function callData(signature: Signature, args: Value[]): string {
  const types = signature.slice(signature.indexOf('(') + 1, -1).split(',');
  return selectors[signature] + joined(types.map((type, index) => encode(type, args[index] as Value)));
}

const written = (value: Value): string => (Array.isArray(value) ? `[${value.map(written).join(', ')}]` : String(value));

/** The call as people write it. */
export const callText = (signature: Signature, args: Value[]) => `${signature.slice(0, signature.indexOf('('))}(${args.map(written).join(', ')})`;
