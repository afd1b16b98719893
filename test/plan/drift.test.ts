import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import type { Observation, ObservedWorker } from '../../src/observed/observed.js';
import { THE_FILE } from '../../src/host/manifest.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { makeDrift } from '../../src/plan/drift.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aHost, aFarm, aStorage, aWorker, farmOf, TOKEN } from '../support/farm.js';
import {
  changeLive,
  changeMiner,
  changeProcess,
  changeWorker,
  drained,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, DRAIN, FARM, ID, only, plan, PLACED, summary } from '../support/plan.js';

function drift(farm: Farm, seen: Observation): Plan {
  return makeDrift(desire(farm, TOKEN, new Map()), seen);
}

function environ(name: string, value: string, seen: Observation = PLACED): Observation {
  return changeWorker(
    seen,
    'worker-1',
    changeProcess((process) => ({
      ...process,
      environ: new Map([...process.environ, [name, new Secret(value)]]),
    })),
  );
}

const tasksOff = changeWorker(
  PLACED,
  'worker-1',
  changeLive((live) => ({ ...live, tasks: new Set(['AP', 'PC1', 'C2'] as const) })),
);

const replaced = changeWorker(
  PLACED,
  'worker-1',
  changeProcess((process) => ({ ...process, replaced: {} })),
);

function workerOf({ hosts }: Observation): ObservedWorker {
  const host = hosts.get('host-1');
  const worker = host?.reached === true ? host.workers.get('worker-1') : undefined;
  if (worker === undefined) throw new Error('no worker');
  return worker;
}

function withWorker({ hosts, miner }: Observation, name: string, worker: ObservedWorker): Observation {
  const host = hosts.get('host-1');
  if (host?.reached !== true) throw new Error('no host');
  const workers = new Map([...host.workers, [name, worker]]);
  return { miner, hosts: new Map([...hosts, ['host-1', { ...host, workers }]]) };
}

