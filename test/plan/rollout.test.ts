import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Rollout, Worker } from '../../src/farm/farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import type { Observation } from '../../src/observed/observed.js';
import { planIntents } from '../../src/plan/intent-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import {
  aJob,
  changeLive,
  changeMiner,
  changeWorker,
  inPlace,
  sessionOf,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, DRAIN, plan } from '../support/plan.js';

/** Hosts host-1 … with one worker each: the usual one, but for what is said. */
function farmOf(rollout: Partial<Rollout>, ...workers: readonly Partial<Worker>[]): Farm {
  const hosts = workers.map((worker, index) =>
    aHost({
      name: `host-${index + 1}`,
      workers: [aWorker({ name: `worker-${index + 1}`, ...worker })],
    }),
  );
  return aFarm({ hosts, rollout: { ...DEFAULT_ROLLOUT, ...rollout } });
}

/** Every worker gets another limit, for which it must be restarted. */
function withLimits(farm: Farm, most = Infinity): Farm {
  const hosts = farm.hosts.map((host, index) => ({
    ...host,
    workers: host.workers.map((worker) =>
      index < most ? { ...worker, limits: new Map([['PC1', 7] as const]) } : worker,
    ),
  }));
  return { ...farm, hosts };
}

/** `worker-1 worker-2 | worker-3`, of the farm in place with all limits changed. */
function waves(made: Plan): string {
  return made.waves.map(({ turns }) => turns.map(({ worker }) => worker).join(' ')).join(' | ');
}

const FOUR = Array.from({ length: 4 }, () => ({}));
const TWO_AT_ONCE = farmOf({ maxUnavailable: 2 }, ...FOUR);

describe('restarts', () => {
  it('go one after the other unless the file says otherwise', () => {
    const farm = farmOf({}, ...FOUR);
    expect(waves(plan(withLimits(farm), inPlace(farm)))).toBe('worker-1 | worker-2 | worker-3 | worker-4');
  });

  it('begin with those whose tasks an earlier run has switched off, and take no other out of work before', () => {
    const farm = farmOf({}, ...FOUR);
    const resting = changeWorker(
      inPlace(farm),
      'worker-3',
      changeLive((live) => ({ ...live, tasks: new Set([...live.tasks].filter((code) => code === 'FIN')) })),
    );
    expect(waves(plan(withLimits(farm), resting))).toBe('worker-3 | worker-1 | worker-2 | worker-4');
  });

  it('go together as the file says', () => {
    expect(waves(plan(withLimits(TWO_AT_ONCE), inPlace(TWO_AT_ONCE)))).toBe(
      'worker-1 worker-2 | worker-3 worker-4',
    );
  });

  it('are in their waves by the ids of the steps', () => {
    const made = plan(withLimits(TWO_AT_ONCE), inPlace(TWO_AT_ONCE));
    expect(made.waves[0]?.turns[0]).toMatchObject({ host: 'host-1', steps: ['worker-1/restart'] });
    expect(made.waves[1]?.turns[0]?.putOff).toEqual(['budget']);
  });

  it('are in the same waves in whatever order the hosts are written', () => {
    const turned = { ...TWO_AT_ONCE, hosts: TWO_AT_ONCE.hosts.toReversed() };
    expect(plan(withLimits(turned), inPlace(turned)).waves).toEqual(
      plan(withLimits(TWO_AT_ONCE), inPlace(TWO_AT_ONCE)).waves,
    );
  });

  it('begin with the canary that has the least to lose', () => {
    const farm = farmOf({ canary: true, maxUnavailable: 3 }, ...FOUR);
    const seen = changeMiner(inPlace(farm), {
      jobs: new Map([1, 2, 4].map((n) => [sessionOf(`worker-${n}`), [aJob('PC1', n)]])),
    });
    expect(waves(plan(withLimits(farm), seen))).toBe('worker-3 | worker-1 worker-2 worker-4');
  });
});

