import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { starterOf, starterWords, type Again, type Starter } from '../../src/observed/starter.js';
import { AS_THEY_RUN, type Adopting } from '../../src/plan/adopt-rules.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { startedBy, withoutOurs, type ToldWorker } from '../support/foreign.js';
import {
  ABSENT,
  aJob,
  changeLive,
  changeMiner,
  changeWorker,
  inPlace,
  sessionOf,
} from '../support/observation.js';
import { codes, only, summary } from '../support/plan.js';
import type { HostObservation, Observation, ObservedMiner } from '../../src/observed/observed.js';

type Seen = Observation & { readonly miner: ObservedMiner };

const TMUX: Starter = { kind: 'tmux', session: '0' };
const ENABLED: Starter = {
  kind: 'unit',
  unit: 'seal.service',
  file: '/etc/systemd/system/seal.service',
  enabled: true,
};
const RESTART: Adopting = { restart: true, disableUnits: false };
const ALL: Adopting = { restart: true, disableUnits: true };

const farmWith = (serviceManager: 'systemd' | 'process', worker: Partial<Worker> = {}): Farm =>
  aFarm({ hosts: [aHost({ serviceManager, workers: [aWorker(worker)] })] });

/** As people have it: nothing of sealfarm's is on the host. */
function byHand(
  farm: Farm,
  told: Omit<ToldWorker, 'env'> = {},
  more: Readonly<Record<string, string>> = {},
): Seen {
  const desired = desire(farm, TOKEN, new Map()).hosts[0]?.workers[0];
  const env = { ...withoutOurs(desired?.env ?? []), ...more };
  const seen = changeWorker(inPlace(farm), 'worker-1', (worker) => ({
    ...startedBy({ ...told, env })(worker),
    envFile: ABSENT,
  }));
  const hosts = [...seen.hosts].map(([name, host]): [string, HostObservation] => {
    if (!host.reached) return [name, host];
    const { manifest: _, manifestSha256: __, ...rest } = host;
    return [name, rest] as const;
  });
  return { ...seen, hosts: new Map(hosts) };
}

function planned(farm: Farm, seen: Observation, adopt: Adopting = AS_THEY_RUN): Plan {
  return makePlan(desire(farm, TOKEN, new Map()), seen, undefined, adopt);
}

/** After an apply of all that disturbs nobody. */
function written(farm: Farm, seen: Seen): Seen {
  const placed = inPlace(farm).hosts.get('host-1');
  const now = seen.hosts.get('host-1');
  const desired = desire(farm, TOKEN, new Map()).hosts[0];
  if (placed?.reached !== true || now?.reached !== true) throw new Error('no host');
  const own = placed.workers.get('worker-1');
  const worker = now.workers.get('worker-1');
  if (own === undefined || worker === undefined) throw new Error('no worker');
  const text = (value: string): typeof own.envFile =>
    ({ ...own.envFile, text: new Secret(value) }) as typeof own.envFile;
  const [dropIn, template] = [desired?.workers[0]?.dropIn, desired?.unitTemplate];
  const changed = {
    ...worker,
    envFile: own.envFile,
    ...(dropIn === undefined ? {} : { dropIn: text(dropIn), startsAtBoot: true }),
  };
  return {
    ...seen,
    hosts: new Map([
      [
        'host-1',
        {
          ...placed,
          ...(template === undefined ? {} : { unitTemplate: text(template) }),
          workers: new Map([['worker-1', changed]]),
        },
      ],
    ]),
  };
}

