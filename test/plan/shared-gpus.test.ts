import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import { aJob, changeMiner, changeWorker, inPlace, sessionOf, stopped } from '../support/observation.js';
import { plan } from '../support/plan.js';
import type { Plan } from '../../src/plan/plan.js';

type Gpus = Worker['gpus'];
type Farmer = Readonly<Record<string, Gpus>>;

/** A farm with all these workers on one host. */
function farmWith(gpus: Farmer, more: Readonly<Record<string, Partial<Worker>>> = {}): Farm {
  const workers = Object.entries(gpus).map(([name, list], index) =>
    aWorker({
      name,
      listen: { host: '10.0.0.11', port: 3456 + index },
      storage: [aStorage({ path: `/mnt/${name}` })],
      ...(list === undefined ? {} : { gpus: list }),
      ...more[name],
    }),
  );
  return aFarm({ hosts: [aHost({ workers })] });
}

function said(made: Plan): readonly string[] {
  return made.diagnostics.filter(({ code }) => code === 'SF564').map(({ message }) => message);
}

const FIRST = inPlace(farmWith({ a: [0], b: [1] }));

describe('a GPU that changes hands', () => {
  it('is said of who gets it before the other one has let go, and until when: SF564', () => {
    const made = plan(farmWith({ a: [1], b: [0] }), FIRST);
    expect(made.waves.map(({ turns }) => turns.map(({ worker }) => worker))).toEqual([['a'], ['b']]);
    expect(made.diagnostics).toMatchObject([
      {
        code: 'SF564',
        severity: 'warning',
        message:
          'a gets GPU 1 of host-1 before b has let go, whose turn is in wave 2: until then both use it',
        place: { worker: 'a' },
        help: expect.stringContaining('sealfarm drain b') as string,
      },
    ]);
  });

  it('is said in the order in which they really take turns', () => {
    const busy = changeMiner(FIRST, { jobs: new Map([[sessionOf('a'), [aJob('PC1', 7)]]]) });
    expect(said(plan(farmWith({ a: [1], b: [0] }), busy))).toEqual([
      'b gets GPU 0 of host-1 before a has let go, whose turn is in wave 2: until then both use it',
    ]);
  });

  it.each<[what: string, before: Farmer, after: Farmer, messages: readonly string[]]>([
    ['that both have already', { a: [0, 1], b: [1] }, { a: [1], b: [0] }, []],
    ['that both shall have', { a: [0], b: [1] }, { a: [1], b: [1] }, []],
    ['that nobody had', { a: [0], b: [1] }, { a: [2], b: [1] }, []],
    [
      'among others',
      { a: [0], b: [1, 2, 3] },
      { a: [1, 2], b: [3] },
      ['a gets GPUs 1, 2 of host-1 before b has let go, whose turn is in wave 2: until then both use it'],
    ],
    ['of one that is to have none', { a: 'none', b: [0] }, { a: 'none', b: 'none' }, []],
    [
      'of which the file says nothing any more',
      { a: 'none', b: [0] },
      { a: [0], b: undefined },
      ['a gets GPU 0 of host-1 before b has let go, whose turn is in wave 2: until then both use it'],
    ],
  ])('%s', (_, before, after, messages) => {
    expect(said(plan(farmWith(after), inPlace(farmWith(before))))).toEqual(messages);
  });

  it('goes to a new worker at once', () => {
    const seen = changeWorker(inPlace(farmWith({ a: [0], c: [9] })), 'c', stopped);
    expect(said(plan(farmWith({ a: [1], c: [0] }), seen))).toEqual([
      'c gets GPU 0 of host-1 before a has let go, whose turn is in wave 1: until then both use it',
    ]);
  });

  it('stays with one that a person has drained', () => {
    expect(said(plan(farmWith({ a: [1], b: [0] }), FIRST, ['b']))).toEqual([
      'a gets GPU 1 of host-1 before b has let go, which this plan does not restart: until then both use it',
    ]);
  });

  it('stays with one that leaves the file until that is gone', () => {
    const host = FIRST.hosts.get('host-1');
    const b = desire(farmWith({ b: [1] }), TOKEN, new Map()).hosts[0]?.workers[0];
    const old = host?.reached === true ? host.workers.get('b') : undefined;
    if (host?.reached !== true || old === undefined || b === undefined) throw new Error('not seen');
    const departed = new Map([['b', { ...old, files: b.files, repo: b.repo, listen: '10.0.0.11:3457' }]]);
    const workers = new Map([...host.workers].filter(([name]) => name !== 'b'));
    const hosts = new Map([['host-1', { ...host, workers, departed, forgotten: ['b'] }]]);
    expect(said(plan(farmWith({ a: [1] }), { ...FIRST, hosts }))).toEqual([
      'a gets GPU 1 of host-1 before b has let go, whose turn is in wave 2: until then both use it',
    ]);
  });

  it('is nobody’s concern while nothing is started anew', () => {
    expect(said(plan(farmWith({ a: [1], b: [0] }), FIRST, ['a', 'b']))).toEqual([]);
  });
});