describe('the budget', () => {
  const last = (change: (seen: Observation) => Observation, drained: readonly string[] = []): string => {
    const farm = farmOf({ maxUnavailable: 2 }, ...FOUR, {});
    return waves(plan(withLimits(farm, 4), change(inPlace(farm)), drained));
  };

  it('is for all four where the fifth is in its place', () => {
    expect(last((seen) => seen)).toBe('worker-1 worker-2 | worker-3 worker-4');
  });

  it.each([
    ['does not run', (seen: Observation) => changeWorker(seen, 'worker-5', stopped), []],
    [
      'does not answer',
      (seen: Observation) =>
        changeWorker(
          seen,
          'worker-5',
          changeLive(() => unreached()),
        ),
      [],
    ],
    ['is drained', (seen: Observation) => seen, ['worker-5']],
    [
      'is on a host that is not reached',
      (seen: Observation) => ({ ...seen, hosts: new Map([...seen.hosts, ['host-5', unreached()]]) }),
      [],
    ],
  ])('has one less where a worker %s', (_, change, drained) => {
    expect(last(change, drained)).toBe('worker-1 | worker-2 | worker-3 | worker-4');
  });
});

describe('a task', () => {
  const farm = farmOf({ maxUnavailable: 4 }, {}, {}, { tasks: ['AP', 'PC1'] }, { tasks: ['AP', 'PC1'] });

  it('is done by those that are declared for it', () => {
    expect(waves(plan(withLimits(farm), inPlace(farm)))).toBe('worker-1 worker-3 worker-4 | worker-2');
  });

  it('is done by nobody who has it switched off, until that is switched on again', () => {
    const off = changeWorker(
      inPlace(farm),
      'worker-2',
      changeLive((live) => ({ ...live, tasks: new Set(['AP', 'PC1', 'C2'] as const) })),
    );
    // worker-2 is restarted, too, and switches PC2 on only then.
    expect(waves(plan(withLimits(farm), off))).toBe('worker-1 | worker-2 worker-3 worker-4');
    // worker-2 stays, and has PC2 switched on before the first wave.
    expect(waves(plan(withLimits(farm, 1), off))).toBe('worker-1');
    expect(plan(withLimits(farm, 1), off).waves[0]?.turns[0]?.alone).toEqual([]);
  });
});

it('a group is served by the sealing paths that are in it', () => {
  const storage = (path: string, group: string, seal = true) => [aStorage({ path, groups: [group], seal, store: !seal })];
  const farm = farmOf(
    { maxUnavailable: 4 },
    { storage: storage('/mnt/1', 'g') },
    { storage: storage('/mnt/2', 'g') },
    { storage: storage('/mnt/3', 'g', false) },
    { storage: storage('/mnt/4', 'other') },
  );
  const made = plan(withLimits(farm), inPlace(farm));
  expect(waves(made)).toBe('worker-1 worker-3 | worker-2 | worker-4');
  expect(made.waves[1]?.turns[0]?.putOff).toEqual(['only-pc2-of-group g']);
}); // prettier-ignore