describe('a worker that somebody else started', () => {
  it('is taken over as it runs: files, and with systemd the unit at the next boot', () => {
    const farm = farmWith('systemd');
    const made = planned(farm, byHand(farm));
    expect(codes(made)).toEqual([]);
    expect(steps(made).map(({ id, disruption, reason }) => `${id}: ${disruption}, ${reason}`)).toEqual([
      'host-1/manifest: none, adopted',
      'host-1/unit: none, new',
      'worker-1/write-file:/etc/sealfarm/workers/worker-1/worker.env: none, adopted',
      'worker-1/write-file:/etc/systemd/system/sealfarm-worker@worker-1.service.d/10-sealfarm.conf: none, adopted',
      'worker-1/enable-unit: none, adopted',
    ]);
    expect(made.foreign).toEqual([
      {
        host: 'host-1',
        worker: 'worker-1',
        pid: 4711,
        starter: 'tmux session 0',
        since: '2026-01-02T03:04:05.000Z',
        pending: [],
      },
    ]);
  });

  it.each(['systemd', 'process'] as const)('is in an empty plan afterwards, with %s', (manager) => {
    const farm = farmWith(manager);
    const made = planned(farm, written(farm, byHand(farm)));
    expect([summary(made), codes(made)]).toEqual([[], []]);
    expect(made.foreign).toHaveLength(1);
  });

  it('is restarted where that is asked for, in the waves of all restarts', () => {
    const farm = farmWith('process');
    const seen = written(farm, byHand(farm, { starter: TMUX }, { TMPDIR: '/scratch' }));
    const made = planned(farm, seen, RESTART);
    expect(summary(made)).toEqual(['restart: restart, adopted']);
    expect(only(made, 'restart')).toMatchObject({
      action: { adopts: true },
      changes: [
        { field: 'TMPDIR', before: '/scratch', after: '/var/lib/sealfarm/tmp/worker-1' },
        { field: 'started by', before: 'tmux session 0', after: 'sealfarm' },
      ],
    });
    expect(made.waves.flatMap(({ turns }) => turns.map(({ worker }) => worker))).toEqual(['worker-1']);
  });

  it('is restarted where Lotus would do something else than the file says', () => {
    const farm = farmWith('process', { limits: new Map([['PC1', 4]]) });
    const seen = written(farm, byHand(farm, {}, { PC1_32G_MAX_CONCURRENT: '9' }));
    const made = planned(farm, seen);
    expect(summary(made)).toEqual(['restart: restart, config-changed']);
    expect(only(made, 'restart').changes[0]).toEqual({
      field: 'PC1_32G_MAX_CONCURRENT',
      before: '9',
      after: '4',
    });
  });

  it('has its tasks switched while it runs', () => {
    const farm = farmWith('process', { tasks: ['AP', 'PC1'] });
    const more = changeLive((live) => ({ ...live, tasks: new Set(['AP', 'PC1', 'PC2']) }));
    const before = changeWorker(byHand(farm), 'worker-1', more);
    // Nobody has declared anything of it until then.
    expect(summary(planned(farm, before))).toContain('disable-task PC2: live, config-changed');
    const seen = changeWorker(written(farm, byHand(farm)), 'worker-1', more);
    expect(summary(planned(farm, seen))).toEqual(['disable-task PC2: live, lotus-differs']);
  });

  it('is known by the jobs of its session, and a restart says what they cost', () => {
    const farm = farmWith('process');
    const seen = written(farm, byHand(farm));
    const busy = changeMiner(seen, { jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    expect(only(planned(farm, busy, RESTART), 'restart').cost?.jobs).toMatchObject([{ task: 'PC1' }]);
  });

  it('is started once where it has ended by itself', () => {
    const farm = farmWith('process');
    const seen = changeWorker(written(farm, byHand(farm)), 'worker-1', ({ process: _, ...worker }) => worker);
    expect(summary(planned(farm, seen))).toEqual(['start: none, not-running']);
  });

  it('is drained and stopped as any other', () => {
    const farm = farmWith('process', { state: 'stopped' });
    const seen = written(farm, byHand(farm));
    expect(summary(planned(farm, seen))).toEqual(['drain: empty, config-changed']);
  });

  it.each<[starter: Starter, code: string, help: string]>([
    [{ ...TMUX, again: { pid: 12 } }, 'SF556', 'End process 12'],
    [{ ...ENABLED, shared: true }, 'SF555', 'ake it out of that unit'],
  ])('is not drained to be stopped where it would come back', (starter, code, help) => {
    const plan = (state: 'stopped' | 'drained'): Plan => {
      const farm = farmWith('process', { state });
      return planned(farm, written(farm, byHand(farm, { starter })));
    };
    const stopped = plan('stopped');
    expect(summary(stopped)).toEqual([]);
    expect(stopped.diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code, help: expect.stringContaining(help) as string },
    ]);
    expect(summary(plan('drained'))).toEqual(['drain: empty, config-changed']);
  });

  it('is not restarted with a flag that no variable says', () => {
    const farm = farmWith('process');
    const seen = written(farm, byHand(farm, { args: ['run', '--external-pc2', '/opt/pc2'] }));
    expect(codes(planned(farm, seen))).toEqual([]);
    const made = planned(farm, seen, RESTART);
    expect([summary(made), codes(made)]).toEqual([[], ['SF552 error']]);
  });
});

it('a worker whose unit keeps others, too, is not restarted, and that unit is not disabled', () => {
  const farm = farmWith('systemd');
  const seen = byHand(farm, { starter: { ...ENABLED, shared: true } });
  const made = planned(farm, seen, ALL);
  expect(codes(made)).toEqual(['SF550 warning', 'SF555 error']);
  // Whether the unit started it, or a person within it, is not known.
  expect(made.diagnostics[0]?.message).toBe(
    'the next boot of host-1 may start worker-1 by seal.service again, as it was started before, and else nobody does: the unit of sealfarm stays disabled until then',
  );
  expect(made.diagnostics.map(({ help }) => help)).toEqual([
    'Take it out of that unit when it is quiet, and apply: sealfarm then starts it.',
    'Take it out of that unit when it is quiet, and apply: sealfarm then starts it.',
  ]);
  expect(summary(made).filter((line) => !line.startsWith('write-file'))).toEqual([]);
});

