import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Rollout, Worker } from '../../src/farm/farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import type { DesiredFarm } from '../../src/desired/desired.js';
import { THE_FILE } from '../../src/host/manifest.js';
import type {
  DepartedWorker,
  HostObservation,
  Observation,
  ObservedMiner,
} from '../../src/observed/observed.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { planIntents } from '../../src/plan/intent-plan.js';
import { makePlan } from '../../src/plan/make-plan.js';
import type { Part } from '../../src/plan/part.js';
import type { Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import {
  aJob,
  changeLive,
  changeMiner,
  changeWorker,
  drained,
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

  it('begin with all of those together, which are away already', () => {
    const farm = farmOf({}, ...FOUR);
    const off = changeLive((live) => ({ ...live, tasks: new Set(['FIN'] as const) }));
    const resting = ['worker-3', 'worker-4'].reduce<Observation>(
      (seen, name) => changeWorker(seen, name, off),
      inPlace(farm),
    );
    expect(waves(plan(withLimits(farm), resting))).toBe('worker-3 worker-4 | worker-1 | worker-2');
  });

  it('begin with one that still has what is never switched off', () => {
    const farm = farmOf({}, {}, { tasks: ['PC1', 'DL'] });
    const off = changeLive((live) => ({ ...live, tasks: new Set(['DL'] as const) }));
    expect(waves(plan(withLimits(farm), changeWorker(inPlace(farm), 'worker-2', off)))).toBe(
      'worker-2 | worker-1',
    );
  });

  it('go together as the file says', () => {
    expect(waves(plan(withLimits(TWO_AT_ONCE), inPlace(TWO_AT_ONCE)))).toBe(
      'worker-1 worker-2 | worker-3 worker-4',
    );
  });

  describe('go by the work behind PC1', () => {
    const hour = (hours: number): string =>
      new Date(Date.parse('2026-01-02T03:00:00Z') - hours * 3_600_000).toISOString();
    const order = (at: number | undefined, ...starts: readonly (readonly string[])[]): string => {
      const farm = farmOf({}, ...starts.map(() => ({})));
      const jobs = starts.map((own, index) => {
        const ids = own.map((Start, sector) => aJob('PC1', sector, { Start }));
        return [sessionOf(`worker-${index + 1}`), ids] as const;
      });
      const seen = changeMiner(inPlace(farm), { jobs: new Map(jobs) });
      return waves(plan(withLimits(farm), { ...seen, ...(at === undefined ? {} : { at }) }));
    };

    it('when the farm was looked at', () => {
      const two = [[hour(0), hour(0)], [hour(1)]];
      expect(order(Date.parse(hour(0)), ...two)).toBe('worker-1 | worker-2');
      expect(order(Date.parse(hour(-2)), ...two)).toBe('worker-2 | worker-1');
    });

    it('when the youngest job began, where nobody says when that was', () => {
      expect(order(undefined, [hour(2)], [hour(1)], ['soon'])).toBe('worker-2 | worker-1 | worker-3');
    });
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

describe('the budget has one less', () => {
  const farm = farmOf({ maxUnavailable: 2 }, ...FOUR, {});
  const fifth = (state: Worker['state']): Farm => {
    const limits = withLimits(farm, 4);
    const hosts = limits.hosts.map((host, index) =>
      index < 4 ? host : { ...host, workers: host.workers.map((worker) => ({ ...worker, state })) },
    );
    return { ...limits, hosts };
  };
  const seen = inPlace(farm);

  it('for one that the file wants stopped, and a person has drained', () => {
    const made = plan(fifth('stopped'), drained(seen, 'worker-5', DRAIN), ['worker-5']);
    expect(waves(made)).toBe('worker-1 | worker-2 | worker-3 | worker-4');
  });

  it('for one whose stop has begun, and none before', () => {
    const begun = { ...DRAIN, who: THE_FILE };
    expect(waves(plan(fifth('stopped'), seen))).toBe('worker-1 worker-2 | worker-3 worker-4 | worker-5');
    expect(waves(plan(fifth('stopped'), drained(seen, 'worker-5', begun)))).toBe(
      'worker-1 | worker-2 | worker-3 | worker-4 | worker-5',
    );
  });
});

it('a worker that is to stop has its turn after those that have less to do', () => {
  const farm = farmOf({}, ...FOUR);
  const hosts = farm.hosts.map((host, index) => ({
    ...host,
    workers: host.workers.map((worker) => (index < 2 ? { ...worker, state: 'stopped' as const } : worker)),
  }));
  const busy = changeMiner(inPlace(farm), { jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 1)]]]) });
  expect(waves(plan({ ...farm, hosts }, busy))).toBe('worker-2 | worker-1');
});

