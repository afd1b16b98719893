import type { Count, TaskCapacity, WorkerCapacity } from '../capacity/capacity.js';
import type { FarmCapacity, HostCapacity } from '../capacity/host-capacity.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { listed } from '../check/hardware/words.js';
import { bindingWords, overWords, sumWords, machineWords, zeroWords } from './capacity-words.js';
import { alignRows } from './columns.js';
import { diagnosticsJson, type DiagnosticJson } from './diagnostics.js';
import type { Paint, Style } from './style.js';
import { printable, wrap } from './text.js';
import { foldNames, someOf } from './words.js';

interface CapacityView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
}

const HEADER = ['  WORKER', 'TASK', 'ALONE', 'BINDS', 'IN THE MIX', 'BINDS'];

/** How many groups of names a heading has before it only counts them, and a cell, which makes all rows wider. */
const MOST_NAMES = 6;
const MOST_IN_CELL = 2;

/** Hosts that are alike, the first of them for all. */
interface Group {
  readonly first: HostCapacity;
  readonly all: readonly HostCapacity[];
}

/** A block for each host: a table of its workers' tasks, what they take together, and why a task never runs. */
export function formatCapacity({ hosts, unknown }: FarmCapacity, view: CapacityView): string {
  const blocks = alikeHosts(hosts).map((group) => blockLines(group, view));
  return [...blocks, unknownLines(unknown, view)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

export interface CapacityJson extends FarmCapacity {
  readonly formatVersion: 1;
  /** Why the hardware of some hosts is unknown. */
  readonly diagnostics: readonly DiagnosticJson[];
}

export function capacityJson(capacity: FarmCapacity, troubles: readonly Diagnostic[]): CapacityJson {
  return { formatVersion: 1, ...capacity, diagnostics: diagnosticsJson(troubles) };
}

/** Hosts that differ in names alone, in the order of their first. */
function alikeHosts(hosts: readonly HostCapacity[]): readonly Group[] {
  const groups = new Map<string, HostCapacity[]>();
  for (const host of hosts) {
    const workers = host.workers.map((worker) => ({ ...worker, worker: '' }));
    const key = JSON.stringify({ ...host, host: '', workers });
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups.values()].flatMap((all) => all.slice(0, 1).map((first) => ({ first, all })));
}

function blockLines(group: Group, view: CapacityView): readonly string[] {
  const head = wrap(heading(group, view.style), view.width, '  ');
  return [...head, ...(group.first.workers.length === 0 ? ['  no workers'] : bodyLines(group, view))];
}

function bodyLines({ first, all }: Group, view: CapacityView): readonly string[] {
  const { style, width } = view;
  const labels = first.workers.map((_, index) =>
    folded(
      all.map(({ workers }) => workers[index]?.worker ?? ''),
      MOST_IN_CELL,
    ),
  );
  const sums = sumWords(first.sums).map(({ text, over }) => (over ? style.red(text) : text));
  const notes = [
    `In the mix: ${sums.join(', ')}`,
    ...first.workers.flatMap((worker, index) => zeroNotes(worker, labels[index] ?? '', style)),
    ...overWords(first).map(style.yellow),
  ];
  return [
    ...table(first.workers, labels, view),
    ...notes.flatMap((note) => wrap(`  ${note}`, width, '    ')),
  ];
}

function heading({ first, all }: Group, style: Style): string {
  const names = style.bold(folded(all.map(({ host }) => host)));
  const alike = all.length === 1 ? '' : `, ${all.length} hosts alike`;
  return `${names}${alike}: ${machineWords(first.sums)}`;
}

function table(
  workers: readonly WorkerCapacity[],
  labels: readonly string[],
  { style, width }: CapacityView,
): readonly string[] {
  const rows = workers.flatMap((worker, index) => workerRows(worker, labels[index] ?? '', style));
  return alignRows([HEADER.map(style.dim), ...rows], width).flat();
}

/** The name stands beside the first of the declared tasks. */
function workerRows({ tasks }: WorkerCapacity, label: string, style: Style): readonly (readonly string[])[] {
  const cells = tasks.flatMap(({ code, alone, mixed }) =>
    mixed === undefined ? [] : [taskCells(code, alone, mixed, style)],
  );
  const [first = ['-', '-', '-', '-', '-'], ...others] = cells;
  return [[`  ${label}`, ...first], ...others.map((row) => ['  ', ...row])];
}

function taskCells(code: string, alone: Count, mixed: Count, style: Style): readonly string[] {
  const paint = zeroPaint(alone, style);
  return [code, ...countCells(alone, paint), ...countCells(mixed, paint)];
}

function countCells(count: Count, paint: Paint): readonly string[] {
  if (count.count === 'unlimited') return ['any', '-'];
  const cell = String(count.count);
  return [count.count === 0 ? paint(cell) : cell, bindingWords(count.binds)];
}

/** A task that never runs is an error; one that waits for the others may be meant. */
function zeroPaint(alone: Count, { red, yellow }: Style): Paint {
  return alone.count === 0 ? red : yellow;
}

function zeroNotes({ tasks }: WorkerCapacity, label: string, style: Style): readonly string[] {
  return tasks.flatMap((task) => {
    const turns = turnWords(task, tasks);
    if (turns !== undefined) return [`${label} ${turns}`];
    const words = task.mixed === undefined ? undefined : zeroSentence(task);
    return words === undefined ? [] : [`${label} ${zeroPaint(task.alone, style)(words)}`];
  });
}

/** Whom it shares the GPU with: usual on a worker for PC2 and C2, and nothing to mend. */
function turnWords({ code, alone, mixed }: TaskCapacity, tasks: readonly TaskCapacity[]): string | undefined {
  if (alone.count === 0 || mixed?.count !== 0 || mixed.binds !== 'gpus') return undefined;
  const users = tasks
    .filter((other) => mixedCount(other) > 0 && other.mixed?.count !== 'unlimited')
    .filter((other) => other.alone.count !== 'unlimited' && other.alone.binds === 'gpus')
    .map((other) => other.code);
  if (users.length === 0) return undefined;
  return `${code}: 0 in the mix — it takes turns with ${listed(users)} on the GPU${users.length === 1 ? '' : 's'}`;
}

function mixedCount({ mixed }: TaskCapacity): number {
  return typeof mixed?.count === 'number' ? mixed.count : 0;
}

function zeroSentence({ code, alone, mixed }: TaskCapacity): string | undefined {
  if (alone.count === 0) return `${code}: 0 — ${zeroWords(alone, 'this worker has')}`;
  if (mixed?.count === 0) return `${code}: 0 in the mix — ${zeroWords(mixed, 'the other tasks leave')}`;
  return undefined;
}

function unknownLines(hosts: readonly string[], { style, width }: CapacityView): readonly string[] {
  if (hosts.length === 0) return [];
  const text = `${style.bold(folded(hosts))}: hardware unknown: write \`hardware:\` under the host`;
  return wrap(text, width, '  ');
}

function folded(names: readonly string[], most = MOST_NAMES): string {
  return printable(someOf(foldNames(names), most));
}
