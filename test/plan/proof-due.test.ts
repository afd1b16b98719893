import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/observed/observed.js';
import type { Plan } from '../../src/plan/plan.js';
import { proofDueNow, turnsOfProvers } from '../../src/plan/proof-due.js';
import { aFarm, aHost, aStorage, aWorker, farmOf } from '../support/farm.js';
import { changeMiner, idOf, inPlace, unreached } from '../support/observation.js';
import { plan } from '../support/plan.js';

const LIMITS = { limits: new Map([['PC1', 4] as const]) };
const STORE = '/mnt/store';

function provers(made: Plan, seen: Observation): readonly string[] {
  return turnsOfProvers(made, seen).map(({ worker }) => worker);
}

describe('who is needed for a WindowPoSt', () => {
  const posts = farmOf({ tasks: ['WDP'], storage: [] });
  const changed = farmOf({ tasks: ['WDP'], storage: [], env: new Map([['A', 'b']]) });
  const storing = farmOf({ storage: [aStorage({ path: STORE, seal: false, store: true })] });
  const full = changeMiner(inPlace(storing), {
    sectors: new Map([[idOf('host-1', STORE), [{ Miner: 1000, Number: 7, SectorFileType: 2 }]]]),
  });
  const restarted = farmOf({ ...LIMITS, storage: [aStorage({ path: STORE, seal: false, store: true })] });

  it.each([
    ['a worker for it that is restarted', changed, inPlace(posts), ['worker-1']],
    ['none that goes on as it is', posts, inPlace(posts), []],
    ['one with sectors in long-term storage', restarted, full, ['worker-1']],
    ['not one whose long-term storage is empty', restarted, inPlace(storing), []],
    ['not one that only seals', farmOf(LIMITS), inPlace(farmOf({})), []],
  ])('%s', (_, farm, seen, names) => {
    const made = plan(farm, seen);
    expect(provers(made, seen)).toEqual(names);
    expect(provers(made, { ...seen, hosts: new Map([['host-1', unreached()]]) })).toEqual([]);
  });

  it('one that gets another name by its restart', () => {
    const two = [aWorker({ tasks: ['WDP'], storage: [] })];
    const before = inPlace(aFarm({ hosts: [aHost({ workers: two })] }));
    const renamed = aWorker({ ...two[0], name: 'prover', renamedFrom: 'worker-1' });
    const host = before.hosts.get('host-1');
    const old = host?.reached === true ? host.workers.get('worker-1') : undefined;
    if (host?.reached !== true || old === undefined) throw new Error('not seen');
    const [worker] = two;
    const files = {
      envFile: '/etc/sealfarm/workers/worker-1/worker.env',
      serviceManager: 'process',
    } as never;
    const departed = new Map([['worker-1', { ...old, files, repo: worker?.repo ?? '' }]]);
    const { process: _, ...absent } = old;
    const seen = {
      ...before,
      hosts: new Map([['host-1', { ...host, workers: new Map([['prover', absent]]), departed }]]),
    };
    expect(provers(plan(aFarm({ hosts: [aHost({ workers: [renamed] })] }), seen), seen)).toEqual(['prover']);
  });
});

it.each([
  [
    1,
    { index: 7, isOpen: true, over: '2026-03-01T12:34:56.000Z' },
    /deadline 7 is due now: w-1 takes its turn when it is over, not before 2026-03-01 12:34 UTC$/,
  ],
  [2, { index: 8, isOpen: false }, /deadline 8 will be due soon: w-1, w-2 take their turn when it is over$/],
  [7, { index: 8, isOpen: false }, /: w-1, w-2, w-3, w-4, w-5 and 2 more take/],
])('says who waits for what: %i', (number, due, message) => {
  const turns = Array.from({ length: number }, (_, index) => ({ worker: `w-${index + 1}` }));
  expect(proofDueNow(turns, due)).toMatchObject({
    code: 'SF563',
    message: expect.stringMatching(message) as string,
  });
});
