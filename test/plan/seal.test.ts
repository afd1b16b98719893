import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm } from '../../src/farm/farm.js';
import type { Observation } from '../../src/observed/observed.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { sealOf, whatMoved, type Moved, type Seal } from '../../src/plan/seal.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, CANARY, TOKEN } from '../support/farm.js';
import {
  aJob,
  aStoragePath,
  changeLive,
  changeMiner,
  changePath,
  changeProcess,
  changeWorker,
  file,
  inPlace,
  sessionOf,
} from '../support/observation.js';
import { FARM, ID, PLACED, SEAL } from '../support/plan.js';

const SALT = 'salt';

function seal(farm: Farm, seen: Observation, { token = TOKEN, salt = SALT } = {}): Seal {
  const desired = desire(farm, token, new Map());
  return sealOf(makePlan(desired, seen), desired, seen, salt);
}

const BEFORE = seal(FARM, PLACED);

function seen(change: Parameters<typeof changeWorker>[2]): Observation {
  return changeWorker(PLACED, 'worker-1', change);
}

function moved(farm: Farm, seen: Observation): readonly string[] {
  return words(whatMoved(BEFORE, seal(farm, seen)));
}

function words(all: readonly Moved[]): readonly string[] {
  return all.map(({ layer, host, subject }) => [layer, host, subject].filter(Boolean).join(' '));
}

const UNREACHED = {
  reached: false,
  diagnostic: { code: 'SF404', severity: 'error', message: 'away' },
} as const;

describe('the seal of a plan', () => {
  it('holds as long as nothing moves', () => {
    expect(moved(aFarm(), inPlace(aFarm()))).toEqual([]);
  });

  it('takes no notice of work that goes on', () => {
    const seen = changeMiner(PLACED, {
      jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 1)]]]),
      sectors: new Map([[ID, [{ Miner: 1000, Number: 1, SectorFileType: 4 }]]]),
    });
    expect(moved(FARM, seen)).toEqual([]);
  });

  it.each<[string, Observation, readonly string[]]>([
    [
      'an environment file',
      changeWorker(PLACED, 'worker-1', (before) => ({ ...before, envFile: file('A=1\n', '600') })),
      [
        'seen host-1 worker-1: environment file',
        'step worker-1/write-file:/etc/sealfarm/workers/worker-1/worker.env',
      ],
    ],
    [
      'an environment file that cannot be read any more',
      changeWorker(PLACED, 'worker-1', (before) => ({
        ...before,
        envFile: { state: 'unreadable', why: 'EACCES' },
      })),
      ['seen host-1 worker-1: environment file'],
    ],
    [
      'a process started anew, as it was',
      seen(changeProcess((before) => ({ ...before, pid: 4712 }))),
      ['seen host-1 worker-1: process'],
    ],
    [
      'a secret in the environment of a process',
      seen(
        changeProcess((before) => ({
          ...before,
          environ: new Map([...before.environ, ['X', new Secret('y')]]),
        })),
      ),
      ['seen host-1 worker-1: process'],
    ],
    [
      'a task switched off by hand',
      seen(changeLive((before) => ({ ...before, tasks: new Set(['AP', 'PC1', 'PC2'] as const) }))),
      ['seen host-1 worker-1: tasks and paths', 'step worker-1/enable-task:C2'],
    ],
    [
      'a path whose disk is gone',
      seen(changePath(SEAL, { ...aStoragePath(), onRootFileSystem: true })),
      [`seen host-1 worker-1: ${SEAL}`],
    ],
    [
      'the index',
      changeMiner(PLACED, {
        storage: new Map(
          [...PLACED.miner.storage].map(([id, one]) => [id, { ...one, info: { ...one.info, Weight: 1 } }]),
        ),
      }),
      [`index ${ID}`, `step worker-1/redeclare:${SEAL}`],
    ],
    [
      'a miner that is away',
      { ...PLACED, miner: UNREACHED },
      [`index ${ID}`, 'index whether the miner answers'],
    ],
    [
      'a host that is away',
      { ...PLACED, hosts: new Map([['host-1', UNREACHED]]) },
      expect.arrayContaining([
        'seen host-1 whether it can be reached',
        'seen host-1 manifest',
      ]) as readonly string[],
    ],
  ])('notices %s', (_, seen, expected) => {
    expect(moved(FARM, seen)).toEqual(expected);
  });

  it('notices what the file declares, for the host it is about', () => {
    const two = (limit: number): Farm =>
      aFarm({
        hosts: [
          aHost(),
          aHost({
            name: 'host-2',
            workers: [aWorker({ name: 'worker-2', limits: new Map([['PC1', limit]]) })],
          }),
        ],
      });
    const seen = inPlace(two(1));
    const all = words(whatMoved(seal(two(1), seen), seal(two(2), seen)));
    expect(all[0]).toBe('declared host-2');
    expect(all.filter((one) => one.startsWith('declared'))).toHaveLength(1);
  });

  it('notices what all hosts have in common', () => {
    expect(moved(aFarm({ sectorSize: '64GiB' }), PLACED)).toContain('declared host-1');
  });

  it('notices another token by the steps alone: the file declares the same', () => {
    const after = seal(FARM, PLACED, { token: new Secret('another') });
    expect(words(whatMoved(BEFORE, after)).map((one) => one.split(' ')[0])).toEqual(['step', 'step']);
  });

  it('holds no secret, and nothing that can be found by trying', () => {
    expect(JSON.stringify(BEFORE)).not.toContain(CANARY);
    const other = seal(FARM, PLACED, { salt: 'pepper' });
    const digests = (one: Seal): readonly string[] => [
      ...Object.values(one.declared),
      ...Object.values(one.seen).flatMap(Object.values<string>),
      ...Object.values(one.index),
    ];
    expect(digests(BEFORE)).toHaveLength(15);
    expect(digests(BEFORE).filter((digest) => digests(other).includes(digest))).toEqual([]);
  });

  it('outlives being written down, whatever hosts are called', () => {
    const farm = aFarm({
      hosts: [aHost({ name: '__proto__' }), aHost({ name: 'constructor', workers: [] })],
    });
    const whole = seal(farm, inPlace(farm));
    const read = JSON.parse(JSON.stringify(whole)) as Seal;
    expect(whatMoved(read, whole)).toEqual([]);
    expect(Object.keys(read.declared)).toEqual(['__proto__', 'constructor']);
    expect(words(whatMoved(BEFORE, whole))).toContain('declared constructor');
  });
});
