import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/observed/observed.js';
import { farmOf } from '../support/farm.js';
import {
  changeMiner,
  changeProcess,
  changeWorker,
  inPlace,
  sessionOf,
  workerStats,
} from '../support/observation.js';
import { codes, plan, summary } from '../support/plan.js';

const LIMITED = farmOf({ limits: new Map([['PC1', 4]]), gpus: [0, 1] });

interface Registered {
  /** MaxConcurrent of PC1 for 32 GiB; undefined: no row */
  readonly most?: number;
  readonly gpus?: readonly string[] | null;
}

/** All in place, and the worker registered like this. */
function registered({ most = 4, gpus = ['A', 'B'] }: Registered): Observation {
  const seen = inPlace(LIMITED);
  const stats = workerStats('worker-1', ['PC1']);
  const row = { MaxConcurrent: most } as never;
  const resources = {
    ...stats.Info.Resources,
    GPUs: gpus,
    Resources: { 'seal/v0/precommit/1': { '8': row } },
  };
  const one = { ...stats, Info: { ...stats.Info, Resources: resources } };
  return changeMiner(seen, { workers: new Map([[sessionOf('worker-1'), one]]) });
}

describe('what Lotus goes by', () => {
  it.each<[what: string, said: Registered, found: readonly string[]]>([
    ['as declared', {}, []],
    ['another limit', { most: 3 }, ['SF536 warning']],
    ['no limit', { most: 0 }, ['SF536 warning']],
    ['fewer GPUs', { gpus: ['A'] }, ['SF527 warning']],
    ['no GPU', { gpus: null }, ['SF527 warning']],
    ['more GPUs', { gpus: ['A', 'B', 'C'] }, []],
    ['both', { most: 3, gpus: [] }, ['SF536 warning', 'SF527 warning']],
  ])('is told, and nothing is done: %s', (_, said, found) => {
    const made = plan(LIMITED, registered(said));
    expect(codes(made)).toEqual(found);
    expect(summary(made)).toEqual([]);
  });

  it('says both numbers', () => {
    expect(
      plan(LIMITED, registered({ most: 0, gpus: null })).diagnostics.map(({ message }) => message),
    ).toEqual([
      'worker-1 was started as declared, and Lotus goes by other numbers: at most any number of PC1, not 4',
      'worker-1 was started with 2 of the GPUs, and Lotus sees none',
    ]);
  });

  it('is no news while a restart is pending, or where it says nothing', () => {
    const stale = changeWorker(
      registered({ most: 3 }),
      'worker-1',
      changeProcess((process) => ({ ...process, environ: new Map() })),
    );
    expect(codes(plan(LIMITED, stale))).toEqual([]);
    expect(
      codes(
        plan(farmOf({ limits: new Map([['PC2', 4]]) }), inPlace(farmOf({ limits: new Map([['PC2', 4]]) }))),
      ),
    ).toEqual([]);
  });
});
