import { useState } from 'preact/hooks';
import { phases, type Phase } from '../api';
import { Fault, Hex, State, Table } from '../parts';
import { ait, isZero, units } from '../text';
import { useTaskPages } from './older';

export const kindOf = (phase: Phase) => (phase === 'Settled' ? 'good' : phase === 'Void' ? 'bad' : 'busy');

export function TasksPage({ phase }: { phase: string | undefined }) {
  const [state, setState] = useState<Phase | ''>(phases.find((one) => one === phase) ?? '');
  const { tasks, fault, last, turn, first } = useTaskPages(state ? `&state=${state}` : '');
  return (
    <>
      <h1>Tasks</h1>
      <p class="lead">Three devices that nobody can choose run each task. It mints when at least two results are equal. Seats are secret until then.</p>
      <Fault fault={fault} />
      <p class="filter">
        <label for="phase">Phase</label>
        <select id="phase" value={state} onChange={(event) => { setState(event.currentTarget.value as Phase | ''); first(); }}>
          <option value="">all</option>
          {phases.map((phase) => <option key={phase} value={phase}>{phase}</option>)}
        </select>
        <span class="find">
          <label for="task">Task id</label>
          <input id="task" autocomplete="off" spellcheck={false} placeholder="0x…" onChange={(event) => {
            const id = event.currentTarget.value.trim();
            if (/^0x[0-9a-fA-F]{64}$/.test(id)) location.hash = `#/tasks/${id}`;
          }} />
        </span>
      </p>
      <Table
        caption={last ? 'Older tasks' : 'Newest first'}
        empty={last ? 'There are no older tasks.' : state ? `No task is ${state} now.` : 'No task yet. “ait queue” or a redemption makes one.'}
        rows={tasks ?? null}
        id={(task) => task.taskId}
        columns={[
          { name: 'Task', cell: (task) => <Hex value={task.taskId} href={`#/tasks/${task.taskId}`} /> },
          { name: 'Batch', cell: (task) => (task.batchId === null ? '–' : `${task.batchId} / ${task.index}`) },
          { name: 'Phase', cell: (task) => <State kind={kindOf(task.phase)}>{task.phase}</State> },
          { name: 'Work', number: true, cell: (task) => units(task.computeUnits) },
          { name: 'Paid by', cell: (task) => (isZero(task.redeemer) ? 'subsidy, prepaid' : <Hex value={task.redeemer} />) },
          { name: 'Seats', cell: (task) => (task.seats.length ? `${task.seats.filter((seat) => seat.phase === 'Settled').length} of ${task.seats.length} paid` : 'secret') },
          { name: 'Minted', number: true, cell: (task) => (task.mintedWei ? ait(task.mintedWei) : '–') },
        ]}
      />
      {turn}
    </>
  );
}
