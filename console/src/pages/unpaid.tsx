import type { Seat, Task } from '../api';
import { Fault, Hex, State, Table } from '../parts';
import { remedies, units, when } from '../text';
import { useTaskPages } from './older';

/** Seats of one device that ended without pay, each with the reason and what its miner does about it. */
export function UnpaidPage({ gpuId }: { gpuId: string }) {
  const { tasks, fault, last, turn } = useTaskPages(`&unpaid=${encodeURIComponent(gpuId)}`);
  const rows = tasks?.flatMap((task) => task.seats.filter((seat) => seat.gpuId === gpuId.toLowerCase() && seat.phase !== 'Settled').map((seat) => ({ task, seat })));
  return (
    <>
      <p class="trail"><a href="#/devices">Devices</a> /</p>
      <h1>Unpaid seats <span class="hash">{gpuId}</span></h1>
      <Fault fault={fault} />
      <Table<{ task: Task; seat: Seat }>
        caption={last ? 'Older tasks' : 'Newest first'}
        empty={last ? 'There are no older ones.' : 'Every seat of this device that has ended was paid.'}
        rows={rows ?? null}
        id={({ task, seat }) => `${task.taskId} ${seat.seat}`}
        columns={[
          { name: 'Task', cell: ({ task }) => <Hex value={task.taskId} href={`#/tasks/${task.taskId}`} /> },
          { name: 'Deadline', cell: ({ task }) => when(task.deadline) },
          { name: 'Work', number: true, cell: ({ task }) => units(task.computeUnits) },
          { name: 'Seat', cell: ({ seat }) => String(seat.seat + 1) },
          { name: 'Outcome', cell: ({ seat }) => <State kind="bad">{seat.reason === 'None' ? seat.phase : seat.reason}</State> },
          { name: 'Why, and what to do', cell: ({ seat }) => remedies[seat.reason] ?? '' },
        ]}
      />
      {turn}
    </>
  );
}
