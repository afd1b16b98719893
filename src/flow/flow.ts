import type { Farm, Hardware, Host } from '../farm/farm.js';
import { sectorFileBytes } from '../lotus/sector-files.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { doersOf, minerDoes, routesOf } from './routes.js';
import { weightsFor } from './shares.js';
import { type Passage, type Site, type Stages, toPc1, toPc2, toStorage } from './stages.js';

/** In the order in which a sector comes to them: before PC1, before PC2, after FIN. */
export const TRANSFER_KINDS = ['unsealed', 'pc1-output', 'finished'] as const;

export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** What of the files of one sector goes from one site to another, on average over all sectors. */
export interface Transfer {
  readonly kind: TransferKind;
  readonly from: Site;
  readonly to: Site;
  /** bytes, a fraction as a rule */
  readonly bytes: number;
  /** Whether both are on one machine, so that no network is used. */
  readonly sameHost: boolean;
}

export interface Flow extends Pick<Stages, 'doers' | 'routes'> {
  readonly farm: Farm;
  /** What moves each time, in bytes. */
  readonly bytes: Readonly<Record<TransferKind, number>>;
  /** Of all sectors the part, 0–1, that waits for ever: after PC1, after FIN. */
  readonly stuck: Readonly<Record<'pc2' | 'storage', number>>;
  /** Every pair of sites between which something moves, anew at each call. */
  transfers(): Iterable<Transfer>;
}

/**
 * How the files of sectors move in a farm that has work everywhere, and how much.
 *
 * Each stage of a sector is done by one of the workers that may do it, in proportion to how many each runs at once,
 * whoever did the stage before: Lotus gives a task to the least used worker, even if another one holds the files. With
 * equal hardware that comes to equal parts. Only groups (`AllowTo`) narrow the choice, and for PC2 alone; C1 and FIN
 * stay where PC2 was. A finished sector that already lies on a long-term path stays there. What no worker of the farm
 * can do is the miner's, unless the file says that it does no PC2. Not counted: the unsealed file of a finished sector that is kept, pieces, retries,
 * and AllowMiners and DenyMiners, since the file does not say which miners seal.
 * Lotus: storage/sealer/sched.go, manager.go, selector_alloc.go, selector_existing.go, selector_move.go
 *
 * @param hardware by host; where that of one worker of a stage is not known, limits count instead, else all alike
 */
export function flowOf(farm: Farm, hardware: ReadonlyMap<string, Hardware>): Flow {
  const stages = stagesOf(farm, hardware);
  const bytes = bytesMoved(farm.sectorSize);
  const minerHost = hostOfMiner(farm);
  const passages = {
    unsealed: () => toPc1(stages),
    'pc1-output': () => toPc2(stages),
    finished: () => toStorage(stages),
  } as const;
  return {
    farm,
    doers: stages.doers,
    routes: stages.routes,
    bytes,
    stuck: stuckIn(stages),
    *transfers() {
      for (const kind of TRANSFER_KINDS) {
        for (const { from, to, share } of passages[kind]()) {
          if (from === to) continue;
          const sameHost = hostOf(from, minerHost) === hostOf(to, minerHost);
          yield { kind, from, to, bytes: share * bytes[kind], sameHost };
        }
      }
    },
  };
}

function stagesOf(farm: Farm, hardware: ReadonlyMap<string, Hardware>): Stages {
  const doers = doersOf(farm);
  return {
    doers,
    routes: routesOf(farm, doers),
    weights: {
      AP: weightsFor('AP', doers.AP, farm, hardware),
      PC1: weightsFor('PC1', doers.PC1, farm, hardware),
      PC2: weightsFor('PC2', doers.PC2, farm, hardware),
      store: weightsFor('GET', doers.store, farm, hardware),
    },
    disallowRemoteFinalize: farm.miner.disallowRemoteFinalize,
    minerTakesPc2: minerDoes(farm, 'PC2') !== 'no',
  };
}

function bytesMoved(size: SectorSize): Flow['bytes'] {
  return {
    unsealed: sectorFileBytes('unsealed', 'AP', size),
    'pc1-output': sectorFileBytes('sealed', 'PC1', size) + sectorFileBytes('cache', 'PC1', size),
    finished: sectorFileBytes('sealed', 'FIN', size) + sectorFileBytes('cache', 'FIN', size),
  };
}

function stuckIn(stages: Stages): Flow['stuck'] {
  const sealed = sumOf(toPc2(stages));
  return { pc2: lacking(1, sealed), storage: lacking(sealed, sumOf(toStorage(stages))) };
}

/** Sums of many fractions are off by a little. */
function lacking(whole: number, part: number): number {
  return whole - part < 1e-9 ? 0 : whole - part;
}

function sumOf(passages: Iterable<Passage>): number {
  let sum = 0;
  for (const { share } of passages) sum += share;
  return sum;
}

function hostOf(site: Site, minerHost: Host | undefined): Host | undefined {
  return site === 'miner' ? minerHost : site.host;
}

/** The machine the miner runs on, if workers of the farm do too. */
function hostOfMiner({ hosts, miner }: Farm): Host | undefined {
  const { host: address } = miner.address;
  return hosts.find(
    (host) =>
      host.address.toLowerCase() === address.toLowerCase() ||
      host.workers.some(({ listen }) => listen.host === address),
  );
}
