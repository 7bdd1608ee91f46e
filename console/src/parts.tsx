import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Refused } from './api';
import { short } from './text';

/** A number with its name. */
export function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note ? <dd class="note">{note}</dd> : null}
    </div>
  );
}

/** A hash or address: short on screen, whole on the clipboard and for readers. */
export function Hex({ value, href }: { value: string; href?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1200);
    } catch {
      // Without a clipboard the whole value still stands in the title.
    }
  };
  return (
    <span class="hex">
      {href ? <a href={href} title={value}>{short(value)}</a> : <span title={value}>{short(value)}</span>}
      <button type="button" class="copy" onClick={copy} aria-label={`Copy ${value}`}><CopyMark done={copied} /></button>
    </span>
  );
}

function CopyMark({ done }: { done: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6">
      {done ? <path d="M3 8.5 6.5 12 13 4" /> : <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />}
    </svg>
  );
}

export function Fault({ fault }: { fault: Refused | null }) {
  if (!fault) return null;
  return (
    <p class="fault" role="alert">
      {fault.message} {fault.remedy}
    </p>
  );
}

export interface Column<T> {
  name: string;
  number?: boolean;
  cell: (row: T) => ComponentChildren;
}

/** A table that folds into one card a row where the screen is narrow. */
export function Table<T>({ caption, columns, rows, id, empty }: { caption: string; columns: Column<T>[]; rows: T[] | null; id: (row: T) => string; empty: string }) {
  if (rows !== null && rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table aria-busy={rows === null}>
      <caption>{caption}</caption>
      <thead>
        <tr>{columns.map((column) => <th scope="col" class={column.number ? 'number' : ''} key={column.name}>{column.name}</th>)}</tr>
      </thead>
      <tbody>
        {(rows ?? []).map((row) => (
          <tr key={id(row)}>
            {columns.map((column) => <td class={column.number ? 'number' : ''} data-name={column.name} key={column.name}>{column.cell(row)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A word for a state, told by shape as well as colour. */
export function State({ kind, children }: { kind: 'good' | 'busy' | 'bad' | 'off'; children: ComponentChildren }) {
  const mark = { good: '●', busy: '◐', bad: '▲', off: '○' }[kind];
  return <span class={`state ${kind}`}><span aria-hidden="true">{mark}</span>{'\u00a0'}{children}</span>;
}
