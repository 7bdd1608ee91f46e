import { useEffect, useState } from 'preact/hooks';
import type { Governance, Network, Proposal, ProposalState } from '../api';
import { Review, sentence, WithAccount } from '../ask';
import { useFetched } from '../live';
import { Fault, Figure, Hex, State } from '../parts';
import { ait, count, percent, readAmount, span, typed, when } from '../text';
import { connected, hasWallet, view, type Step } from '../wallet';

const size = 20;

export function GovernancePage({ network }: { network: Network | null }) {
  const [offset, setOffset] = useState(0);
  const { value, fault } = useFetched<Governance>(`/v1/governance?offset=${offset}&limit=${size}`);
  return (
    <>
      <h1>Governance</h1>
      <p class="lead">Deposited AIT votes on every rate and root. What passes waits in a timelock before anyone can have it carried out; no other account can change anything.</p>
      <Fault fault={fault} />
      {value ? <Rules governance={value} /> : null}
      {value && network ? <Deposit network={network} governance={value} /> : null}
      {value ? (
        <>
          <h2>Proposals</h2>
          {value.total === 0 ? <p class="empty">No proposal was made yet. “ait vote propose” makes one.</p> : null}
          {value.proposals.map((one) => <ProposalCard key={one.proposalId} network={network} governance={value} proposal={one} />)}
          {value.total > size ? (
            <p class="pages">
              <button type="button" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - size))}>Newer</button>
              <span>{count(offset + 1)}–{count(Math.min(offset + size, value.total))} of {count(value.total)}</span>
              <button type="button" disabled={offset + size >= value.total} onClick={() => setOffset(offset + size)}>Older</button>
            </p>
          ) : null}
        </>
      ) : null}
    </>
  );
}

const blocks = (number: number) => `${count(number)} ${number === 1 ? 'block' : 'blocks'}`;

function Rules({ governance }: { governance: Governance }) {
  return (
    <>
      <dl class="figures">
        <Figure name="To propose" value={ait(governance.proposalThresholdWei)} note="in votes" />
        <Figure name="Quorum now" value={ait(governance.quorumWei)} note="for or abstaining: 4 % of all AIT, or the floor" />
        <Figure name="Before the vote" value={blocks(governance.votingDelayBlocks)} note="from the proposal on" />
        <Figure name="The vote" value={blocks(governance.votingPeriodBlocks)} note="then more for than against" />
        <Figure name="Timelock" value={span(governance.timelockDelaySeconds)} note="between queueing and executing" />
      </dl>
      <dl class="facts">
        <dt>Governor</dt><dd><Hex value={governance.governor} /></dd>
        <dt>Timelock</dt><dd><Hex value={governance.timelock} /></dd>
        <dt>Voting token</dt><dd><Hex value={governance.votingToken} /></dd>
      </dl>
    </>
  );
}

interface Holding {
  held: bigint;
  deposited: bigint;
  votes: bigint;
  delegated: boolean;
}

/** Deposits AIT for votes, or takes it back. */
function Deposit({ network, governance }: { network: Network; governance: Governance }) {
  return (
    <section aria-labelledby="deposit">
      <h2 id="deposit">Your votes</h2>
      <WithAccount why="Deposit AIT for as many votes, and take it back whenever you like. Votes cast stay cast." instead="“ait vote wrap”">
        {(who) => <DepositForm key={who} who={who} network={network} governance={governance} />}
      </WithAccount>
    </section>
  );
}