describe('drift', () => {
  it('is nothing where all is in place, and nothing to carry out', () => {
    expect(drift(FARM, PLACED)).toMatchObject({ driftOnly: true, waves: [], heldBack: [], diagnostics: [] });
    expect(summary(drift(FARM, PLACED))).toEqual([]);
  });

  it.each<[what: string, seen: Observation, step: string]>([
    ['a worker that does not run', changeWorker(PLACED, 'worker-1', stopped), 'start: none, not-running'],
    ['a process that is older', environ('TMPDIR', '/tmp'), 'restart: restart, process-older-than-file'],
    ['a program that was replaced', replaced, 'restart: restart, program-replaced'],
    ['a task that is off', tasksOff, 'enable-task PC2: live, lotus-differs'],
    [
      'an index that differs',
      changeMiner(PLACED, {
        storage: new Map(
          [...PLACED.miner.storage].map(([id, { info }]) => [id, { info: { ...info, Weight: 3 } }]),
        ),
      }),
      'redeclare /mnt/nvme0/seal: live, lotus-differs',
    ],
  ])('is %s', (_, seen, step) => {
    expect(summary(drift(FARM, seen))).toEqual([step]);
  });

  it.each<[what: string, farm: Farm]>([
    ['another variable', farmOf({ env: new Map([['RUST_LOG', 'debug']]) })],
    ['another limit', farmOf({ limits: new Map([['PC1', 2]]) })],
    ['other tasks', farmOf({ tasks: ['AP', 'PC1'] })],
    ['another size of a path', farmOf({ storage: [aStorage({ maxStorage: 5 })] })],
    ['another service manager', aFarm({ hosts: [aHost({ serviceManager: 'systemd' })] })],
    ['one worker more', aFarm({ hosts: [aHost({ workers: [aWorker(), aWorker({ name: 'worker-2' })] })] })],
  ])('is not %s in the file, with all that follows from it', (_, farm) => {
    // A worker that is only declared is seen as well, as one that does not run.
    const seen = withWorker(PLACED, 'worker-2', stopped(workerOf(PLACED)));
    expect(summary(drift(farm, seen))).toEqual([]);
  });

  it('is what of a restart the edit does not ask for', () => {
    const farm = farmOf({ env: new Map([['RUST_LOG', 'debug']]) });
    const made = drift(farm, environ('TMPDIR', '/tmp'));
    expect(summary(made)).toEqual(['restart: restart, process-older-than-file']);
    expect(only(made, 'restart').changes.map(({ field }) => field)).toEqual(['TMPDIR']);
  });

  it('is not the other task that somebody switches in the file meanwhile', () => {
    expect(summary(drift(farmOf({ tasks: ['AP', 'PC1', 'PC2'] }), tasksOff))).toEqual([
      'enable-task PC2: live, lotus-differs',
    ]);
  });

  it('is what of an upgrade with an edit no edit asks for', () => {
    const made = drift(farmOf({ limits: new Map([['PC1', 2]]) }), replaced);
    expect(summary(made)).toEqual(['restart: restart, program-replaced']);
    expect(only(made, 'restart').changes.map(({ field }) => field)).toEqual(['program']);
  });

  const down = changeWorker(PLACED, 'worker-1', stopped);
  const second = aWorker({ name: 'worker-2', repo: '/var/lib/lotus/worker-2' });

  it.each<[beside: string, farm: Farm, seen: Observation]>([
    [
      'one that is only declared',
      aFarm({ hosts: [aHost({ workers: [aWorker(), { ...second, storage: [] }] })] }),
      withWorker(down, 'worker-2', stopped(workerOf(down))),
    ],
    ['a variable by the name of a field of ours', farmOf({ env: new Map([['workers', 'w']]) }), down],
    ['a drain of the file that is over', FARM, drained(down, 'worker-1', { ...DRAIN, who: THE_FILE })],
  ])('is a worker that does not run beside %s', (_, farm, seen) => {
    const made = drift(farm, seen);
    const started = steps(made).flatMap(({ action, worker }) => (action.kind === 'start' ? [worker] : []));
    expect(started).toEqual(['worker-1']);
  });

  /** A sector lies on each path. */
  const holding = ({ hosts, miner }: Observation): Observation => {
    if (!miner.reached) throw new Error('no miner');
    const decl = { Miner: 1000, Number: 7, SectorFileType: 2 };
    return {
      hosts,
      miner: { ...miner, sectors: new Map([...miner.storage.keys()].map((id) => [id, [decl]])) },
    };
  };
  const moved = (from: readonly Worker[], to: readonly Worker[]): Farm =>
    aFarm({
      hosts: [aHost({ workers: from }), aHost({ name: 'host-2', address: '10.0.0.12', workers: to })],
    });
  const onPorts = (first: number, next: number): Farm => {
    const of = (name: string, port: number): Worker =>
      aWorker({ name, listen: { host: '10.0.0.11', port }, storage: [] });
    return aFarm({ hosts: [aHost({ workers: [of('a', first), of('b', next)] })] });
  };

  it.each<[code: string, before: Farm, after: Farm]>([
    [
      'SF509 error',
      farmOf({ storage: [aStorage({ seal: false, store: true })] }),
      aFarm({ hosts: [aHost({ workers: [] })] }),
    ],
    ['SF571 error', moved([aWorker()], []), moved([], [aWorker()])],
    ['SF572 error', FARM, farmOf({ name: 'first', renamedFrom: 'worker-1', repo: '/elsewhere' })],
    ['SF578 warning', onPorts(1, 2), onPorts(2, 3)],
    ['SF579 error', onPorts(1, 2), onPorts(2, 1)],
  ])('has no %s, which an edit brings', (code, before, after) => {
    const [then, now] = [before, after].map((farm) => desire(farm, TOKEN, new Map()));
    if (then === undefined || now === undefined) throw new Error('no farm');
    const seen = holding(asDeclared(then, now));
    expect(codes(plan(after, seen))).toContain(code);
    expect(codes(drift(after, seen))).not.toContain(code);
  });

  it('has findings of the hosts and of the miner, and none that an edit brings', () => {
    const away = { ...PLACED, miner: unreached() };
    expect(codes(drift(FARM, away))).toEqual(['SF404 error']);
    const held = changeMiner(PLACED, {
      sectors: new Map([[ID, [{ Miner: 1000, Number: 7, SectorFileType: 4 }]]]),
    });
    expect(codes(drift(farmOf({ storage: [] }), held))).toEqual([]);
  });
});
