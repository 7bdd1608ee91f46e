import { useState } from 'preact/hooks';
import { get, Refused, type Network, type Workload } from '../api';
import { Review, sentence } from '../ask';
import { ait, readAmount, typed, units } from '../text';
import { hasWallet, type Step } from '../wallet';

export const burning = (network: Network, wei: bigint, workloadId: string, what: string): Step => ({
  what, contract: 'MiningRegistry', to: network.miningRegistry, signature: 'redeem(uint256,bytes32)', args: [wei, workloadId],
});

/** The workload of an id as typed, with its price. */
export async function workloadOf(text: string): Promise<Workload> {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text.trim())) throw new Refused('A workload id is 0x and 64 hexadecimal digits; a quote names it.', null);
  return get<Workload>(`/v1/workloads/${text.trim()}`);
}

/** Burn AIT for credit on a quoted workload, through the browser's wallet. */
export function RedeemForm({ network }: { network: Network }) {
  const [workloadId, setWorkloadId] = useState('');
  const [amount, setAmount] = useState('');
  const [quote, setQuote] = useState<Workload | null>(null);
  const [step, setStep] = useState<Step | null>(null);
  const [fault, setFault] = useState('');

  const look = async () => {
    setQuote(null);
    setStep(null);
    setFault('');
    try {
      const found = await workloadOf(workloadId);
      setQuote(found);
      setAmount(typed(BigInt(found.priceWei)));
    } catch (why) {
      setFault(sentence(why));
    }
  };

  const review = (event: Event) => {
    event.preventDefault();
    const wei = readAmount(amount);
    setFault(wei === null ? 'An amount is AIT above zero with at most 18 decimals, as 12.5.' : '');
    setStep(quote && wei !== null ? burning(network, wei, quote.workloadId, `Burn ${typed(wei)} AIT for credit on this workload`) : null);
  };

  return (
    <section aria-labelledby="redeem">
      <h2 id="redeem">Redeem</h2>
      <p>Burns AIT for credit on one workload. Credit cannot be transferred, and it is spent only if the task settles.</p>
      <form onSubmit={review}>
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
              <button type="submit" class="main" disabled={!hasWallet()}>Review</button>
            </span>
            {hasWallet() ? null : <p class="note">There is no wallet in this browser. Install one, or use “ait redeem”.</p>}
          </>
        ) : null}
      </form>
      <p role="status" class="fault">{fault}</p>
      {step ? <Review key={String(step.args[0])} network={network} from={null} steps={[step]} close={() => setStep(null)} /> : null}
    </section>
  );
}