function DepositForm({ who, network, governance }: { who: string; network: Network; governance: Governance }) {
  const [holding, setHolding] = useState<Holding | null>(null);
  const [amount, setAmount] = useState('');
  const [steps, setSteps] = useState<Step[] | null>(null);
  const [fault, setFault] = useState('');
  const token = governance.votingToken;
  const look = async () => {
    try {
      const [held, deposited, votes, delegate] = await Promise.all([
        view(network.chainId, network.token, 'balanceOf(address)', [who]),
        view(network.chainId, token, 'balanceOf(address)', [who]),
        view(network.chainId, token, 'getVotes(address)', [who]),
        view(network.chainId, token, 'delegates(address)', [who]),
      ]);
      setHolding({ held, deposited, votes, delegated: delegate === BigInt(who) });
    } catch (why) {
      setFault(sentence(why));
    }
  };
  useEffect(() => void look(), [governance.blockNumber]);

  const review = (deposits: boolean) => {
    const wei = readAmount(amount);
    setSteps(null);
    if (!holding) return;
    const most = deposits ? holding.held : holding.deposited;
    if (wei === null || wei > most) {
      setFault(wei === null ? 'An amount is AIT above zero with at most 18 decimals, as 12.5.' : `There are ${ait(most)} to ${deposits ? 'deposit' : 'take back'}.`);
      return;
    }
    setFault('');
    const voting = { contract: 'VotingToken', to: token };
    const delegate: Step = { what: 'Delegate the votes of your deposit to yourself, so that they count', ...voting, signature: 'delegate(address)', args: [who] };
    setSteps(deposits
      ? [
          { what: `Allow the VotingToken to take exactly ${typed(wei)} AIT`, contract: 'AIToken', to: network.token, signature: 'approve(address,uint256)', args: [token, wei] },
          { what: `Deposit ${typed(wei)} AIT for as many votes`, ...voting, signature: 'depositFor(address,uint256)', args: [who, wei] },
          ...(holding.delegated ? [] : [delegate]),
        ]
      : [{ what: `Take ${typed(wei)} AIT back`, ...voting, signature: 'withdrawTo(address,uint256)', args: [who, wei] }]);
  };

  return (
    <>
      <dl class="figures">
        <Figure name="Votes you cast" value={holding ? ait(holding.votes) : '…'} note={holding && holding.deposited > 0n && !holding.delegated ? 'your deposit is not delegated to you' : 'from the next proposal on'} />
        <Figure name="Deposited" value={holding ? ait(holding.deposited) : '…'} />
        <Figure name="In the wallet" value={holding ? ait(holding.held) : '…'} />
      </dl>
      <form onSubmit={(event) => { event.preventDefault(); review(true); }}>
        <label for="votes">AIT to deposit or take back</label>
        <span class="row">
          <input id="votes" inputMode="decimal" autocomplete="off" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} />
          <button type="submit" class="main" disabled={!holding}>Deposit</button>
          <button type="button" disabled={!holding} onClick={() => review(false)}>Take back</button>
        </span>
      </form>
      <p role="status" class="fault">{fault}</p>
      {steps ? <Review key={steps.map((step) => step.signature + step.args).join()} network={network} from={who} steps={steps} done={look} close={() => setSteps(null)} /> : null}
    </>
  );
}

const kinds: Record<ProposalState, 'good' | 'busy' | 'bad' | 'off'> = {
  Pending: 'busy', Active: 'busy', Succeeded: 'good', Queued: 'good', Executed: 'good', Defeated: 'bad', Expired: 'bad', Canceled: 'off',
};

/** What happens next, and when. */
function next(proposal: Proposal, governance: Governance): string {
  const now = Date.now() / 1000;
  switch (proposal.state) {
    case 'Pending': return `The vote opens in ${blocks(Math.max(1, proposal.voteStart + 1 - governance.blockNumber))}.`;
    case 'Active': return `The vote is open for ${blocks(Math.max(0, proposal.voteEnd - governance.blockNumber))} more, to block ${count(proposal.voteEnd)}.`;
    case 'Succeeded': return 'It passed. Anyone may put it into the timelock.';
    case 'Queued': return proposal.executableAt && proposal.executableAt > now
      ? `It can be executed in ${span(proposal.executableAt - now)}, from ${when(proposal.executableAt)}.`
      : 'It waited long enough. Anyone may have it executed.';
    case 'Executed': return 'It is in force.';
    case 'Defeated': return 'It failed: too few votes, or no more for than against.';
    case 'Expired': return 'It passed and was not executed in time.';
    case 'Canceled': return 'Its proposer withdrew it.';
  }
}

