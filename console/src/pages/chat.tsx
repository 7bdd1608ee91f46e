import { useEffect, useRef, useState } from 'preact/hooks';
import type { Network } from '../api';
import { Review, sentence } from '../ask';
import { ask, credit, makeKey, openCredit, prepareSignIn, signIn, type Credit, type Proof, type SignIn, type Turn } from '../buyer';
import { useFetched } from '../live';
import { Figure } from '../parts';
import { readAmount, short, typed, units } from '../text';
import { hasWallet, type Step } from '../wallet';
import { burning } from './redeem';

const usualTokens = 256;
const stages: Record<string, string> = {
  queued: 'Waiting for a batch …',
  batched: 'Committing the batch on chain …',
  committed: 'Drawing three devices …',
  seated: 'Three devices are working …',
  agreed: 'They agree.',
  settled: 'They agree; settled on chain.',
};

/** A session and a key live as long as this page does: they are kept nowhere else. */
let kept: { key: string; session: string | null } | null = null;

interface Said extends Turn {
  proof?: Proof | null;
  fault?: string;
}

export function ChatPage({ network }: { network: Network | null }) {
  const [access, setAccess] = useState(kept);
  const enter = (now: typeof kept) => {
    kept = now;
    setAccess(now);
  };
  return (
    <>
      <h1>Chat</h1>
      <p class="lead">Three devices that nobody can choose compute each answer. It appears once at least two of them agree to the bit; the link under it leads to the proof.</p>
      {access ? <Conversation access={access} network={network} leave={() => enter(null)} /> : <Entry enter={enter} />}
    </>
  );
}

function Entry({ enter }: { enter: (access: { key: string; session: string | null }) => void }) {
  const [key, setKey] = useState('');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const [review, setReview] = useState<SignIn | null>(null);

  const doing = async (what: () => Promise<void>) => {
    setBusy(true);
    setFault('');
    try {
      await what();
    } catch (why) {
      setFault(sentence(why));
    }
    setBusy(false);
  };
  const sign = async (text: SignIn) => {
    const session = await signIn(text);
    enter({ key: await makeKey(session), session });
  };

  const paste = async (event: Event) => {
    event.preventDefault();
    setFault('');
    try {
      await credit(key.trim());
      enter({ key: key.trim(), session: null });
    } catch {
      setFault('This is no live API key of this coordinator. “ait key create” makes one.');
    }
  };

  return (
    <>
      <section aria-labelledby="wallet">
        <h2 id="wallet">With a wallet</h2>
        <p>Your account signs in and gets an API key for this page. Signing in costs nothing and moves nothing.</p>
        {review ? (
          <div class="review">
            <h3>The wallet will be asked to sign</h3>
            <p class="text hash">{review.message}</p>
            <p class="row">
              <button type="button" class="main" onClick={() => doing(() => sign(review))} disabled={busy}>Ask the wallet</button>
              <button type="button" onClick={() => setReview(null)}>Back</button>
            </p>
          </div>
        ) : <button type="button" class="main" onClick={() => doing(async () => setReview(await prepareSignIn()))} disabled={!hasWallet() || busy}>Sign in</button>}
        {hasWallet() ? null : <p class="note">There is no wallet in this browser. Install one, or use an API key.</p>}
      </section>
      <section aria-labelledby="apikey">
        <h2 id="apikey">With an API key</h2>
        <form onSubmit={paste}>
          <label for="key">API key</label>
          <span class="row">
            <input id="key" type="password" autocomplete="off" value={key} placeholder="ait-…" onInput={(event) => setKey(event.currentTarget.value)} />
            <button type="submit">Use</button>
          </span>
        </form>
      </section>
      <p role="status" class={fault ? 'fault' : 'note'}>{fault}</p>
    </>
  );
}

