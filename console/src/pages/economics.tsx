import type { Economics, Network } from '../api';
import { useFetched } from '../live';
import { Fault, Figure, Hex, Table } from '../parts';
import { ait, count, decimal, isZero, millis } from '../text';
import { RedeemForm } from './redeem';

export function EconomicsPage({ network }: { network: Network | null }) {
  const { value, fault } = useFetched<Economics>('/v1/economics');
  return (
    <>
      <h1>Economics</h1>
      <p class="lead">The rates in force, as the contract says. They change only by governance; a task keeps the rate of its batch.</p>
      <Fault fault={fault} />
      {value ? <Rates economics={value} /> : null}
      {network ? <RedeemForm network={network} /> : null}
    </>
  );
}

function Rates({ economics }: { economics: Economics }) {
  const most = BigInt(economics.mintWei) * BigInt(economics.mostPaidSeats);
  const redeem = BigInt(economics.redeemWei);
  const share = redeem > 0n ? Number((most * 1000n) / redeem) / 10 : 0;
  return (
    <>
      <dl class="figures">
        <Figure name="Minted per CU" value={ait(economics.mintWei)} note="to each paid seat" />
        <Figure name="Burned per CU" value={ait(economics.redeemWei)} note="to buy it" />
        <Figure name="Wash bound" value={`${share} %`} note={`${economics.mostPaidSeats} paid seats mint this share of the price; it stays below 100`} />
        <Figure name="Audited" value={`${Math.round(economics.auditShare / 6.5536) / 100} %`} note="of the tasks settle only if a seat of a later draw agrees" />
        <Figure name="Supply" value={ait(economics.supplyWei)} note={`${ait(economics.mintedWei)} minted, ${ait(economics.burnedWei)} burned`} />
      </dl>
      <h2>Work nobody redeems for</h2>
      <p>
        {economics.subsidy.isExhausted
          ? 'Subsidised work waits: the budget does not pay three seats of the next one. Redeemed work goes on, and adds to the budget as it settles.'
          : 'Subsidised work is charged to this budget when it is committed, three seats a task.'}
      </p>
      <dl class="facts">
        <dt>Left</dt><dd>{ait(economics.subsidy.availableWei)}</dd>
        <dt>Charged so far</dt><dd>{ait(economics.subsidy.chargedWei)}</dd>
        <dt>Bootstrap</dt>
        <dd>
          {ait(economics.subsidy.releasedWei)} released, {ait(economics.subsidy.unreleasedWei)} to come; half of the rest every{' '}
          {count(Math.round(economics.subsidy.halfLifeSeconds / 86400))} days
        </dd>
        <dt>Earned by redeemed work</dt><dd>{ait(economics.subsidy.earnedWei)}; nine tenths of what it burned more than it can mint</dd>
      </dl>
      <h2>Classes</h2>
      <Table
        caption="Benchmark: LLM inference, batch 32, sequence 2048"
        empty=""
        rows={economics.classes}
        id={(one) => one.deviceClass}
        columns={[
          { name: 'Class', cell: (one) => one.deviceClass },
          { name: 'CU per hour', number: true, cell: (one) => count(one.computeUnitsPerHour) },
          { name: 'AIT per busy hour', number: true, cell: (one) => decimal(BigInt(one.mintWeiPerHour), 18, 6) },
          { name: 'Least time per CU', number: true, cell: (one) => millis(one.leastMillisPerUnit) },
          { name: 'Most time per CU', number: true, cell: (one) => `${millis(one.mostMillisPerUnit)} + ${millis(one.slackMillis)}` },
        ]}
      />
      <h2>Who may change this</h2>
      <p>Holders of AIT, by vote: <a href="#/governance">the rules and the proposals</a>.</p>
      <dl class="facts">
        <dt>Governor</dt><dd><Hex value={economics.governor} /></dd>
        <dt>Named successor</dt><dd>{isZero(economics.proposedGovernor) ? 'none' : <Hex value={economics.proposedGovernor} />}</dd>
        <dt>Lowest redeem price so far</dt><dd>{ait(economics.leastRedeemWei)} per CU; bounds the mint rate for good</dd>
      </dl>
    </>
  );
}
