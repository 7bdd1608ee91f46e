import { useState } from 'preact/hooks';
import { get, Refused, type Network, type Workload } from '../api';
import { Hex } from '../parts';
import { ait, decimal, readAit, units } from '../text';
import { hasWallet, redeem, WalletFault } from '../wallet';

/** Burn AIT for credit on a quoted workload, through the browser's wallet. */
export function RedeemForm({ network }: { network: Network }) {
  const [workloadId, setWorkloadId] = useState('');
  const [amount, setAmount] = useState('');
  const [quote, setQuote] = useState<Workload | null>(null);
  const [said, setSaid] = useState<{ text: string; bad: boolean; hash?: string } | null>(null);

  const look = async () => {
    setQuote(null);
    setSaid(null);
    if (!/^0x[0-9a-fA-F]{64}$/.test(workloadId.trim())) {
      setSaid({ text: 'A workload id is 0x and 64 hexadecimal digits; a quote names it.', bad: true });
      return;
    }
    try {
      const found = await get<Workload>(`/v1/workloads/${workloadId.trim()}`);
      setQuote(found);
      setAmount(decimal(BigInt(found.priceWei), 18, 18).replace(/\u202f/g, ''));
    } catch (fault) {
      setSaid({ text: fault instanceof Refused ? `${fault.message} ${fault.remedy ?? ''}` : String(fault), bad: true });
    }
  };

  const burn = async (event: Event) => {
    event.preventDefault();
    const wei = readAit(amount);
    if (!quote) return;
    if (wei === null) {
      setSaid({ text: 'An amount is AIT above zero with at most 18 decimals, as 12.5.', bad: true });
      return;
    }
    try {
      setSaid({ text: 'Waiting for the wallet …', bad: false });
      const hash = await redeem(network.chainId, network.miningRegistry, wei, quote.workloadId);
      setSaid({ text: 'Sent. The coordinator runs the workload once it is mined.', bad: false, hash });
    } catch (fault) {
      setSaid({ text: fault instanceof WalletFault ? fault.message : String(fault), bad: true });
    }
  };

  return (
    <section aria-labelledby="redeem">
      <h2 id="redeem">Redeem</h2>
      <p>Burns AIT for credit on one workload. Credit cannot be transferred, and it is spent only if the task settles.</p>
      <form onSubmit={burn}>
        <label for="workload">Workload id</label>
        <span class="row">
          <input id="workload" value={workloadId} spellcheck={false} autocomplete="off" placeholder="0x…" onInput={(event) => setWorkloadId(event.currentTarget.value)} />
          <button type="button" onClick={look}>Price</button>
        </span>
        {quote ? (
          <>
            <p class="note">{units(quote.computeUnits)} for {ait(quote.priceWei)}; the workload is {quote.phase.toLowerCase()}.</p>
            <label for="amount">AIT to burn</label>
            <span class="row">
              <input id="amount" inputMode="decimal" autocomplete="off" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} />
              <button type="submit" class="main" disabled={!hasWallet()}>Burn</button>
            </span>
            {hasWallet() ? null : <p class="note">There is no wallet in this browser. Install one, or use “ait redeem”.</p>}
          </>
        ) : null}
      </form>
      <p role="status" class={said?.bad ? 'fault' : 'note'}>{said?.text} {said?.hash ? <Hex value={said.hash} /> : null}</p>
    </section>
  );
}
