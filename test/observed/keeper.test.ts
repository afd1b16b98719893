import { describe, expect, it } from 'vitest';
import { workerLayout, type ManagerName } from '../../src/host/layout.js';
import { formatManifest } from '../../src/host/manifest.js';
import { TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import { endingUnit, keeperOf, keepsEnding, keptBy, strangeKeeper } from '../../src/observed/keeper.js';
import type { ObservedWorker } from '../../src/observed/observed.js';
import { assembleHost, type HostAnswer } from '../../src/observed/parse-answer.js';
import type { ObservedUnit } from '../../src/observed/units.js';
import { aHost } from '../support/farm.js';
import { ABSENT, aUnit, EMPTY_ANSWER, file, unreached } from '../support/observation.js';

const PATHS = { config: '/c', state: '/s' };
const UNIT = 'sealfarm-worker@worker-1.service';

/** An answer with a process by pid file, one by a unit, and that unit. */
function answer(plain?: number, ofUnit?: number, unit?: Partial<ObservedUnit>): HostAnswer {
  const processes = [
    ...(plain === undefined ? [] : [['/s/run/worker-1.pid', plain] as const]),
    ...(ofUnit === undefined ? [] : [[UNIT, ofUnit] as const]),
  ].map(([key, pid]) => [key, { pid, environ: new Map() }] as const);
  return {
    ...EMPTY_ANSWER,
    processes: new Map(processes),
    units: new Map(unit === undefined ? [] : [[UNIT, aUnit(unit)]]),
  };
}

const RUNS = { active: 'active', sub: 'running', pid: 8 };
const DEAD = { active: 'inactive', sub: 'dead' };

describe('who keeps a worker', () => {
  it.each<[string, HostAnswer, ManagerName, ManagerName | undefined, boolean]>([
    ['nobody', answer(), 'systemd', undefined, false],
    ['nobody, its unit being at rest', answer(undefined, undefined, DEAD), 'systemd', undefined, false],
    ['the declared plain process', answer(7), 'process', 'process', false],
    ['a plain process where a unit is declared', answer(7, undefined, DEAD), 'systemd', 'process', false],
    ['a unit where a plain process is declared', answer(undefined, 8, RUNS), 'process', 'systemd', false],
    ['a unit between two tries', answer(undefined, undefined, {}), 'process', 'systemd', false],
    ['both', answer(7, 8, RUNS), 'process', 'process', true],
    ['both', answer(7, 8, RUNS), 'systemd', 'systemd', true],
    ['a plain process, beside a unit that tries', answer(7, undefined, {}), 'systemd', 'process', true],
    ['a unit whose process a pid file names', answer(8, 8, RUNS), 'systemd', 'systemd', false],
  ])('is %s', (_, seen, serviceManager, keeper, twice) => {
    const layout = workerLayout({ paths: PATHS, serviceManager }, { name: 'worker-1', repo: '/r' });
    const { process, unit, twice: both = false } = keptBy(layout, seen);
    const kept = {
      ...(unit === undefined ? {} : { unit }),
      ...(process === undefined ? {} : { process: { ...process, live: unreached() } }),
    };
    expect([keeperOf(kept), both]).toEqual([keeper, twice]);
  });

  it('is said where it is two, or a stranger', () => {
    const seen: ObservedWorker = { envFile: ABSENT, storageJson: ABSENT, storage: new Map() };
    expect(strangeKeeper(seen, 'h', 'w')).toBeUndefined();
    expect(strangeKeeper({ ...seen, startedElsewhere: true }, 'h', 'w')?.code).toBe('SF514');
    expect(strangeKeeper({ ...seen, twice: true }, 'h', 'w')).toMatchObject({
      code: 'SF546',
      message: 'w is kept twice on h: as a plain process and as a systemd unit',
      place: { kind: 'host', host: 'h', worker: 'w' },
    });
  });
});

describe('a unit that keeps ending', () => {
  const process = { pid: 8, manager: 'systemd', environ: new Map(), live: unreached() } as const;

  function said(unit: Partial<ObservedUnit>, running = false): string | undefined {
    const seen = { envFile: ABSENT, storageJson: ABSENT, storage: new Map(), unit: aUnit(unit) };
    return endingUnit(running ? { ...seen, process } : seen, 'host-1', 'worker-1')?.message;
  }

  it.each<[string, Partial<ObservedUnit>, string]>([
    [
      'has ended for the first time',
      {},
      'with status 0, as Lotus does on errors too, and systemd starts it again',
    ],
    [
      'ends again and again',
      { restarts: 4, result: 'exit-code', status: 203 },
      'with the result exit-code (status 203), and systemd starts it again; it was started again 4 times',
    ],
    [
      'was given up',
      { active: 'failed', sub: 'failed', result: 'oom-kill', status: 9 },
      'with the result oom-kill (status 9), and systemd starts it no more',
    ],
  ])('is said where it %s', (_, unit, words) => {
    expect(said(unit)).toBe(`the unit of worker-1 ended ${words}`);
  });

  it('is said at one more try that has not come to an answer, and not of a worker that answers', () => {
    expect(said({ ...RUNS, restarts: 2 }, true)).toBe(
      'the unit of worker-1 ended before it answered; it was started again 2 times',
    );
    expect(said(RUNS, true)).toBeUndefined();
    const live = { reached: true, session: 's', tasks: new Set<never>(), paths: [] } as const;
    const answering = {
      envFile: ABSENT,
      storageJson: ABSENT,
      storage: new Map(),
      process: { ...process, live },
    };
    expect(keepsEnding({ ...answering, unit: aUnit({ ...RUNS, restarts: 2 }) })).toBe(false);
  });

  it('is not one that was stopped', () => {
    expect(said(DEAD)).toBeUndefined();
  });
});

describe('a host', () => {
  const why = { ...EMPTY_ANSWER, noSystemd: 'no bus' };
  const template = new Map([[TEMPLATE_FILE, file('[Unit]')]]);

  it.each<[ManagerName, HostAnswer, readonly string[]]>([
    ['systemd', EMPTY_ANSWER, []],
    ['systemd', why, ['SF516']],
    ['process', why, []],
    ['process', { ...why, files: template }, ['SF516']],
  ])('of %s is known for what runs only where that could be asked', (serviceManager, seen, codes) => {
    const { problems } = assembleHost(aHost({ serviceManager }), seen, new Map());
    expect(problems.map(({ code }) => code)).toEqual(codes);
    for (const { message } of problems)
      expect(message).toBe('systemd on host-1 cannot be asked for its units: no bus');
  });

  it('has forgotten workers of both kinds, once each', () => {
    const processes = [
      '/var/lib/sealfarm/run/old-1.pid',
      'sealfarm-worker@old-1.service',
      'sealfarm-worker@worker-1.service',
    ];
    const seen = assembleHost(
      aHost(),
      {
        ...EMPTY_ANSWER,
        processes: new Map(processes.map((key) => [key, { pid: 7, environ: new Map() }])),
        units: new Map([
          ['sealfarm-worker@old-2.service', aUnit()],
          ['sealfarm-worker@old-3.service', aUnit(DEAD)],
        ]),
      },
      new Map([['worker-1', unreached()]]),
    );
    expect(seen.forgotten).toEqual(['old-1', 'old-2']);
    expect(seen.workers.get('worker-1')?.process?.manager).toBe('systemd');
  });

  it('remembers what is started at boot', () => {
    const text = formatManifest({ version: 1, farm: 'example', workers: ['worker-1'], intents: {} });
    const seen = assembleHost(
      aHost(),
      {
        ...EMPTY_ANSWER,
        files: new Map([['/var/lib/sealfarm/manifest.json', file(text)]]),
        startedAtBoot: new Set([UNIT]),
      },
      new Map(),
    );
    expect(seen.workers.get('worker-1')?.startsAtBoot).toBe(true);
  });
});
