import { describe, expect, it } from 'vitest';
import type { Farm } from '../../src/farm/farm.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, farmOf } from '../support/farm.js';
import {
  changeLive,
  changeProcess,
  changeWorker,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { DRAIN, ENV_FILE, FARM, only, plan, PLACED, SEAL, summary } from '../support/plan.js';

describe('tasks', () => {
  const withTasks = (tasks: Parameters<typeof aWorker>[0]): Plan => plan(farmOf(tasks ?? {}), PLACED);

  it('are switched live, and written for the next start', () => {
    const made = withTasks({ tasks: ['PC1', 'PC2', 'C2', 'UNS'] });
    expect(summary(made)).toEqual([
      `write-file ${ENV_FILE}: none, config-changed`,
      'disable-task AP: live, config-changed',
      'enable-task UNS: live, config-changed',
    ]);
    expect(only(made, 'enable-task').changes).toEqual([{ field: 'UNS', before: 'false', after: 'true' }]);
  });

  it('that were switched by hand are switched back', () => {
    const seen = changeWorker(
      PLACED,
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set(['AP', 'PC1', 'PC2', 'C1', 'FIN']) })),
    );
    expect(summary(plan(FARM, seen))).toEqual(['enable-task C2: live, lotus-differs']);
  });

  it.each([
    ['sector-download', ['AP', 'PC1', 'PC2', 'C2', 'DL'] as const, 'sector-download'],
    ['a post', ['WDP'] as const, 'windowpost'],
  ])('that cannot be switched need a restart: %s', (_, tasks, field) => {
    const made = withTasks({ tasks });
    const restart = only(made, 'restart');
    expect(restart).toMatchObject({ disruption: 'restart', reason: 'config-changed' });
    expect(restart.changes).toContainEqual({ field, before: 'false', after: 'true' });
    expect(summary(made).filter((line) => line.includes('-task'))).toEqual([]);
  });
});

describe('a worker that does not answer', () => {
  const silent = (farm: Farm): Plan =>
    plan(
      farm,
      changeWorker(
        PLACED,
        'worker-1',
        changeLive(() => unreached('it has not written its address yet')),
      ),
    );

  it('is said so: SF508', () => {
    const made = silent(FARM);
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([
      {
        code: 'SF508',
        severity: 'warning',
        message: expect.stringContaining('not written its address') as string,
      },
    ]);
  });

  it('is restarted all the same when its environment is old', () => {
    expect(summary(silent(farmOf({ limits: new Map([['PC1', 4]]) })))).toEqual([
      `write-file ${ENV_FILE}: none, config-changed`,
      'restart: restart, config-changed',
    ]);
  });

  it('gets no step that only an answering one could take', () => {
    expect(summary(silent(farmOf({ tasks: ['AP'], storage: [aStorage({ weight: 3 })] })))).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      `write-file ${ENV_FILE}: none, config-changed`,
    ]);
  });
});

it('does not move a running worker to another repo: SF507', () => {
  const made = plan(
    FARM,
    changeWorker(
      PLACED,
      'worker-1',
      changeProcess((process) => ({
        ...process,
        environ: new Map([...process.environ, ['LOTUS_WORKER_PATH', new Secret('/old/repo')]]),
      })),
    ),
  );
  expect(summary(made)).toEqual([]);
  expect(made.diagnostics).toMatchObject([
    { code: 'SF507', severity: 'error', place: { worker: 'worker-1' } },
  ]);
});

it('moves to another service manager with all that it is started with otherwise', () => {
  const workers = [aWorker({ limits: new Map([['PC1', 2]]), tasks: ['AP', 'PC1', 'PC2', 'C2', 'DL'] })];
  const made = plan(aFarm({ hosts: [aHost({ serviceManager: 'systemd', workers })] }), PLACED);
  const { reason, changes } = only(made, 'restart');
  expect(reason).toBe('config-changed');
  // Its unit comes with the move.
  expect(changes.map(({ field }) => field).filter((field) => field !== 'SEALFARM_VARIABLES')).toEqual([
    'serviceManager',
    'PC1_32G_MAX_CONCURRENT',
    'sector-download',
  ]);
});

describe('a drained worker', () => {
  const farm = farmOf({ limits: new Map([['PC1', 4]]), tasks: ['AP', 'PC1'] });

  it('keeps its process and tasks as they are; its file has the tasks off', () => {
    const made = plan(farm, PLACED, ['worker-1']);
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
    expect(made.drained).toEqual([
      { host: 'host-1', worker: 'worker-1', intent: DRAIN, running: true, declared: 'running' },
    ]);
  });

  it('is not started', () => {
    const made = plan(farm, changeWorker(PLACED, 'worker-1', stopped), ['worker-1']);
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
    expect(made.drained).toMatchObject([{ running: false }]);
  });

  it('is named also where its host was not reached', () => {
    const made = plan(farm, { ...PLACED, hosts: new Map([['host-1', unreached()]]) }, ['worker-1']);
    expect(made.drained).toMatchObject([{ worker: 'worker-1', running: false }]);
  });

  it('keeps no other worker from being started', () => {
    const two = aFarm({
      hosts: [aHost({ workers: [aWorker(), aWorker({ name: 'worker-2', storage: [] })] })],
    });
    const seen = changeWorker(changeWorker(inPlace(two), 'worker-1', stopped), 'worker-2', stopped);
    const started = steps(plan(two, seen, ['worker-1'])).filter(({ action }) => action.kind === 'start');
    expect(started.map(({ worker }) => worker)).toEqual(['worker-2']);
  });
});
