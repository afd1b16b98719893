import { describe, expect, it } from 'vitest';
import { aFarm, aHost, aWorker, farmOf } from '../../support/farm.js';
import {
  healthy,
  liveCodes,
  theFinding,
  withFacts,
  withWorkerFacts,
  type Seen,
} from '../../support/facts.js';
import { aUnit, changeWorker, stopped } from '../../support/observation.js';

const ENV_FILE = '/etc/sealfarm/workers/worker-1/worker.env';
const LOCK = { path: '/tmp/bellman.gpu.lock', opened: 1_700_000_000, held: 'free', own: true } as const;

const UNITS = aFarm({ hosts: [aHost({ serviceManager: 'systemd' })] });

/** With the usual worker not running. */
function halted(seen: Seen): Seen {
  return { ...seen, observation: changeWorker(seen.observation, 'worker-1', stopped) };
}

it('a healthy farm has nothing wrong', () => {
  expect(liveCodes(healthy())).toEqual([]);
});

it('of a host that was not reached nothing is said', () => {
  const seen = withWorkerFacts(healthy(), { program: 'absent' });
  expect(liveCodes({ ...seen, facts: new Map() })).toEqual([]);
  expect(liveCodes({ ...seen, observation: { ...seen.observation, hosts: new Map() } })).toEqual([]);
});

describe('a unit that systemd started again', () => {
  const again = (restarts: number): Seen => {
    const seen = healthy(UNITS);
    const unit = aUnit({ active: 'active', sub: 'running', pid: 7, restarts });
    return { ...seen, observation: changeWorker(seen.observation, 'worker-1', (one) => ({ ...one, unit })) };
  };

  it.each([
    [1, 'once'],
    [3, '3 times'],
  ])('%i times is said of a worker that answers', (restarts, times) => {
    const found = theFinding(again(restarts));
    expect(found.message).toBe(
      `the worker ended by itself, and systemd started it again, ${times} since it was last started on purpose`,
    );
  });

  it('is none that never was', () => {
    expect(liveCodes(again(0))).toEqual([]);
  });
});

describe('open files', () => {
  it.each<[manager: string, seen: Seen, help: RegExp]>([
    ['a process', healthy(), /`nofile`\) for the SSH user/],
    ['a unit', healthy(UNITS), /LimitNOFILE/],
  ])('of a worker that is %s are raised where its limit comes from', (_, seen, help) => {
    expect(theFinding(withWorkerFacts(seen, { openFiles: 99_999 })).help).toMatch(help);
  });

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['a running worker with 99,999', withWorkerFacts(healthy(), { openFiles: 99_999 }), 'SF520 warning'],
    ['a running worker with 100,000', withWorkerFacts(healthy(), { openFiles: 100_000 })],
    [
      'a stopped worker that would get 99,999',
      halted(withFacts(healthy(), 'host-1', () => ({ fileLimit: 99_999 }))),
      'SF520 error',
    ],
    [
      'a stopped worker that would get 100,000',
      halted(withFacts(healthy(), 'host-1', () => ({ fileLimit: 100_000 }))),
    ],
    [
      'a stopped unit, which has a limit of its own',
      halted(withFacts(healthy(UNITS), 'host-1', () => ({ fileLimit: 99_999 }))),
    ],
    [
      'a running worker, where another would get 99,999',
      withFacts(healthy(), 'host-1', () => ({ fileLimit: 99_999 })),
    ],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('are said once for a host, however many workers wait', () => {
    const farm = aFarm({
      hosts: [aHost({ workers: ['worker-1', 'worker-2'].map((name) => aWorker({ name, storage: [] })) })],
    });
    const seen = withFacts(healthy(farm), 'host-1', () => ({ fileLimit: 4096 }));
    const hosts = new Map([...seen.observation.hosts]);
    const observation = ['worker-1', 'worker-2'].reduce((look, name) => changeWorker(look, name, stopped), {
      ...seen.observation,
      hosts,
    });
    expect(theFinding({ ...seen, observation })).toMatchObject({
      message: expect.stringContaining('4096') as string,
      place: { kind: 'host', host: 'host-1' },
    });
  });
});

describe('secrets', () => {
  it.each<[mode: string, ...said: string[]]>([
    ['600'],
    ['400'],
    ['700'],
    ['640', 'SF526 warning'],
    ['604', 'SF526 warning'],
    ['644', 'SF526 warning'],
    ['610', 'SF526 warning'],
  ])('in a file of mode %s', (mode, ...said) => {
    const seen = withWorkerFacts(healthy(), { secretModes: new Map([[ENV_FILE, mode]]) });
    expect(liveCodes(seen)).toEqual(said);
  });

  it('are told with their file', () => {
    const seen = withWorkerFacts(healthy(), { secretModes: new Map([[ENV_FILE, '644']]) });
    expect(theFinding(seen).place).toEqual({
      kind: 'host',
      host: 'host-1',
      worker: 'worker-1',
      path: ENV_FILE,
    });
  });
});

describe('the program', () => {
  it.each<['ok' | 'absent' | 'unusable', ...string[]]>([
    ['ok'],
    ['absent', 'SF535 error'],
    ['unusable', 'SF535 error'],
  ])('is %s', (program, ...said) => {
    expect(liveCodes(withWorkerFacts(healthy(), { program }))).toEqual(said);
  });
});

describe('the lock of the GPU', () => {
  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['is free', withWorkerFacts(healthy(), { gpuLocks: [LOCK] })],
    ['is held', withWorkerFacts(healthy(), { gpuLocks: [{ ...LOCK, held: 'held' }] })],
    [
      'is held for a process that has ended',
      withWorkerFacts(healthy(), { gpuLocks: [{ ...LOCK, held: 'orphan' }] }),
      'SF534 warning',
    ],
    [
      'belongs to another user',
      withWorkerFacts(healthy(), { gpuLocks: [{ ...LOCK, own: false }] }),
      'SF534 warning',
    ],
    [
      'of a worker without GPUs',
      withWorkerFacts(healthy(farmOf({ gpus: 'none' })), { gpuLocks: [{ ...LOCK, own: false }] }),
    ],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });
});
