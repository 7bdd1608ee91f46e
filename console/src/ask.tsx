import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { callData, callText } from './abi';
import { Refused, type Network } from './api';
import { Hex } from './parts';
import { coin } from './text';
import { account, connected, hasWallet, mined, send, WalletFault, type Step } from './wallet';

export const sentence = (fault: unknown) =>
  fault instanceof Refused ? `${fault.message} ${fault.remedy ?? ''}` : fault instanceof WalletFault ? fault.message : String(fault);

/** The account that the wallet gave this page, and how to ask for it. */
export function useAccount(): { who: string | null; connect: () => Promise<void>; fault: string } {
  const [who, setWho] = useState(connected);
  const [fault, setFault] = useState('');
  const connect = async () => {
    setFault('');
    try {
      setWho(await account());
    } catch (why) {
      setFault(sentence(why));
    }
  };
  return { who, connect, fault };
}

/** What a page can do only with a wallet: its content once there is an account, otherwise the way to one. */
export function WithAccount({ why, instead, children }: { why: string; instead: string; children: (who: string) => ComponentChildren }) {
  const { who, connect, fault } = useAccount();
  if (who) return <>{children(who)}</>;
  return (
    <>
      <p>{why}</p>
      <button type="button" class="main" disabled={!hasWallet()} onClick={connect}>Connect wallet</button>
      {hasWallet() ? <p class="note">The wallet is asked for your account’s address, nothing else.</p> : <p class="note">There is no wallet in this browser. Install one, or use {instead}.</p>}
      <p role="status" class="fault">{fault}</p>
    </>
  );
}

/** Shows what the wallet will be asked for, word by word, and asks it one transaction after another. */
export function Review({ network, from, steps, done, close }: { network: Network; from: string | null; steps: Step[]; done?: () => void; close: () => void }) {
  const [ready, setReady] = useState(0);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean; hash?: string } | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const ended = useRef(new AbortController());
  useEffect(() => {
    title.current?.focus();
    return () => ended.current.abort();
  }, []);

  const go = async () => {
    setBusy(true);
    try {
      for (let index = ready; index < steps.length; index++) {
        const which = steps.length > 1 ? `${index + 1} of ${steps.length}: ` : '';
        setSaid({ text: `${which}Waiting for the wallet …`, bad: false });
        const hash = await send(network.chainId, from, steps[index] as Step);
        setSaid({ text: `${which}Sent. Waiting for a block …`, bad: false, hash });
        await mined(hash, ended.current.signal);
        if (ended.current.signal.aborted) return;
        setReady(index + 1);
        setSaid({ text: `${which}Mined.`, bad: false, hash });
      }
      done?.();
    } catch (why) {
      setSaid({ text: sentence(why), bad: true });
    }
    setBusy(false);
  };

  const finished = ready === steps.length;
  return (
    <section class="review" aria-label="Review">
      <h3 ref={title} tabIndex={-1}>The wallet will be asked for</h3>
      <ol>
        {steps.map((step, index) => (
          <li key={index}>
            <strong>{step.what}</strong>{index < ready ? <span class="state good"> ● mined</span> : null}
            <dl class="facts">
              <dt>Contract</dt><dd>{step.contract} <span class="hash">{step.to}</span></dd>
              <dt>Call</dt><dd class="hash">{callText(step.signature, step.args)}</dd>
              <dt>Coin sent</dt><dd>{step.value ? coin(step.value) : 'none'}</dd>
            </dl>
            <details><summary>Data, to compare in the wallet</summary><p class="hash">{callData(step.signature, step.args)}</p></details>
          </li>
        ))}
      </ol>
      <p class="row">
        {finished ? null : <button type="button" class="main" disabled={busy || !hasWallet()} onClick={go}>{said?.bad ? 'Ask again' : 'Ask the wallet'}</button>}
        <button type="button" disabled={busy && !said?.bad} onClick={close}>{finished ? 'Close' : 'Back'}</button>
      </p>
      {hasWallet() ? null : <p class="note">There is no wallet in this browser. Install one, or use “ait” on the command line.</p>}
      <p role="status" class={said?.bad ? 'fault' : 'note'}>{said?.text} {said?.hash ? <Hex value={said.hash} /> : null}</p>
    </section>
  );
}
