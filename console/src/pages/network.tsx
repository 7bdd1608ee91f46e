import { useMemo } from 'preact/hooks';
import { classes, phases, type History, type Network } from '../api';
import { Chart } from '../chart';
import { useFetched, useStatus } from '../live';
import { Fault, Figure, Hex } from '../parts';
import { ait, count, decimal, many } from '../text';

export function NetworkPage({ network }: { network: Network | null }) {
  const status = useStatus();
  const { value: history, fault } = useFetched<History>('/v1/history?step=60&steps=60');
  return (
    <>
      <h1>Network</h1>
      <Fault fault={fault} />
      <dl class="figures">
        <Figure name="Supply" value={status ? ait(status.supplyWei) : '…'} note="minted less burned" />
        <Figure name="Minted" value={status ? ait(status.mintedWei) : '…'} note="for verified compute" />
        <Figure name="Burned" value={status ? ait(status.burnedWei) : '…'} note="to buy compute" />
        <Figure name="Devices" value={status ? count(status.liveDevices) : '…'} note="that can be drawn now" />
        <Figure name="Waiting" value={status ? count(status.queuedWorkloads) : '…'} note="workloads not in a batch" />
        <Figure name="Block" value={status ? count(status.blockNumber) : '…'} note={network ? `chain ${network.chainId}` : ''} />
      </dl>
      <h2>Tasks</h2>
      <ol class="stages">
        {phases.map((phase) => (
          <li key={phase}>
            <a href={`#/tasks?${phase}`}>
              <span>{phase}</span>
              <strong>{status ? count(status.tasksByPhase[phase]) : '…'}</strong>
            </a>
          </li>
        ))}
      </ol>
      <h2>Last hour</h2>
      {history ? <Hour history={history} /> : <p class="empty">…</p>}
      {network ? (
        <>
          <h2>Contracts</h2>
          <dl class="facts">
            <dt>MiningRegistry</dt><dd><Hex value={network.miningRegistry} /></dd>
            <dt>DeviceRegistry</dt><dd><Hex value={network.deviceRegistry} /></dd>
            <dt>AIToken</dt><dd><Hex value={network.token} /></dd>
            <dt>Coordinator</dt><dd><Hex value={network.coordinator} /></dd>
          </dl>
        </>
      ) : null}
    </>
  );
}

function Hour({ history }: { history: History }) {
  const shown = useMemo(() => {
    const times = history.steps.map((_, index) => history.from + index * history.stepSeconds);
    const perHour = 3600 / history.stepSeconds / 1e6;
    const seen = classes.filter((one) => history.steps.some((step) => step.computeUnitsByClass[one]));
    const byClass = (seen.length ? seen : classes).map((one) => ({ name: one, values: history.steps.map((step) => (step.computeUnitsByClass[one] ?? 0) * perHour) }));
    const minted = history.steps.map((step) => Number(decimalText(step.mintedWei)));
    return { times, byClass, minted: [{ name: 'minted', values: minted }], gas: [{ name: 'gas', values: history.steps.map((step) => step.settlementGas) }], tasks: history.steps.reduce((sum, step) => sum + step.tasksSettled, 0) };
  }, [history]);
  const total = history.steps.reduce((sum, step) => sum + BigInt(step.mintedWei), 0n);
  const gas = history.steps.reduce((sum, step) => sum + step.settlementGas, 0);
  const paidFor = history.steps.reduce((sum, step) => sum + step.settlementTasks, 0);
  return (
    <div class="charts">
      <Chart title="Compute by class" unit="CU per hour, paid seats" times={shown.times} series={shown.byClass} summary={`${many(shown.tasks, 'task')} settled in the last hour.`} />
      <Chart title="Minted" unit="AIT per minute" times={shown.times} series={shown.minted} summary={`${ait(total)} minted in the last hour.`} />
      <Chart title="Settlement" unit="gas per minute" times={shown.times} series={shown.gas} summary={paidFor ? `${count(gas)} gas for ${many(paidFor, 'task')} in the last hour: ${count(Math.round(gas / paidFor))} each.` : 'No gas was spent in the last hour.'} />
    </div>
  );
}

const decimalText = (wei: string) => decimal(BigInt(wei), 18, 12).replace(/[\u202f<\s]/g, '');
