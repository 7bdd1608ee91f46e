// The browser's wallet (EIP-1193). The console never holds a key; the wallet shows and signs every transaction.

interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

const provider = () => (window as { ethereum?: Provider }).ethereum ?? null;

export const hasWallet = () => provider() !== null;

/** keccak256("redeem(uint256,bytes32)"), first four bytes; the tests hold it to the contract's ABI. */
export const redeemSelector = '0x22e4e61d';

export class WalletFault extends Error {}

async function ask<T>(method: string, params: unknown[] = []): Promise<T> {
  const wallet = provider();
  if (!wallet) throw new WalletFault('There is no wallet in this browser. Install one, or use “ait redeem”.');
  try {
    return (await wallet.request({ method, params })) as T;
  } catch (fault) {
    const { code, message } = fault as { code?: number; message?: string };
    throw new WalletFault(code === 4001 ? 'You refused it in the wallet. Nothing was sent.' : (message ?? 'The wallet failed.'));
  }
}

/** The account the wallet gives this page. */
export async function account(): Promise<string> {
  const [first] = await ask<string[]>('eth_requestAccounts');
  if (!first) throw new WalletFault('The wallet gives this page no account. Allow one and try again.');
  return first;
}

/** The account's signature over a text that the wallet shows (EIP-191). */
export const signText = (who: string, text: string) =>
  ask<string>('personal_sign', [`0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`, who]);

/** Burns AIT for credit on a workload; answers the transaction's hash once the wallet has sent it. */
export async function redeem(chainId: number, registry: string, wei: bigint, workloadId: string): Promise<string> {
  const from = await account();
  const expected = `0x${chainId.toString(16)}`;
  if ((await ask<string>('eth_chainId')).toLowerCase() !== expected) await ask('wallet_switchEthereumChain', [{ chainId: expected }]);
  const data = redeemSelector + wei.toString(16).padStart(64, '0') + workloadId.slice(2);
  return ask<string>('eth_sendTransaction', [{ from, to: registry, data }]);
}
