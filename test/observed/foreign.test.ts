import { describe, expect, it } from 'vitest';
import { workerLayout } from '../../src/host/layout.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { withDeclaredNames } from '../../src/observed/declared-names.js';
import { keeperOf, keptBy } from '../../src/observed/keeper.js';
import type { HostAnswer } from '../../src/observed/parse-answer.js';
import { jobsOn } from '../../src/observed/miner-state.js';
import { registeredAs } from '../../src/observed/registered.js';
import type { Told, UnmanagedWorker } from '../../src/observed/unmanaged.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import {
  aJob,
  aUnit,
  changeMiner,
  changeWorker,
  EMPTY_ANSWER,
  file,
  inPlace,
  sessionOf,
  unreached,
  workerStats,
} from '../support/observation.js';

const LAYOUT = workerLayout(
  { paths: { config: '/c', state: '/s' }, serviceManager: 'systemd' },
  { name: 'worker-1', repo: '/data/repo' },
);
const TOLD: Told = {
  args: ['--worker-repo', '/data/repo', 'run'],
  program: '/usr/local/bin/lotus-worker',
  environ: new Map([['LOTUS_WORKER_NAME', new Secret('a')]]),
  cwd: '/root',
  user: 'root',
  hostname: 'seal-1',
  starter: { kind: 'unit', unit: 'seal.service', enabled: true },
  since: 1,
  ticks: '99',
};
const STRANGER: UnmanagedWorker = { pid: 7, uid: 0, repo: '/data/repo', variables: [], told: TOLD };
const seen = (unmanaged: readonly UnmanagedWorker[], more: Partial<HostAnswer> = {}): HostAnswer => ({
  ...EMPTY_ANSWER,
  unmanaged,
  ...more,
});

describe('a process that somebody else started in the repo of a worker', () => {
  it('is that of the worker, and known by how it was started', () => {
    const files = new Map([['/data/repo/api', file('/ip4/10.0.0.5/tcp/3456/http\n')]]);
    const kept = keptBy(LAYOUT, seen([STRANGER], { files }));
    expect(kept.process).toMatchObject({
      pid: 7,
      manager: 'foreign',
      told: { run: { name: 'a', repo: '/data/repo' }, listens: '10.0.0.5:3456' },
    });
    expect(keeperOf(kept)).toEqual({ pid: 7, ticks: '99', unit: 'seal.service' });
  });

  it('listens not where a worker before it has written, on another port', () => {
    const files = new Map([['/data/repo/api', file('/ip4/10.0.0.5/tcp/3457/http\n')]]);
    expect(keptBy(LAYOUT, seen([STRANGER], { files })).process?.told).not.toHaveProperty('listens');
  });

  it.each<[what: string, answer: HostAnswer]>([
    ['in another repo', seen([{ ...STRANGER, repo: '/data/other' }])],
    ['of which too little may be read', seen([{ pid: 7, uid: 0, repo: '/data/repo', variables: [] }])],
    ['beside another one', seen([STRANGER, { ...STRANGER, pid: 8 }])],
    ['in a container', seen([{ ...STRANGER, told: { ...TOLD, starter: { kind: 'container' } } }])],
    [
      'with a flag that nobody knows',
      seen([{ ...STRANGER, told: { ...TOLD, args: ['run', '--new-in-lotus'] } }]),
    ],
  ])('is left to whoever keeps it %s', (_, answer) => {
    expect(keptBy(LAYOUT, answer).process).toBeUndefined();
  });

  it('comes again by what brings its unit, where that is not enabled itself', () => {
    const disabled = { ...TOLD, starter: { kind: 'unit', unit: 'seal.service', enabled: false } as const };
    const of = (unit: string): Told['starter'] | undefined => {
      const boots = [{ kind: 'unit', unit, file: `/etc/${unit}`, by: 'seal.timer' } as const];
      return keptBy(LAYOUT, seen([{ ...STRANGER, told: disabled }], { boots })).process?.told?.starter;
    };
    expect(of('seal.service')).toEqual({ ...disabled.starter, by: 'seal.timer' });
    expect(of('other.service')).toEqual(disabled.starter);
  });

  it('counts less than a process of ours', () => {
    const processes = new Map([[LAYOUT.unit.name, { pid: 9, environ: new Map() }]]);
    expect(keptBy(LAYOUT, seen([STRANGER], { processes })).process).toMatchObject({
      pid: 9,
      manager: 'systemd',
    });
  });

  it('counts more than our unit, which tries in vain beside it', () => {
    const units = new Map([[LAYOUT.unit.name, aUnit({ restarts: 9 })]]);
    expect(keeperOf(keptBy(LAYOUT, seen([STRANGER], { units })))).toMatchObject({ pid: 7 });
  });
});

describe('the miner', () => {
  const hosts = [aHost({ workers: [aWorker(), aWorker({ name: 'worker-2', repo: '/data/second' })] })];
  const placed = inPlace(aFarm({ hosts }));
  const told = { told: { run: readWorkerRun(['run'], {}) } };
  const both = changeWorker(changeWorker(placed, 'worker-1', startedBy(told)), 'worker-2', startedBy(told));
  const [one, two] = [sessionOf('worker-1'), sessionOf('worker-2')];
  const ZERO = '00000000-0000-0000-0000-000000000000';
  const asLotus = changeMiner(both, {
    workers: new Map([
      [one, workerStats('seal-1', [])],
      [two, workerStats('seal-1', [])],
      ['other', workerStats('elsewhere', [])],
    ]),
    jobs: new Map([
      [one, [aJob('PC1', 1)]],
      [two, [aJob('PC1', 2)]],
      [
        ZERO,
        [
          aJob('PC1', 3, { RunWait: -1, Hostname: 'seal-1' }),
          aJob('PC1', 4, { RunWait: -1, Hostname: 'elsewhere' }),
        ],
      ],
    ]),
  });
  const sectors = (name: string): readonly number[] =>
    jobsOn(withDeclaredNames(asLotus.hosts, asLotus.miner), name).map(({ Sector }) => Sector.Number);

  it('is read with the names of the file, by session, though two have one name', () => {
    const miner = withDeclaredNames(asLotus.hosts, asLotus.miner);
    expect(registeredAs(miner, 'worker-2')).toBe(miner.workers.get(two));
    expect(registeredAs(miner, 'seal-1')).toBeUndefined();
  });

  it('awaits what it knows by the name alone from each that has it', () => {
    expect([sectors('worker-1'), sectors('worker-2'), sectors('elsewhere')]).toEqual([[1, 3], [2, 3], [4]]);
  });

  it('is as it was where nobody else started a worker, or it does not answer', () => {
    expect(withDeclaredNames(placed.hosts, placed.miner)).toBe(placed.miner);
    const away = unreached();
    expect(withDeclaredNames(both.hosts, away)).toBe(away);
  });
});
