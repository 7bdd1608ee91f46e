import type { Task } from '../api';
import { useFetched } from '../live';
import { Fault, Hex, State, Table } from '../parts';
import { ait, isZero, remedies, units, when } from '../text';
import { kindOf } from './tasks';

export function TaskPage({ taskId }: { taskId: string }) {
  const { value: task, fault } = useFetched<Task>(`/v1/tasks/${encodeURIComponent(taskId)}`);
  return (
    <>
      <p class="trail"><a href="#/tasks">Tasks</a> /</p>
      <h1>Task <span class="hash">{taskId}</span></h1>
      <Fault fault={fault} />
      {task ? <Facts task={task} /> : null}
    </>
  );
}

function Facts({ task }: { task: Task }) {
  return (
    <>
      <dl class="facts">
        <dt>Phase</dt><dd><State kind={kindOf(task.phase)}>{task.phase}</State></dd>
        <dt>Workload</dt><dd><Hex value={task.workloadHash} /></dd>
        <dt>Work</dt><dd>{units(task.computeUnits)}</dd>
        <dt>Paid by</dt><dd>{isZero(task.redeemer) ? 'subsidy or prepaid credit' : <Hex value={task.redeemer} />}</dd>
        <dt>Deadline</dt><dd>{when(task.deadline)}</dd>
        <dt>Batch</dt><dd>{task.batchId === null ? 'not committed yet' : `${task.batchId}, leaf ${task.index}`}</dd>
        <dt>Result</dt><dd>{task.resultHash ? <Hex value={task.resultHash} /> : '–'}</dd>
        <dt>Minted</dt><dd>{task.mintedWei ? ait(task.mintedWei) : '–'}</dd>
        <dt>Settled in</dt><dd>{task.transaction ? <Hex value={task.transaction} /> : '–'}</dd>
      </dl>
      <h2>Seats</h2>
      {task.seats.length === 0 ? (
        <p class="empty">Who sits here is secret until the task has ended, so that nobody can collude.</p>
      ) : (
        <Table
          caption="Drawn from the roster as of the commitment"
          empty=""
          rows={task.seats}
          id={(seat) => String(seat.seat)}
          columns={[
            { name: 'Seat', cell: (seat) => String(seat.seat + 1) },
            { name: 'GPU', cell: (seat) => <Hex value={seat.gpuId} /> },
            { name: 'Operator', cell: (seat) => <Hex value={seat.operator} /> },
            { name: 'Outcome', cell: (seat) => (seat.phase === 'Settled' ? <State kind="good">paid</State> : <State kind="bad">{seat.reason === 'None' ? seat.phase : seat.reason}</State>) },
            { name: 'Why, and what to do', cell: (seat) => (seat.phase === 'Settled' ? '' : remedies[seat.reason] ?? '') },
            { name: 'Work attestation', cell: (seat) => (seat.workAttestation ? <Hex value={seat.workAttestation} /> : 'none') },
          ]}
        />
      )}
      <h2>Check it yourself</h2>
      <p>The leaf and its proof lead to the batch root on chain; the secret and the seed block’s hash give the draw again.</p>
      <dl class="facts">
        <dt>Leaf</dt><dd><Hex value={task.miningTask} /></dd>
        <dt>Proof</dt><dd>{task.proof.length === 0 ? 'none: the batch has one task' : task.proof.map((node) => <Hex key={node} value={node} />)}</dd>
        <dt>Proof bundle</dt><dd>{task.phase === 'Settled' ? <><a href={`/v1/tasks/${task.taskId}/bundle`} download={`${task.taskId}.json`}>download</a>; “ait verify bundle” checks it without asking anyone here</> : 'once the task has settled'}</dd>
        <dt>Seat secret</dt><dd>{task.seatSecret ? <Hex value={task.seatSecret} /> : 'revealed at settlement'}</dd>
      </dl>
    </>
  );
}
