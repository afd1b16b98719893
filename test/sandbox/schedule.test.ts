import { describe, expect, it } from 'vitest';
import type { StorageInfo } from '../../src/lotus/api.js';
import { FILE_TYPES, sectorName } from '../../src/lotus/file-type.js';
import { defaultResources } from '../../src/lotus/resources.js';
import type { PipelineTask, SectorIndexView } from '../../src/lotus/selector.js';
import type { CandidateWorker, TaskRequest } from '../../src/sandbox/miner/schedule.js';
import { assign } from '../../src/sandbox/miner/schedule.js';
import { resourcesFromEnvironment } from '../../src/lotus/resource-env.js';

const GiB = 2 ** 30;
const { sealed, cache } = FILE_TYPES;

interface Worker extends Partial<CandidateWorker> {
  readonly groups?: readonly string[];
  readonly allowTo?: readonly string[];
  readonly gpus?: number;
  /** Numbers of the sectors whose sealed and cache lie on its path. */
  readonly holds?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  readonly memory?: number;
}

const ALL = ['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'] as const;

function candidate(name: string, given: Worker): CandidateWorker {
  const { gpus = 1, env = {}, memory = 512, groups: _g, allowTo: _a, holds: _h, ...rest } = given;
  return {
    session: `session of ${name}`,
    name,
    enabled: true,
    tasks: new Set(ALL),
    paths: [`path of ${name}`],
    resources: {
      MemPhysical: memory * GiB,
      MemUsed: 0,
      MemSwap: 128 * GiB,
      MemSwapUsed: 0,
      CPUs: 64,
      GPUs: Array.from({ length: gpus }, () => 'GPU'),
      Resources: resourcesFromEnvironment(env),
    },
    assigned: [],
    preparing: [],
    running: [],
    ...rest,
  };
}

function indexOf(workers: Readonly<Record<string, Worker>>): SectorIndexView {
  return new Map(
    Object.entries(workers).map(([name, { groups = [], allowTo = [], holds = [] }]) => {
      const names = holds.map((number) => sectorName({ Miner: 1000, Number: number }));
      const info: StorageInfo = {
        ID: `path of ${name}`, URLs: [], Weight: 10, MaxStorage: 0, CanSeal: true, CanStore: false, Groups: groups, AllowTo: allowTo,
        AllowTypes: null, DenyTypes: null, AllowMiners: null, DenyMiners: null,
      }; // prettier-ignore
      return [
        info.ID,
        {
          info,
          available: 2 ** 44,
          healthy: true,
          holds: (sector) => (names.includes(sectorName(sector)) ? sealed | cache : 0),
        },
      ];
    }),
  );
}

/** Who gets what, as `PC1 7 → name`, in the order of assignment. */
function outcome(
  wanted: readonly (readonly [PipelineTask, number])[],
  workers: Readonly<Record<string, Worker>>,
): string[] {
  const requests = wanted.map(([task, number]): TaskRequest => {
    return { id: `${task} ${number}`, task, sector: { Miner: 1000, Number: number } };
  });
  const candidates = Object.entries(workers).map(([name, given]) => candidate(name, given));
  return assign(requests, candidates, indexOf(workers), '32GiB').map(
    ({ request, session }) => `${request.id} → ${session.slice('session of '.length)}`,
  );
}

/** The guide's case: the third worker feeds the first. */
const GUIDE = {
  w1: { groups: ['g1'], allowTo: ['g1'] },
  w2: { groups: ['g2'], allowTo: ['g2'] },
  w3: { allowTo: ['g1'], tasks: new Set(['AP', 'PC1', 'C1', 'FIN', 'GET'] as const), holds: [3] },
};

describe('assign', () => {
  it('spreads tasks over equal workers, by name at first', () => {
    expect(outcome([['PC1', 1], ['PC1', 2], ['PC1', 3]], { b: {}, a: {} })).toEqual(['PC1 1 → a', 'PC1 2 → b', 'PC1 3 → a']); // prettier-ignore
  });

  it('goes by urgency, then by sector', () => {
    const wanted = [
      ['AP', 1],
      ['PC1', 9],
      ['PC1', 2],
      ['C2', 5],
      ['FIN', 8],
    ] as const;
    expect(outcome(wanted, { a: { holds: [8] } })).toEqual(['FIN 8 → a', 'C2 5 → a', 'PC1 2 → a', 'PC1 9 → a', 'AP 1 → a']); // prettier-ignore
  });

  it('counts what is preparing and running', () => {
    const busy = [{ code: 'PC1', need: defaultResources('PC1', '32GiB') }] as const;
    expect(outcome([['PC1', 1]], { a: { running: busy }, b: {} })).toEqual(['PC1 1 → b']);
    expect(outcome([['PC1', 1]], { a: { preparing: busy }, b: {} })).toEqual(['PC1 1 → b']);
    expect(outcome([['PC1', 1]], { a: { assigned: busy }, b: {} })).toEqual(['PC1 1 → b']);
  });

  it('assigns no more ahead than may run at once', () => {
    const limited = { a: { env: { PC1_32G_MAX_CONCURRENT: '2' } } };
    expect(outcome([['PC1', 1], ['PC1', 2], ['PC1', 3]], limited)).toEqual(['PC1 1 → a', 'PC1 2 → a']); // prettier-ignore
  });

  it('gives C2 to nobody with too little memory', () => {
    expect(outcome([['C2', 1]], { a: { memory: 32 } })).toEqual([]);
  });

  it('gives one GPU one task', () => {
    expect(
      outcome(
        [
          ['C2', 1],
          ['C2', 2],
        ],
        { a: { gpus: 1 } },
      ),
    ).toEqual(['C2 1 → a']);
    expect(
      outcome(
        [
          ['C2', 1],
          ['C2', 2],
        ],
        { a: { gpus: 2 } },
      ),
    ).toEqual(['C2 1 → a', 'C2 2 → a']);
  });

  it('takes no worker that is away or does not do the task', () => {
    expect(outcome([['PC1', 1]], { a: { enabled: false }, b: { tasks: new Set(['AP']) } })).toEqual([]);
  });

  it('brings what PC1 made on the feeding worker to its group only', () => {
    expect(outcome([['PC2', 3]], GUIDE)).toEqual(['PC2 3 → w1']);
    expect(outcome([['PC2', 3]], { w2: GUIDE.w2, w3: GUIDE.w3 })).toEqual([]);
  });

  it('leaves a sector in a deadlock for ever', () => {
    const alone = { groups: ['g1'], allowTo: ['g1'], holds: [3], tasks: new Set(['AP', 'PC1'] as const) };
    expect(outcome([['PC2', 3]], { w1: alone, w2: GUIDE.w2 })).toEqual([]);
  });

  it('keeps C1 and FIN where the data is', () => {
    expect(
      outcome(
        [
          ['C1', 3],
          ['FIN', 3],
        ],
        GUIDE,
      ),
    ).toEqual(['FIN 3 → w3', 'C1 3 → w3']);
    expect(outcome([['C1', 3]], { w1: GUIDE.w1, w3: { ...GUIDE.w3, enabled: false } })).toEqual([]);
  });

  it('starts sectors whatever the groups', () => {
    expect(outcome([['AP', 7], ['AP', 8], ['AP', 9]], GUIDE)).toEqual(['AP 7 → w1', 'AP 8 → w2', 'AP 9 → w3']); // prettier-ignore
  });
});
