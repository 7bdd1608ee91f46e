import { useState } from 'preact/hooks';
import type { Task } from '../api';
import { useFetched } from '../live';

const size = 50;

/** Tasks of a question to /v1/tasks, newest first, a page at a time; `last` is the task that the page comes after, undefined on the first. */
export function useTaskPages(question: string) {
  const [before, setBefore] = useState<string[]>([]);
  const last = before[before.length - 1];
  const { value, fault } = useFetched<{ tasks: Task[] }>(`/v1/tasks?limit=${size}${question}${last ? `&before=${last}` : ''}`);
  const oldest = value?.tasks[value.tasks.length - 1];
  const turn = (
    <p class="pages">
      <button type="button" disabled={before.length === 0} onClick={() => setBefore(before.slice(0, -1))}>Newer</button>
      <button type="button" disabled={!oldest || (value?.tasks.length ?? 0) < size} onClick={() => oldest && setBefore([...before, oldest.taskId])}>Older</button>
    </p>
  );
  return { tasks: value?.tasks, fault, last, turn, first: () => setBefore([]) };
}
