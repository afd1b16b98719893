import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import { aStorage, CANARY, farmOf } from '../support/farm.js';
import {
  ABSENT,
  aJob,
  changeLive,
  changeMiner,
  changePath,
  changeProcess,
  changeWorker,
  file,
  sessionOf,
  stopped,
} from '../support/observation.js';
import { ENV_FILE, FARM, ID, only, OTHER, plan, PLACED, SEAL, summary } from '../support/plan.js';

describe('the environment file', () => {
  const inFile = (change: (text: string) => string, mode = '600'): Observation =>
    changeWorker(PLACED, 'worker-1', (worker) => {
      const text = worker.envFile.state === 'present' ? worker.envFile.text.reveal() : '';
      return { ...worker, envFile: file(change(text), mode) };
    });

  it.each<[what: string, seen: Observation, changes: readonly object[] | undefined]>([
    ['in another order', inFile((text) => text.trimEnd().split('\n').reverse().join('\n')), undefined],
    ['with comments and quotes', inFile((text) => `# x\n${text.replace('=true', '="true"')}`), undefined],
    ['readable by others', inFile((text) => text, '644'), [{ field: 'mode', before: '644', after: '600' }]],
    [
      'with an old value',
      inFile((text) => text.replace('LISTEN=10.0.0.11:3456', 'LISTEN=0.0.0.0:3456')),
      [{ field: 'LOTUS_WORKER_LISTEN', before: '0.0.0.0:3456', after: '10.0.0.11:3456' }],
    ],
    [
      'without a value',
      inFile((text) => text.replace(/LOTUS_WORKER_NAME=.*\n/, '')),
      [{ field: 'LOTUS_WORKER_NAME', after: 'worker-1' }],
    ],
  ])('%s', (_, seen, changes) => {
    const made = plan(FARM, seen);
    if (changes === undefined) expect(summary(made)).toEqual([]);
    else {
      expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
      expect(only(made, 'write-file').changes).toEqual(changes);
    }
  });

  it('is written again when it is gone, without touching the running worker', () => {
    const made = plan(
      FARM,
      changeWorker(PLACED, 'worker-1', (worker) => ({ ...worker, envFile: ABSENT })),
    );
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, new`]);
    expect(only(made, 'write-file').action).toMatchObject({ mode: '600' });
    expect(only(made, 'write-file').action).not.toHaveProperty('replaces');
  });

  it('shows neither the token nor the value of a variable that is not its own', () => {
    const made = plan(
      FARM,
      inFile((text) => `${text.replace(CANARY, `${CANARY}-old`)}MY_PASSWORD=${CANARY}\n`),
    );
    const { changes } = only(made, 'write-file');
    expect(changes.map(({ field }) => field)).toEqual(['MINER_API_INFO', 'MY_PASSWORD']);
    expect(JSON.stringify(made)).not.toContain(CANARY);
    expect(JSON.stringify(changes)).toBe(
      '[{"field":"MINER_API_INFO","before":"(secret)","after":"(secret)"},{"field":"MY_PASSWORD","before":"(secret)"}]',
    );
  });

  it('that cannot be read stops the worker from being started: SF504', () => {
    const unreadable = { state: 'unreadable', why: 'permission denied' } as const;
    const made = plan(
      FARM,
      changeWorker(PLACED, 'worker-1', (worker) => ({ ...stopped(worker), envFile: unreadable })),
    );
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([
      { code: 'SF504', place: { worker: 'worker-1', path: ENV_FILE } },
    ]);
  });
});

describe('a running worker with an old environment', () => {
  const started = (change: (environ: Map<string, Secret>) => void): Observation =>
    changeWorker(
      PLACED,
      'worker-1',
      changeProcess((process) => {
        const environ = new Map(process.environ);
        change(environ);
        return { ...process, environ };
      }),
    );

  it.each<[what: string, seen: Observation, field: string | undefined]>([
    [
      'another address',
      started((environ) => environ.set('LOTUS_WORKER_LISTEN', new Secret('x'))),
      'LOTUS_WORKER_LISTEN',
    ],
    ['no name', started((environ) => environ.delete('LOTUS_WORKER_NAME')), 'LOTUS_WORKER_NAME'],
    [
      'another token',
      started((environ) => environ.set('MINER_API_INFO', new Secret(CANARY))),
      'MINER_API_INFO',
    ],
    ['other tasks', started((environ) => environ.set('LOTUS_WORKER_COMMIT', new Secret('false'))), undefined],
    ['no default tasks', started((environ) => environ.delete('LOTUS_WORKER_NO_DEFAULT')), undefined],
    ['a variable of the system', started((environ) => environ.set('PATH', new Secret('/bin'))), undefined],
  ])('%s', (_, seen, field) => {
    const made = plan(FARM, seen);
    expect(summary(made)).toEqual(field === undefined ? [] : ['restart: restart, process-older-than-file']);
    if (field !== undefined)
      expect(only(made, 'restart').changes.map((change) => change.field)).toEqual([field]);
    expect(JSON.stringify(made)).not.toContain(CANARY);
  });

  it('loses a variable that sealfarm once gave it', () => {
    const seen = started((environ) => {
      environ.set('RUST_LOG', new Secret('debug'));
      const names = environ.get('SEALFARM_VARIABLES')?.reveal() ?? '';
      environ.set('SEALFARM_VARIABLES', new Secret(`${names},RUST_LOG`));
    });
    expect(only(plan(FARM, seen), 'restart').changes.map(({ field }) => field)).toEqual([
      'SEALFARM_VARIABLES',
      'RUST_LOG',
    ]);
  });

  it('is told what the restart would cost now', () => {
    const session = sessionOf('worker-1');
    const seen = changeMiner(started((environ) => environ.delete('LOTUS_WORKER_NAME')) as typeof PLACED, {
      jobs: new Map([
        [session, [aJob('PC1', 7), aJob('PC2', 8, { RunWait: 2 }), aJob('PC2', 9, { Task: 'unknown/task' })]],
        ['other', [aJob('PC1', 10)]],
        ['00000000-0000-0000-0000-000000000000', [aJob('C2', 11, { RunWait: -1, Hostname: 'worker-1' })]],
      ]),
      sectors: new Map([
        [
          ID,
          [
            { Miner: 1000, Number: 7, SectorFileType: 2 },
            { Miner: 1000, Number: 7, SectorFileType: 4 },
            { Miner: 1000, Number: 8, SectorFileType: 4 },
          ],
        ],
      ]),
    });
    const since = '2026-01-02T03:04:05Z';
    expect(only(plan(FARM, seen), 'restart').cost).toEqual({
      jobs: [
        { task: 'PC1', sector: 's-t01000-7', since },
        { task: 'PC2', sector: 's-t01000-8', since },
        { task: 'C2', sector: 's-t01000-11', since },
      ],
      sectorsHeld: 2,
    });
  });

  it('needs no switching of tasks: the restart brings the declared ones', () => {
    const seen = changeWorker(
      started((environ) => environ.delete('LOTUS_WORKER_NAME')),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set() })),
    );
    expect(summary(plan(FARM, seen))).toEqual(['restart: restart, process-older-than-file']);
  });

  it('still gets its storage changes live before', () => {
    const farm = farmOf({
      limits: new Map([['PC1', 4]]),
      storage: [aStorage({ weight: 5 }), aStorage({ path: OTHER, mount: 'any' })],
    });
    const seen = changeWorker(PLACED, 'worker-1', changePath(OTHER, { exists: false }));
    expect(summary(plan(farm, seen))).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      `redeclare ${SEAL}: live, config-changed`,
      `create-path ${OTHER}: none, new`,
      `create-sectorstore ${OTHER}: none, new`,
      `attach ${OTHER}: live, new`,
      `write-file ${ENV_FILE}: none, config-changed`,
      'restart: restart, config-changed',
    ]);
  });
});
