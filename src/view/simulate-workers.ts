import { MINER } from '../simulate/model.js';
import type { WorkerOutcome } from '../simulate/outcome.js';
import { STAGES, type Transfer } from '../simulate/tally.js';
import { alikeWorkers } from '../simulate/what-if.js';
import { formatBytes } from './bytes.js';
import { alignRows } from './columns.js';
import { betweenMachines, cargoWords, decimal, percent, perSector } from './simulate-words.js';
import type { Simulation, SimulationView } from './simulate.js';
import { count, foldNames, someOf } from './words.js';

/** More workers are shown together with those that are alike, and of more kinds only the first. */
const MOST_WORKERS = 12;
const MOST_TRANSFERS = 8;

/** Workers that share a row. */
interface Row {
  readonly label: string;
  readonly names: readonly string[];
}

/** What each worker does and takes, and what moves from one machine to another. */
export function workerAndTransferLines(
  simulation: Simulation,
  view: SimulationView,
): readonly (readonly string[])[] {
  const rows = rowsOf(simulation);
  return [workerLines(rows, simulation, view), transferLines(rows, simulation, view)];
}

function rowsOf({ farm, hardware }: Simulation): readonly Row[] {
  const names = farm.hosts.flatMap(({ workers }) => workers.map(({ name }) => name));
  if (names.length <= MOST_WORKERS) return names.map((name) => ({ label: name, names: [name] }));
  return alikeWorkers(farm, hardware).map((workers) => {
    const alike = workers.map(({ name }) => name);
    return { label: someOf(foldNames(alike), 3), names: alike };
  });
}

function workerLines(
  rows: readonly Row[],
  { outcome }: Simulation,
  { style, width }: SimulationView,
): readonly string[] {
  const byName = new Map(outcome.workers.map((worker) => [worker.name, worker]));
  const head = ['WORKER', 'RUNNING', 'RAM', 'THREADS', 'GPUS'].map(style.dim);
  const shown = rows.slice(0, MOST_WORKERS);
  const cells = shown.map(({ label, names }) => [
    names.length === 1 ? label : `${label} (each of ${names.length})`,
    ...useCells(names.flatMap((name) => byName.get(name) ?? [])),
  ]);
  const more = rows.slice(MOST_WORKERS).flatMap(({ names }) => names).length;
  return [
    ...alignRows([head, ...cells], width).flat(),
    ...(more === 0 ? [] : [style.dim(`and ${count(more, 'more worker')}; --json has them all`)]),
  ];
}

/** What one of them does on average. */
function useCells(workers: readonly WorkerOutcome[]): readonly string[] {
  const running = STAGES.flatMap((task) => {
    const number = decimal(mean(workers.map((one) => one.running.get(task) ?? 0)));
    return number === '0' ? [] : [`${task} ${number}`];
  });
  const gpus = workers.flatMap(({ use }) => use.gpus ?? []);
  return [
    running.join(', ') || '-',
    percent(mean(workers.map(({ use }) => use.memory))),
    percent(mean(workers.map(({ use }) => use.threads))),
    gpus.length === 0 ? '-' : percent(mean(gpus)),
  ];
}

function transferLines(
  rows: readonly Row[],
  { outcome }: Simulation,
  { style, width }: SimulationView,
): readonly string[] {
  const { bytesBetweenMachines } = outcome;
  if (bytesBetweenMachines === 0) return ['No file moves from one machine to another.'];
  const transfers = foldedTransfers(rows, betweenMachines(outcome));
  const cells = transfers
    .slice(0, MOST_TRANSFERS)
    .map(({ from, to, cargo, sectors, bytes }) => [
      `  ${from} → ${to}`,
      cargoWords(cargo),
      count(sectors, 'sector'),
      formatBytes(bytes),
    ]);
  const more = transfers.length - cells.length;
  const all = style.bold(formatBytes(bytesBetweenMachines));
  const each = perSector(bytesBetweenMachines, outcome);
  return [
    `Moved between machines: ${all}${each === '-' ? '' : `, ${each} per finished sector`}`,
    ...alignRows(cells, width).flat(),
    ...(more === 0 ? [] : [style.dim(`  and ${count(more, 'more row')}; --json has them all`)]),
  ];
}

/** Between rows instead of workers, the most bytes first. The miner is in brackets, which no worker's name has. */
function foldedTransfers(rows: readonly Row[], transfers: readonly Transfer[]): readonly Transfer[] {
  const labels = new Map(rows.flatMap(({ label, names }) => names.map((name) => [name, label] as const)));
  const labelOf = (name: string): string => (name === MINER ? '(miner)' : (labels.get(name) ?? name));
  const folded = new Map<string, Transfer>();
  for (const { cargo, sectors, bytes, ...ends } of transfers) {
    const [from, to] = [labelOf(ends.from), labelOf(ends.to)];
    const key = JSON.stringify([from, to, cargo]);
    const known = folded.get(key) ?? { sectors: 0, bytes: 0 };
    folded.set(key, { from, to, cargo, sectors: known.sectors + sectors, bytes: known.bytes + bytes });
  }
  return [...folded.values()].sort((a, b) => b.bytes - a.bytes);
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
