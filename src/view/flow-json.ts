import type { PlacedWorker } from '../farm/rules/rule.js';
import { type Flow, TRANSFER_KINDS, type TransferKind } from '../flow/flow.js';
import type { Site } from '../flow/stages.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { type KindTally, nameOfSite, sitesOf, tallyFlow } from './flow-tally.js';

/** Average bytes of a sector, rounded, that one site gives to each of some others; the miner is `(miner)`. */
interface TransfersFrom {
  readonly kind: TransferKind;
  readonly from: string;
  /** On other machines, by name, in bytes. */
  readonly between: Readonly<Record<string, number>>;
  /** On the same machine. */
  readonly within: Readonly<Record<string, number>>;
}

export interface FlowJson {
  readonly formatVersion: 1;
  readonly farm: string;
  readonly sectorSize: SectorSize;
  /** What moves each time, in bytes. */
  readonly bytes: Readonly<Record<TransferKind, number>>;
  /** The same of all sites together. */
  readonly totals: Readonly<Record<TransferKind, { readonly between: number; readonly within: number }>>;
  /** Of all sectors the part, 0–1, that waits for ever. */
  readonly stuck: Flow['stuck'];
  /** Workers by what they may do. */
  readonly stages: Readonly<Record<keyof Flow['doers'], readonly string[]>>;
  /** Where PC1 output can lie, and who may do PC2 on it. */
  readonly routes: readonly {
    readonly worker: string;
    readonly paths: readonly string[];
    readonly takers: readonly string[];
  }[];
  readonly transfers: readonly TransfersFrom[];
}

/** Everything that is known of the flow, every worker by itself. */
export function flowJson(flow: Flow): FlowJson {
  const { farm, bytes, stuck, doers } = flow;
  const { kinds } = tallyFlow(flow);
  return {
    formatVersion: 1,
    farm: farm.name,
    sectorSize: farm.sectorSize,
    bytes,
    totals: {
      unsealed: rounded(kinds.unsealed),
      'pc1-output': rounded(kinds['pc1-output']),
      finished: rounded(kinds.finished),
    },
    stuck,
    stages: {
      AP: namesOf(doers.AP),
      PC1: namesOf(doers.PC1),
      PC2: namesOf(doers.PC2),
      C2: namesOf(doers.C2),
      store: namesOf(doers.store),
    },
    routes: flow.routes.map(({ from, paths, takers }) => ({
      worker: from.worker.name,
      paths: paths.map(({ path }) => path),
      takers: namesOf(takers),
    })),
    transfers: transfersOf(flow),
  };
}

/** Rows of numbers first: thousands of workers make millions of pairs. */
function transfersOf(flow: Flow): readonly TransfersFrom[] {
  const sites = sitesOf(flow);
  const names = sites.map(nameOfSite);
  const indexOf = new Map(sites.map((site, index) => [site, index]));
  const rows = new Map<TransferKind, Map<Site, Row>>(TRANSFER_KINDS.map((kind) => [kind, new Map()]));
  for (const { kind, from, to, bytes, sameHost } of flow.transfers()) {
    const ofKind = rows.get(kind);
    const row = ofKind?.get(from) ?? emptyRow(sites.length);
    ofKind?.set(from, row);
    const column = indexOf.get(to) ?? 0;
    const side = row[sameHost ? 'within' : 'between'];
    side[column] = (side[column] ?? 0) + bytes;
  }
  const named = (numbers: Float64Array): Readonly<Record<string, number>> => {
    // Made as a dictionary: as many shapes of objects as there are workers take V8 half a minute.
    const row = Object.create(null) as Record<string, number>;
    for (const [index, name] of names.entries()) {
      const bytes = Math.round(numbers[index] ?? 0);
      if (bytes !== 0) row[name] = bytes;
    }
    return row;
  };
  return [...rows].flatMap(([kind, ofKind]) =>
    [...ofKind].map(([from, { between, within }]) => ({
      kind,
      from: nameOfSite(from),
      between: named(between),
      within: named(within),
    })),
  );
}

type Row = Readonly<Record<'between' | 'within', Float64Array>>;

function emptyRow(length: number): Row {
  return { between: new Float64Array(length), within: new Float64Array(length) };
}

function rounded({ between, within }: KindTally): FlowJson['totals'][TransferKind] {
  return { between: Math.round(between), within: Math.round(within) };
}

function namesOf(workers: readonly PlacedWorker[]): readonly string[] {
  return workers.map(({ worker }) => worker.name);
}