describe('a worker with a new name', () => {
  const renaming = (more: Partial<Worker> = {}): [Farm, Observation & { readonly miner: ObservedMiner }] => {
    const before = farmOf({}, {}, { name: 'old', ...more });
    const after = withLimits(
      farmOf({}, {}, { name: 'new', renamedFrom: 'old', repo: '/var/lib/lotus/old', ...more }),
      1,
    );
    const desired = [before, after].map((farm) => desire(farm, TOKEN, new Map())) as [
      DesiredFarm,
      DesiredFarm,
    ];
    const seen = asDeclared(...desired);
    return [after, { ...seen, miner: inPlace(before).miner }];
  };

  it('has the work of its old name', () => {
    const [farm, seen] = renaming();
    const jobs = new Map([[sessionOf('old'), [aJob('PC1', 1)]]]);
    expect(waves(plan(farm, seen))).toBe('new | worker-1');
    expect(waves(plan(farm, changeMiner(seen, { jobs })))).toBe('worker-1 | new');
  });

  it('does what it does under its old name', () => {
    const [farm, seen] = renaming({ tasks: ['UNS'] });
    expect(plan(farm, seen).waves[0]?.turns).toMatchObject([{ worker: 'new', alone: ['last-of-task UNS'] }]);
  });

  it('comes not before others for being at rest, where a person has drained it', () => {
    const [farm, seen] = renaming();
    const off = [...seen.hosts].map(([name, host]): [string, HostObservation] => {
      if (!host.reached || host.departed === undefined) return [name, host];
      const rest = [...host.departed].map(([old, worker]): [string, DepartedWorker] => [
        old,
        { ...worker, ...changeLive((live) => ({ ...live, tasks: new Set() }))(worker) },
      ]);
      return [name, { ...host, departed: new Map(rest) }];
    });
    const resting = { ...seen, hosts: new Map(off) };
    const busy = changeMiner(resting, { jobs: new Map([[sessionOf('old'), [aJob('PC1', 1)]]]) });
    expect(waves(plan(farm, busy))).toBe('new | worker-1');
    expect(waves(plan(farm, busy, ['new']))).toBe('worker-1 | new');
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
    // Nor is one away that has all of them switched on.
    const allOff = changeWorker(
      inPlace(farm),
      'worker-2',
      changeLive((live) => ({ ...live, tasks: new Set() })),
    );
    expect(plan(withLimits(farm, 1), allOff).waves[0]?.turns[0]?.alone).toEqual([]);
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

  it('is measured also by those that are held back', () => {
    const farm = farmOf({ minAvailable: new Map([['PC2', 4]]) }, ...FOUR);
    expect(plan(withLimits(farm), inPlace(farm)).large).toMatchObject({ concerned: 4, running: 4 });
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

it('what is held back is said of the task that would be short, and of the first five workers', () => {
  const minAvailable = new Map([['PC1', 1], ['PC2', 7]] as const);
  const farm = farmOf({ minAvailable }, ...FOUR, ...FOUR.slice(1));
  const said = plan(withLimits(farm), inPlace(farm)).diagnostics.filter(({ code }) => code === 'SF561');
  expect(said.map(({ message }) => message)).toEqual([
    'worker-1, worker-2, worker-3, worker-4, worker-5 and 2 more cannot be restarted now: fewer than 7 would go on doing PC2',
  ]);
}); // prettier-ignore

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

  it('is one also where the plan is of its host alone, and none where the plan leaves it out', () => {
    const of = (n: number): Part => ({
      hosts: new Set([`host-${n}`]),
      workers: new Set([`worker-${n}`]),
      whole: new Set(),
    });
    const narrowed = (farm: Farm, part: Part): readonly string[] =>
      codes(makePlan(desire(withLimits(farm), TOKEN, new Map()), inPlace(farm), part));
    const [one, two] = [farmOf({}, {}, post), farmOf({}, post, post)];
    expect(narrowed(one, of(2))).toEqual(['SF562 warning']);
    expect(narrowed(one, of(1))).toEqual([]);
    // The other one stands in for it, though no plan is made of it.
    expect(narrowed(two, of(2))).toEqual([]);
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