function ProposalCard({ network, governance, proposal }: { network: Network | null; governance: Governance; proposal: Proposal }) {
  const [step, setStep] = useState<Step | null>(null);
  const [own, setOwn] = useState<{ votes: bigint; cast: boolean } | null>(null);
  const sides: [string, string, string][] = [['For', proposal.forWei, 'good'], ['Against', proposal.againstWei, 'bad'], ['Abstain', proposal.abstainedWei, 'off']];
  const all = sides.reduce((sum, [, wei]) => sum + BigInt(wei), 0n);
  const counted = BigInt(proposal.forWei) + BigInt(proposal.abstainedWei);
  const reached = counted >= BigInt(proposal.quorumWei);
  const governor = { contract: 'AitGovernor', to: governance.governor };
  const title = proposal.description.split('\n')[0]?.trim() || 'No description';
  const rest = proposal.description.split('\n').slice(1).join('\n').trim();

  // Who is connected sees what this vote counts for them.
  useEffect(() => {
    if (!connected || !network || proposal.state !== 'Active') return;
    const who = connected;
    Promise.all([
      view(network.chainId, governance.votingToken, 'getPastVotes(address,uint256)', [who, BigInt(proposal.voteStart)]),
      view(network.chainId, governance.governor, 'hasVoted(uint256,address)', [BigInt(proposal.proposalId), who]),
    ]).then(([votes, cast]) => setOwn({ votes, cast: cast === 1n }), () => setOwn(null));
  }, [connected, governance.blockNumber, proposal.state]);

  // Its time comes between blocks, too.
  const [, again] = useState(0);
  const wait = proposal.state === 'Queued' ? (proposal.executableAt ?? 0) * 1000 - Date.now() : 0;
  useEffect(() => {
    if (wait <= 0 || wait > 86_400_000) return;
    const timer = setTimeout(() => again(proposal.executableAt ?? 0), wait + 100);
    return () => clearTimeout(timer);
  }, [proposal.executableAt]);

  const vote = (name: string, support: bigint) => setStep({
    what: `Vote ${name} with all your votes; a vote cast stays cast`, ...governor, signature: 'castVote(uint256,uint8)', args: [BigInt(proposal.proposalId), support],
  });
  const carry = (what: string, signature: 'queue(address[],uint256[],bytes[],bytes32)' | 'execute(address[],uint256[],bytes[],bytes32)') => setStep({
    what, ...governor, signature, args: [proposal.calls.map((call) => call.target), proposal.calls.map((call) => BigInt(call.valueWei)), proposal.calls.map((call) => call.data), proposal.descriptionHash],
  });
  const due = proposal.state === 'Queued' && wait <= 0;

  const actions: [string, () => void][] =
    proposal.state === 'Active' && !own?.cast ? [['Vote for', () => vote('for', 1n)], ['Vote against', () => vote('against', 0n)], ['Abstain', () => vote('to abstain', 2n)]]
    : proposal.state === 'Succeeded' ? [['Queue', () => carry('Put what passed into the timelock', 'queue(address[],uint256[],bytes[],bytes32)')]]
    : due ? [['Execute', () => carry('Have the timelock carry it out', 'execute(address[],uint256[],bytes[],bytes32)')]]
    : [];

  return (
    <article class="card" aria-label={`Proposal: ${title}`}>
      <h3>{title} <State kind={kinds[proposal.state]}>{proposal.state}</State></h3>
      {rest ? <p class="text">{rest}</p> : null}
      <p>{next(proposal, governance)}</p>
      <ul class="calls">
        {proposal.calls.map((call, index) => (
          <li key={index} class="hash"><Call text={call.text} />{call.valueWei === '0' ? '' : ` with ${call.valueWei} wei of the coin`}</li>
        ))}
      </ul>
      <ul class="bars">
        {sides.map(([name, wei, kind]) => (
          <li key={name}>
            <span>{name}</span>
            <meter class={kind} min={0} max={100} value={percent(BigInt(wei), all)} aria-label={`${name}: ${percent(BigInt(wei), all)} percent`} />
            <span class="number">{ait(wei)}, {percent(BigInt(wei), all)} %</span>
          </li>
        ))}
      </ul>
      <p class="note">
        <State kind={reached ? 'good' : 'busy'}>{reached ? 'quorum reached' : 'quorum not reached'}</State>: {ait(counted)} of {ait(proposal.quorumWei)} for or abstaining.
      </p>
      <p class="note">By <Hex value={proposal.proposer} />, id <Hex value={proposal.proposalId} /></p>
      {network && hasWallet() && !step && actions.length > 0 ? (
        <p class="row actions">{actions.map(([name, act]) => <button key={name} type="button" onClick={act}>{name}</button>)}</p>
      ) : null}
      {own && proposal.state === 'Active' ? <p class="note">{own.cast ? 'You have voted.' : `You have ${ait(own.votes)} in votes here.`}</p> : null}
      {step && network ? <Review key={step.signature + String(step.args[1])} network={network} from={null} steps={[step]} close={() => setStep(null)} /> : null}
    </article>
  );
}

/** A call as people write it; a long one opens. */
function Call({ text }: { text: string }) {
  const most = 200;
  return text.length <= most ? <>{text}</> : <details><summary>{text.slice(0, most)}…</summary>{text}</details>;
}