describe('a large plan', () => {
  const large = (workers: number, restarted: number, largePlan = 30): Plan => {
    const farm = farmOf({ largePlan }, ...Array.from({ length: workers }, () => ({})));
    return plan(withLimits(farm, restarted), inPlace(farm));
  };

  it.each([
    [1, 1, 30, false],
    [2, 2, 30, false],
    [3, 2, 30, false],
    [3, 3, 30, true],
    [10, 3, 30, false],
    [10, 4, 30, true],
    [9, 3, 30, true],
    [10, 5, 50, false],
    [10, 6, 50, true],
    [10, 10, 100, false],
    [4, 3, 1, true],
  ])('of %i workers, %i restarted, %i %%: %s', (workers, restarted, percent, expected) => {
    const made = large(workers, restarted, percent);
    expect(codes(made)).toEqual(expected ? ['SF560 warning'] : []);
    expect(made.large).toEqual(
      expected ? { concerned: restarted, running: workers, mostPercent: percent } : undefined,
    );
  });

  it('is said in numbers, and with the way out', () => {
    expect(large(10, 4).diagnostics).toMatchObject([
      {
        message: '4 of the 10 workers that run are to be restarted or made quiet: 40 %, more than 30 %',
        help: expect.stringContaining('--allow-large') as string,
      },
    ]);
  });

  it('is measured by what runs', () => {
    const farm = farmOf({}, ...Array.from({ length: 10 }, () => ({})));
    const seen = changeWorker(inPlace(farm), 'worker-10', stopped);
    expect(plan(withLimits(farm, 3), seen).large).toEqual({ concerned: 3, running: 9, mostPercent: 30 });
  });

  it('is none where workers start that did not run', () => {
    const farm = farmOf({}, ...FOUR);
    const seen = [1, 2, 3, 4].reduce<Observation>(
      (seen, n) => changeWorker(seen, `worker-${n}`, stopped),
      inPlace(farm),
    );
    expect(plan(farm, seen).large).toBeUndefined();
  });

  it('is none where workers were named on the command line', () => {
    const farm = farmOf({}, ...FOUR);
    const changes = new Map([1, 2, 3, 4].map((n) => [`worker-${n}`, undefined]));
    const made = planIntents(desire(withLimits(farm), TOKEN, new Map()), inPlace(farm), changes);
    expect(waves(made)).toBe('worker-1 | worker-2 | worker-3 | worker-4');
    expect([made.large, made.diagnostics]).toEqual([undefined, []]);
  });
});

it('a restart that breaks minAvailable is held back, and that is said: SF561', () => {
  const farm = farmOf({ minAvailable: new Map([['PC2', 3]]) }, ...FOUR);
  const made = plan(withLimits(farm, 2), inPlace(farm), ['worker-4']);
  expect(made.waves).toEqual([]);
  expect(made.heldBack.map(({ worker }) => worker)).toEqual(['worker-1', 'worker-2']);
  expect(made.diagnostics).toMatchObject([
    {
      code: 'SF561',
      severity: 'warning',
      message: 'worker-1, worker-2 cannot be restarted now: fewer than 3 would go on doing PC2',
    },
  ]);
});

describe('the only post worker', () => {
  const post = { tasks: ['WDP'], storage: [] } as const;
  const said = (farm: Farm, drained: readonly string[] = []): readonly string[] =>
    plan(withLimits(farm), inPlace(farm), drained)
      .diagnostics.filter(({ code }) => code === 'SF562')
      .map(({ message }) => message);

  it('is restarted with a warning of what that means: SF562', () => {
    expect(said(farmOf({}, {}, post))).toEqual([
      'worker-2 is the only worker for WindowPoSt that runs: while it is away, nobody proves if the miner has DisableBuiltinWindowPoSt set',
    ]);
    expect(said(farmOf({}, { tasks: ['WNP'], storage: [] }))[0]).toContain('DisableBuiltinWinningPoSt');
  });

  it.each([
    ['stopped', ', and the file wants it stopped: from then on'],
    ['drained', ', and the file wants it drained: once its process has ended'],
  ] as const)('is %s with a warning that it does not come back', (state, words) => {
    const made = plan(farmOf({}, {}, { ...post, state }), inPlace(farmOf({}, {}, post)));
    expect(made.diagnostics).toMatchObject([
      {
        code: 'SF562',
        message: `worker-2 is the only worker for WindowPoSt that runs${words}, nobody proves if the miner has DisableBuiltinWindowPoSt set`,
        help: 'Start another one for WindowPoSt first, or take DisableBuiltinWindowPoSt out of the config.toml of the miner.',
      },
    ]);
  });

  it('is one whose likes are drained', () => {
    expect(said(farmOf({}, post, post), ['worker-1'])).toHaveLength(1);
  });

  it('is none of two', () => {
    const farm = farmOf({ maxUnavailable: 2 }, post, post);
    expect(said(farm)).toEqual([]);
    expect(waves(plan(withLimits(farm), inPlace(farm)))).toBe('worker-1 | worker-2');
  });
});

it('a drain has no waves', () => {
  const farm = farmOf({}, ...FOUR);
  const changes = new Map([['worker-1', DRAIN]]);
  expect(planIntents(desire(withLimits(farm), TOKEN, changes), inPlace(farm), changes).waves).toEqual([]);
});
