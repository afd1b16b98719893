import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';

/** How long the parts of sealing last, in milliseconds. GET is the fetch of a sector's files from another worker. */
export type Durations = Readonly<Record<Exclude<PipelineTask, 'GET'> | 'WaitSeed', number>> & {
  /** Undefined: as long as the bytes take over the network. */
  readonly GET?: number;
};

export const DURATION_NAMES = ['AP', 'PC1', 'PC2', 'WaitSeed', 'C1', 'C2', 'FIN', 'GET'] as const;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** 150 epochs of 30 seconds, whatever the sector size. Lotus: storage/pipeline, policy.GetPreCommitChallengeDelay */
const WAIT_SEED = 75 * MINUTE;

/** What a farm of today's machines takes for 32 GiB: PC1 on SHA extensions with multicore SDR off, PC2 and C2 on a GPU. */
const FOR_32_GIB: Durations = {
  AP: 5 * MINUTE,
  PC1: 4 * HOUR,
  PC2: 25 * MINUTE,
  WaitSeed: WAIT_SEED,
  C1: MINUTE,
  C2: 30 * MINUTE,
  FIN: MINUTE,
};

/** Test sectors take next to nothing; sealing time grows with the size. */
const FACTOR: Readonly<Record<SectorSize, number>> = {
  '2KiB': 1 / 1800,
  '8MiB': 1 / 1800,
  '512MiB': 1 / 64,
  '32GiB': 1,
  '64GiB': 2,
};

export function defaultDurations(size: SectorSize): Durations {
  const scaled = Object.entries(FOR_32_GIB).map(([name, value]) => [
    name,
    name === 'WaitSeed' ? value : Math.round(value * FACTOR[size]),
  ]);
  return Object.fromEntries(scaled) as Durations;
}