it.each<[what: string, again: Again, remedy: string]>([
  ['a loop in a shell', { pid: 12 }, 'End process 12, then end the worker'],
  ['supervisord', { pid: 12, supervisor: 'supervisord' }, 'out of what supervisord keeps'],
])('a worker that %s would start again is taken over as it runs, and not restarted', (by, again, remedy) => {
  const farm = farmWith('systemd');
  const seen = byHand(farm, { starter: { kind: 'tmux', again } });
  expect(codes(planned(farm, seen))).toEqual([]);
  const made = planned(farm, seen, RESTART);
  expect(codes(made)).toEqual(['SF556 error']);
  expect(made.diagnostics[0]?.message).toContain(`${by} (process 12) would start it again`);
  expect(made.diagnostics[0]?.help).toContain(remedy);
  expect(steps(made).filter(({ id }) => id.includes('restart'))).toEqual([]);
});

const BROUGHT = { ...ENABLED, enabled: false };

describe.each<[what: string, starter: Starter, remedy: string]>([
  ['cron', { kind: 'cron' }, 'out of the crontab'],
  ['rc.local', { kind: 'rc.local' }, 'out of rc.local'],
  ['cron', { kind: 'cron', within: 'tmux session 0' }, 'out of the crontab'],
  ['seal.timer', { ...BROUGHT, by: 'seal.timer' }, 'systemctl disable --now seal.timer'],
  ['farm.target', { ...BROUGHT, by: 'farm.target' }, 'ake seal.service out of farm.target'],
])('%s, which started it', (kind, starter, remedy) => {
  const farm = farmWith('systemd');
  const seen = byHand(farm, { starter });
  const shown = (made: Plan): unknown => [
    steps(made).flatMap(({ id }) => (id.includes('able-unit') || id.includes('restart') ? [id] : [])),
    codes(made),
  ];

  it('starts it at the next boot as before, and sealfarm does not', () => {
    const made = planned(farm, seen);
    expect(shown(made)).toEqual([[], ['SF550 warning']]);
    expect(made.diagnostics[0]?.help).toContain(remedy);
  });

  it('keeps it from being restarted, whatever is allowed for units', () => {
    const made = planned(farm, seen, ALL);
    expect(shown(made)).toEqual([[], ['SF550 warning', 'SF551 error']]);
    expect(made.diagnostics[1]).toMatchObject({
      message: expect.stringContaining(`${kind} would start it at boot`) as string,
      help: expect.stringContaining(remedy) as string,
    });
  });
});

it('one that was started through a service that starts none at boot is sealfarm’s at the next boot', () => {
  const farm = farmWith('systemd');
  const unit = new Map([
    ['Id', 'atd.service'],
    ['MainPID', '5'],
    ['UnitFileState', 'enabled'],
  ]);
  const starter = starterOf(7, { parents: [], unit, status: new Map(), variable: () => undefined });
  const made = planned(farm, byHand(farm, { starter }));
  expect(codes(made)).toEqual([]);
  expect(steps(made).map(({ id }) => id)).toContain('worker-1/enable-unit');
});

describe('a unit that started it and is enabled', () => {
  const farm = farmWith('systemd');
  const seen = byHand(farm, { starter: ENABLED });
  const unit = (made: Plan): readonly string[] =>
    steps(made).flatMap(({ id }) => (id.includes('able-unit') || id.includes('restart') ? [id] : []));

  it('starts it at the next boot as before, and sealfarm does not', () => {
    const made = planned(farm, seen);
    expect([unit(made), codes(made)]).toEqual([[], ['SF550 warning']]);
  });

  it('keeps it from being restarted: two would start it at boot', () => {
    const made = planned(farm, seen, RESTART);
    expect([unit(made), codes(made)]).toEqual([[], ['SF550 warning', 'SF551 error']]);
  });

  it('is disabled where that is asked for, and sealfarm starts the worker at boot', () => {
    const made = planned(farm, seen, { restart: false, disableUnits: true });
    expect([unit(made), codes(made)]).toEqual([
      ['worker-1/disable-unit:seal.service', 'worker-1/enable-unit'],
      [],
    ]);
  });

  it('is disabled before a restart takes the worker over', () => {
    const made = planned(farm, seen, ALL);
    expect([unit(made), codes(made)]).toEqual([
      ['worker-1/disable-unit:seal.service', 'worker-1/enable-unit', 'worker-1/restart'],
      [],
    ]);
  });

  it('has its name in the plan', () => {
    expect(planned(farm, seen).foreign?.[0]?.starter).toBe(starterWords(ENABLED));
  });
});
