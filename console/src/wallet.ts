import { callData, type Signature, type Value } from './abi';

// The browser's wallet (EIP-1193). The console never holds a key; the wallet shows and signs every transaction.

interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

const provider = () => (window as { ethereum?: Provider }).ethereum ?? null;

export const hasWallet = () => provider() !== null;

export class WalletFault extends Error {}

/** One transaction that the wallet is asked for, and why. */
export interface Step {
  what: string;
  contract: string;
  to: string;
  signature: Signature;
  args: Value[];
  /** The chain's coin sent along, wei. */
  value?: bigint;
}

async function ask<T>(method: string, params: unknown[] = []): Promise<T> {
  const wallet = provider();
  if (!wallet) throw new WalletFault('There is no wallet in this browser. Install one, or use “ait” on the command line.');
  try {
    return (await wallet.request({ method, params })) as T;
  } catch (fault) {
    const { code, message } = fault as { code?: number; message?: string };
    throw new WalletFault(code === 4001 ? 'You refused it in the wallet. Nothing was sent.' : (message ?? 'The wallet failed.'));
  }
}

/** The account the wallet gave this page last. */
export let connected: string | null = null;

/** The account the wallet gives this page. */
export async function account(): Promise<string> {
  const [first] = await ask<string[]>('eth_requestAccounts');
  if (!first) throw new WalletFault('The wallet gives this page no account. Allow one and try again.');
  connected = first;
  return first;
}

/** The account's signature over a text that the wallet shows (EIP-191). */
export const signText = (who: string, text: string) =>
  ask<string>('personal_sign', [`0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`, who]);

async function onChain(chainId: number) {
  const expected = `0x${chainId.toString(16)}`;
  if ((await ask<string>('eth_chainId')).toLowerCase() !== expected) await ask('wallet_switchEthereumChain', [{ chainId: expected }]);
}

/** Has the wallet send one transaction; answers its hash. Refused if the steps were made for another account than the wallet's. */
export async function send(chainId: number, from: string | null, step: Step): Promise<string> {
  const who = await account();
  if (from !== null && who.toLowerCase() !== from.toLowerCase()) throw new WalletFault(`The wallet’s account is now ${who}. Nothing was sent; review it again.`);
  await onChain(chainId);
  const value = step.value ? { value: `0x${step.value.toString(16)}` } : {};
  return ask<string>('eth_sendTransaction', [{ from: who, to: step.to, data: callData(step.signature, step.args), ...value }]);
}

/** Waits until a transaction is in a block, as the wallet’s node sees it. */
export async function mined(hash: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const receipt = await ask<{ status: string } | null>('eth_getTransactionReceipt', [hash]);
    if (receipt?.status === '0x1') return;
    if (receipt) throw new WalletFault('The contract refused it: the transaction was mined and failed. Nothing but its fee was spent.');
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** What a view answers in its first word, asked through the wallet’s node. */
export async function view(chainId: number, to: string, signature: Signature, args: Value[]): Promise<bigint> {
  await onChain(chainId);
  return BigInt((await ask<string>('eth_call', [{ to, data: callData(signature, args) }, 'latest'])).slice(0, 66));
}

/** The chain's coin of an account, wei. */
export const coinOf = async (who: string) => BigInt(await ask<string>('eth_getBalance', [who, 'latest']));
