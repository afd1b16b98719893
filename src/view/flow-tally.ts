import { workersOf } from '../farm/rules/rule.js';
import { type Alike, alikeSites } from '../flow/alike.js';
import { type Flow, TRANSFER_KINDS, type TransferKind } from '../flow/flow.js';
import type { Site } from '../flow/stages.js';
import { count, foldNames, someOf } from './words.js';

/** More are too many for a table: then workers that are alike share a row. */
const MOST_ROWS = 12;

/** Bytes a sector, on average. */
interface Moved {
  /** over the network */
  readonly between: number;
  /** from one worker to another of the same machine */
  readonly within: number;
}

/** What goes from one row's sites to one column's. */
export interface Cell extends Moved {
  readonly from: Alike;
  readonly to: Alike;
}

interface OpenCell extends Cell {
  between: number;
  within: number;
}

export interface KindTally extends Moved {
  readonly cells: readonly Cell[];
}

export interface FlowTally {
  /** In the order of the file, the miner last. */
  readonly sites: readonly Alike[];
  readonly kinds: Readonly<Record<TransferKind, KindTally>>;
}

/** All transfers added up, by workers or by classes of workers. */
export function tallyFlow(flow: Flow): FlowTally {
  const sites = rowsOf(sitesOf(flow));
  const groupOf = new Map(sites.flatMap((group) => group.map((site): [Site, Alike] => [site, group])));
  const sums = new Map(TRANSFER_KINDS.map((kind) => [kind, new Map<Alike, Map<Alike, OpenCell>>()]));
  for (const { kind, from, to, bytes, sameHost } of flow.transfers()) {
    const [row, column, rows] = [groupOf.get(from), groupOf.get(to), sums.get(kind)];
    if (row === undefined || column === undefined || rows === undefined) continue;
    const columns = rows.get(row) ?? new Map<Alike, OpenCell>();
    rows.set(row, columns);
    const cell = columns.get(column) ?? { from: row, to: column, between: 0, within: 0 };
    columns.set(column, cell);
    cell[sameHost ? 'within' : 'between'] += bytes;
  }
  const cellsOf = (kind: TransferKind): readonly Cell[] =>
    [...(sums.get(kind)?.values() ?? [])].flatMap((columns) => [...columns.values()]);
  const kinds = {
    unsealed: totalOf(cellsOf('unsealed')),
    'pc1-output': totalOf(cellsOf('pc1-output')),
    finished: totalOf(cellsOf('finished')),
  };
  return { sites, kinds };
}

/** `worker-1`; `pc1-[01-24] (24 workers)` */
export function nameOfSites(sites: Alike): string {
  const names = sites.map(nameOfSite);
  return names.length === 1 ? names.join('') : `${foldedNames(names)} (${count(names.length, 'worker')})`;
}

/** In brackets what can be no name of a worker. */
export function nameOfSite(site: Site): string {
  return site === 'miner' ? '(miner)' : site.worker.name;
}

export function foldedNames(names: readonly string[]): string {
  return someOf(foldNames(names), 3);
}

/** All sites between which something could move, in the order of the file, the miner last. */
export function sitesOf({ farm, doers }: Flow): readonly Site[] {
  const order = new Map(workersOf(farm.hosts).map(({ worker }, index) => [worker, index]));
  const workers = new Set([...doers.AP, ...doers.PC1, ...doers.PC2, ...doers.store]);
  const inOrder = [...workers].sort((a, b) => (order.get(a.worker) ?? 0) - (order.get(b.worker) ?? 0));
  return [...inOrder, 'miner'];
}

function rowsOf(sites: readonly Site[]): readonly Alike[] {
  return sites.length > MOST_ROWS + 1 ? alikeSites(sites) : sites.map((site): Alike => [site]);
}

function totalOf(cells: readonly Cell[]): KindTally {
  const sum = (part: keyof Moved): number => cells.reduce((total, cell) => total + cell[part], 0);
  return { cells, between: sum('between'), within: sum('within') };
}