function Conversation({ access, network, leave }: { access: { key: string; session: string | null }; network: Network | null; leave: () => void }) {
  const models = useFetched<{ data: { id: string }[] }>('/v1/models').value?.data ?? [];
  const [model, setModel] = useState('');
  const [said, setSaid] = useState<Said[]>([]);
  const [question, setQuestion] = useState('');
  const [most, setMost] = useState(String(usualTokens));
  const [stage, setStage] = useState('');
  const [account, setAccount] = useState<Credit | null>(null);
  const running = useRef<AbortController | null>(null);
  const chosen = model || models[0]?.id || '';

  const look = () => void credit(access.key).then(setAccount, () => {});
  useEffect(() => {
    look();
    return () => running.current?.abort();
  }, []);

  const send = async (event: Event) => {
    event.preventDefault();
    if (!question.trim() || running.current) return;
    const before: Said[] = [...said.filter((turn) => !turn.fault), { role: 'user', content: question }];
    setQuestion('');
    setSaid(before);
    const ended = new AbortController();
    running.current = ended;
    let text = '';
    try {
      const turns = before.map(({ role, content }) => ({ role, content }));
      const proof = await ask(access.key, chosen, turns, Number(most), ended.signal, (now) => setStage(stages[now] ?? ''), (piece) => {
        text += piece;
        setSaid([...before, { role: 'assistant', content: text }]);
      });
      setSaid([...before, { role: 'assistant', content: text, proof }]);
    } catch (why) {
      if (!ended.signal.aborted) setSaid([...before, { role: 'assistant', content: text, fault: sentence(why) }]);
    }
    running.current = null;
    setStage('');
    look();
  };

  return (
    <>
      <dl class="figures">
        <Figure name="Credit" value={account ? units(account.available) : '…'} note={account ? `${units(account.redeemed)} redeemed, ${units(account.spent)} spent` : ''} />
      </dl>
      {network ? <Deposit access={access} network={network} done={look} /> : null}
      <h2>Conversation</h2>
      <ol class="turns" aria-live="polite">
        {said.map((turn, index) => (
          <li key={index} class={turn.role}>
            <strong>{turn.role === 'user' ? 'You' : 'Answer'}</strong>
            <p class="text">{turn.content || (turn.fault ? '' : 'An empty answer.')}</p>
            {turn.fault ? <p class="fault">{turn.fault}</p> : null}
            {turn.proof ? (
              <p class="note">
                {turn.proof.seats_agreeing} of {turn.proof.seats} seats agree; {units(turn.proof.compute_units_charged)} charged; task <a href={`#/tasks/${turn.proof.task_id}`}>{short(turn.proof.task_id)}</a>
              </p>
            ) : null}
          </li>
        ))}
      </ol>
      <p role="status" class="note">{stage}</p>
      <form onSubmit={send}>
        {models.length > 1 ? (
          <>
            <label for="model">Model</label>
            <select id="model" value={chosen} onChange={(event) => setModel(event.currentTarget.value)}>
              {models.map((one) => <option key={one.id} value={one.id}>{one.id}</option>)}
            </select>
          </>
        ) : null}
        <label for="question">Question</label>
        <textarea id="question" rows={3} value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
        <label for="most">Most tokens of the answer; they are paid for</label>
        <input id="most" type="number" min="1" max="131072" required value={most} onInput={(event) => setMost(event.currentTarget.value)} />
        <span class="row">
          <button type="submit" class="main" disabled={stage !== '' || !chosen}>Ask</button>
          <button type="button" onClick={leave}>Forget the key</button>
        </span>
      </form>
    </>
  );
}

/** Burns AIT for prepaid credit, where the page has both a wallet and its session. */
function Deposit({ access, network, done }: { access: { session: string | null }; network: Network; done: () => void }) {
  const [amount, setAmount] = useState('');
  const [step, setStep] = useState<Step | null>(null);
  const [fault, setFault] = useState('');
  const { session } = access;
  if (!session) return <p class="note">Credit comes from AIT that the key’s account burns: “ait key deposit”, or sign in here with its wallet.</p>;

  const review = async (event: Event) => {
    event.preventDefault();
    const wei = readAmount(amount);
    setStep(null);
    setFault(wei === null ? 'An amount is AIT above zero with at most 18 decimals, as 12.5.' : '');
    if (wei === null) return;
    try {
      setStep(burning(network, wei, (await openCredit(session)).creditId, `Burn ${typed(wei)} AIT for prepaid credit`));
    } catch (why) {
      setFault(sentence(why));
    }
  };

  return (
    <>
      <form onSubmit={review}>
        <label for="deposit">AIT to burn for credit, 1 CU each at the present price</label>
        <span class="row">
          <input id="deposit" inputMode="decimal" autocomplete="off" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} />
          <button type="submit">Review</button>
        </span>
      </form>
      <p role="status" class="fault">{fault}</p>
      {step ? <Review key={String(step.args[0])} network={network} from={null} steps={[step]} done={() => setTimeout(done, 3000)} close={() => setStep(null)} /> : null}
    </>
  );
}
