import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm } from '../../src/farm/farm.js';
import type { Observation } from '../../src/observed/observed.js';
import { makeDrift } from '../../src/plan/drift.js';
import type { Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aHost, aFarm, aStorage, aWorker, farmOf, TOKEN } from '../support/farm.js';
import {
  changeLive,
  changeMiner,
  changeProcess,
  changeWorker,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, FARM, ID, only, PLACED, summary } from '../support/plan.js';

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

describe('drift', () => {
  it('is nothing where all is in place, and nothing to carry out', () => {
    expect(drift(FARM, PLACED)).toMatchObject({ driftOnly: true, waves: [], heldBack: [], diagnostics: [] });
    expect(summary(drift(FARM, PLACED))).toEqual([]);
  });

  it.each<[what: string, seen: Observation, step: string]>([
    ['a worker that does not run', changeWorker(PLACED, 'worker-1', stopped), 'start: none, not-running'],
    ['a process that is older', environ('TMPDIR', '/tmp'), 'restart: restart, process-older-than-file'],
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
    const more = inPlace(farm).hosts.get('host-1');
    const seen = changeMiner(PLACED, {});
    const host = seen.hosts.get('host-1');
    // A worker that is only declared is seen as well, as one that does not run.
    const added = more?.reached === true ? more.workers.get('worker-2') : undefined;
    const hosts =
      added === undefined || host?.reached !== true
        ? seen.hosts
        : new Map([
            ['host-1', { ...host, workers: new Map([...host.workers, ['worker-2', stopped(added)]]) }],
          ]);
    expect(summary(drift(farm, { ...seen, hosts }))).toEqual([]);
  });

  it('is what of a restart the edit does not ask for', () => {
    const farm = farmOf({ env: new Map([['RUST_LOG', 'debug']]) });
    const made = drift(farm, environ('TMPDIR', '/tmp'));
    expect(summary(made)).toEqual(['restart: restart, process-older-than-file']);
    expect(only(made, 'restart').changes.map(({ field }) => field)).toEqual(['TMPDIR']);
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
