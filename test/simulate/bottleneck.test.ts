import { describe, expect, it } from 'vitest';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import type { ScarceResource } from '../../src/lotus/admission.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { Durations } from '../../src/simulate/durations.js';
import {
  DAY,
  GiB,
  MINUTE,
  minutes,
  outcomeAt,
  type Place,
  type Places,
  stage,
} from '../support/simulated-farm.js';

/** An hour for the task in question takes a sector an hour off. */
const DURATIONS = minutes({ AP: 5, PC1: 240, PC2: 60, WaitSeed: 75, C1: 1, C2: 60, FIN: 1 });
const FED = { durations: DURATIONS, horizon: 40 * DAY };

function place(
  tasks: Worker['tasks'],
  hardware: Partial<Hardware> = {},
  worker: Partial<Worker> = {},
): Place {
  return { worker: { tasks, ...worker }, hardware };
}

/** One for each task, none of which holds the others up: 48 sectors a day and more. */
const AMPLE: Places = {
  ap: place(['AP']),
  pc1: place(['PC1'], { memory: 1024 * GiB }, { limits: new Map([['PC1', 8]]) }),
  pc2: place(['PC2'], { gpus: 4 }),
  c2: place(['C2'], { gpus: 4, memory: 1024 * GiB }, { storage: [] }),
};

interface Case {
  readonly what: string;
  readonly places: Places;
  readonly durations?: Partial<Durations>;
  readonly perDay: number;
  readonly task: PipelineTask;
  readonly binds: ScarceResource;
}

const CASES: readonly Case[] = [
  {
    what: 'four PC1 of four hours by their limit',
    places: { pc1: place(['PC1'], {}, { limits: new Map([['PC1', 4]]) }) },
    perDay: 24,
    task: 'PC1',
    binds: 'max-concurrent',
  },
  {
    // 4 x 56 + 10 MiB of 256 GiB
    what: 'four PC1 by their memory',
    places: { pc1: place(['PC1'], { memory: 256 * GiB, swap: 256 * GiB }) },
    perDay: 24,
    task: 'PC1',
    binds: 'memory',
  },
  {
    // 4 x 4 of 17 CPUs
    what: 'four PC1 by their threads',
    places: { pc1: place(['PC1'], { cpus: 17 }, { multicoreSdr: { producers: 3 } }) },
    perDay: 24,
    task: 'PC1',
    binds: 'threads',
  },
  {
    what: 'two hosts of PC1, one of them larger',
    places: {
      pc1: place(['PC1'], {}, { limits: new Map([['PC1', 4]]) }),
      more: place(['PC1'], {}, { limits: new Map([['PC1', 2]]) }),
    },
    perDay: 36,
    task: 'PC1',
    binds: 'max-concurrent',
  },
  { what: 'one GPU for PC2', places: { pc2: place(['PC2']) }, perDay: 24, task: 'PC2', binds: 'gpus' },
  {
    // 58 of 64 threads each
    what: 'PC2 without a GPU',
    places: { pc2: place(['PC2'], { gpus: 0 }) },
    perDay: 24,
    task: 'PC2',
    binds: 'threads',
  },
  {
    // 182 GiB for the first, 150 + 182 for a second
    what: 'C2 by RAM and swap',
    places: { c2: place(['C2'], { gpus: 4, memory: 128 * GiB, swap: 128 * GiB }, { storage: [] }) },
    perDay: 24,
    task: 'C2',
    binds: 'virtual-memory',
  },
  {
    // Both are as full; C2 is further down.
    what: 'one GPU for PC2 and C2',
    places: { pc2: place(['PC2', 'C2']), c2: place([], {}, { storage: [] }) },
    perDay: 12,
    task: 'C2',
    binds: 'gpus',
  },
  {
    what: 'AP one by one, for 40 minutes each',
    places: { ap: place(['AP'], {}, { limits: new Map([['AP', 1]]) }) },
    durations: { AP: 40 * MINUTE },
    perDay: 36,
    task: 'AP',
    binds: 'max-concurrent',
  },
];

describe('a farm that is kept fed', () => {
  it.each(CASES)(
    'seals what its bottleneck lets through: $what',
    ({ places, durations, perDay, task, binds }) => {
      const outcome = outcomeAt(
        { ...AMPLE, ...places },
        { ...FED, durations: { ...DURATIONS, ...durations } },
      );
      expect(outcome.sectorsPerDay).toBeGreaterThan(perDay * 0.98);
      expect(outcome.sectorsPerDay).toBeLessThan(perDay * 1.02);
      expect(outcome.bottleneck).toMatchObject({ task, binds });
      expect(outcome.bottleneck?.full).toBeGreaterThan(0.95);
      expect(outcome.stuck).toEqual([]);
    },
  );

  it('that has little to do has no bottleneck', () => {
    const outcome = outcomeAt({ ...AMPLE, pc2: place(['PC2']) }, { ...FED, maxSealing: 2 });
    expect(outcome.sectorsPerDay).toBeGreaterThan(0);
    // Two hours of the GPU for two sectors, which take more than seven.
    expect(stage(outcome, 'PC2').full.get('gpus')).toBeGreaterThan(0.2);
    expect(outcome).not.toHaveProperty('bottleneck');
  });

  it('that fetches slowly is held up by transfers', () => {
    // The 32 GiB of an unsealed file take a thousand years; 8 of them are fetched at once.
    const outcome = outcomeAt(AMPLE, { ...FED, bandwidth: 1 });
    expect(outcome.sectorsPerDay).toBe(0);
    expect(outcome.bottleneck).toEqual({ task: 'PC1', full: 0, binds: 'transfers' });
    expect(stage(outcome, 'PC1').moving).toBeCloseTo(8, 2);
  });

  it('that works longer on its sectors than it fetches them is held up by nothing', () => {
    // Some 480 GiB of PC1 output in an hour, of the ten hours that a sector takes.
    const outcome = outcomeAt(AMPLE, { ...FED, maxSealing: 2, bandwidth: (480 * GiB) / 3600 });
    expect(stage(outcome, 'PC2').moving).toBeGreaterThan(0.1);
    expect(outcome).not.toHaveProperty('bottleneck');
  });
});
