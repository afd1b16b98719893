import { describe, expect, it } from 'vitest';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { Durations } from '../../src/simulate/durations.js';
import { bindingIn } from '../../src/simulate/outcome.js';
import type { HeldBy } from '../../src/simulate/shortage.js';
import {
  DAY,
  GiB,
  MINUTE,
  minutes,
  outcomeAt,
  PC1_OUTPUT,
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
  readonly binds: HeldBy;
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

/** 14 sectors of 32 GiB take two hours from one machine to another. */
const SLOW = PC1_OUTPUT / 7200;

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
    expect(stage(outcome, 'PC2').short.get('gpus')).toBeGreaterThan(0.2);
    expect(outcome).not.toHaveProperty('bottleneck');
  });

  it('that fetches slowly is held up by transfers', () => {
    // The 32 GiB of an unsealed file take a thousand years; 8 of them are fetched at once.
    const outcome = outcomeAt(AMPLE, { ...FED, bandwidth: 1 });
    expect(outcome.sectorsPerDay).toBe(0);
    expect(outcome.bottleneck).toMatchObject({ task: 'PC1', binds: 'transfers' });
    expect(outcome.bottleneck?.full).toBeGreaterThan(0.99);
    expect(stage(outcome, 'PC1').moving).toBeCloseTo(8, 2);
  });

  it('that works longer on its sectors than it fetches them is held up by nothing', () => {
    // Some 480 GiB of PC1 output in an hour, of the ten hours that a sector takes.
    const outcome = outcomeAt(AMPLE, { ...FED, maxSealing: 2, bandwidth: (480 * GiB) / 3600 });
    expect(stage(outcome, 'PC2').moving).toBeGreaterThan(0.1);
    expect(outcome).not.toHaveProperty('bottleneck');
  });

  it('whose PC2 waits for files is held up by transfers, one at a time for its one GPU', () => {
    const outcome = outcomeAt({ ...AMPLE, pc2: place(['PC2']) }, { ...FED, bandwidth: SLOW });
    // 120 minutes each
    expect(outcome.sectorsPerDay).toBeGreaterThan(12 * 0.98);
    expect(outcome.sectorsPerDay).toBeLessThan(12 * 1.02);
    expect(outcome.bottleneck).toMatchObject({ task: 'PC2', binds: 'transfers' });
    expect(stage(outcome, 'PC2').moving).toBeGreaterThan(0.98);
    expect(stage(outcome, 'PC2').short.get('gpus')).toBeLessThan(0.55);
  });

  it('whose disk is small is held up by that', () => {
    // Room for two PC1 of 15.1 sectors, and for some unsealed sectors beside them.
    const pc1 = place(['PC1'], { disk: 1200 * GiB }, { limits: new Map([['PC1', 8]]) });
    const outcome = outcomeAt({ ...AMPLE, pc1 }, FED);
    expect(outcome.bottleneck).toMatchObject({ task: 'PC1', binds: 'disk' });
    expect(outcome.bottleneck?.full).toBeGreaterThan(0.95);
    // No more than two in four hours.
    expect(outcome.sectorsPerDay).toBeLessThan(12);
    expect(stage(outcome, 'PC1').running).toBeGreaterThan(1.5);
  });

  it('that shares its one GPU is held up by that, whatever else is short now and then', () => {
    const limits = new Map([['PC2', 1], ['C2', 1]] as const);
    const both = place(['PC2', 'C2'], { memory: 256 * GiB, swap: 0 }, { limits });
    const outcome = outcomeAt({ ...AMPLE, pc2: both, c2: place([], {}, { storage: [] }) }, FED);
    expect(stage(outcome, 'C2').short.get('virtual-memory')).toBeGreaterThan(0.2);
    expect(stage(outcome, 'C2').short.get('max-concurrent')).toBeGreaterThan(0.2);
    expect(bindingIn(stage(outcome, 'C2'))).toEqual(['gpus']);
    expect(bindingIn(stage(outcome, 'PC2'))).toEqual(['gpus']);
    expect(outcome.bottleneck).toMatchObject({ binds: 'gpus' });
  }); // prettier-ignore
});

describe('what binds in a stage', () => {
  it.each<
    [what: string, full: number, short: readonly (readonly [HeldBy, number])[], binds: readonly HeldBy[]]
  >([
    ['nothing', 0, [], []],
    [
      'what is always short',
      0.8,
      [
        ['memory', 0.5],
        ['gpus', 0.8],
      ],
      ['gpus'],
    ],
    [
      'what is nearly always short',
      0.8,
      [
        ['memory', 0.5],
        ['gpus', 0.77],
      ],
      ['gpus'],
    ],
    [
      'all that are',
      1,
      [
        ['gpus', 1],
        ['threads', 0.99],
      ],
      ['gpus', 'threads'],
    ],
    [
      'what is short in turn',
      1,
      [
        ['disk', 0.4],
        ['gpus', 0.6],
      ],
      ['gpus', 'disk'],
    ],
    [
      'no rare cases',
      1,
      [
        ['disk', 0.24],
        ['gpus', 0.76],
      ],
      ['gpus'],
    ],
  ])('is %s', (_, full, short, binds) => {
    expect(bindingIn({ full, short: new Map(short) })).toEqual(binds);
  });
});
