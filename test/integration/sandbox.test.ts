import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxDown } from '../../src/sandbox/down.js';
import { sandboxStatus } from '../../src/sandbox/status.js';
import { sandboxSubmit } from '../../src/sandbox/submit.js';
import { sandboxUp } from '../../src/sandbox/up.js';
import type { ByHand } from './by-hand.js';
import { call, homeOf, readSandbox, runLotusWorker, until, writeStorage } from './by-hand.js';
import { FIRST, FULL, Farm } from './farm-by-hand.js';

const WORKERS: readonly ByHand[] = [
  { host: 1, tasks: FULL, groups: ['group-1'], allowTo: ['group-1'] },
  { host: 2, tasks: FULL, groups: ['group-2'], allowTo: ['group-2'] },
  { host: 3, tasks: ['ADDPIECE', 'PRECOMMIT1'], allowTo: ['group-1'] },
];

describe('a farm of three, set up by hand', () => {
  const farm = new Farm();
  const ids: string[] = [];
  beforeAll(async () => {
    await farm.up();
    for (const worker of WORKERS) {
      ids.push(writeStorage(farm.dir, worker));
      await farm.start(worker);
    }
  });
  afterAll(() => farm.down());

  it('refuses to be started twice', async () => {
    const again = await sandboxUp({ dir: farm.dir, hosts: 3 });
    expect(again).toMatchObject({ ok: false, diagnostic: { code: 'SF702' } });
  });

  it("refuses an address for its miner that is not this machine's", async () => {
    for (const minerAddress of ['192.0.2.1', '::1', 'miner.example']) {
      const result = await sandboxUp({ dir: join(farm.dir, 'other'), hosts: 1, minerAddress });
      expect(result).toMatchObject({
        ok: false,
        diagnostic: { code: 'SF703', message: expect.stringContaining(minerAddress) as string },
      });
    }
  });

  it('seals six sectors and loses none', async () => {
    expect(await sandboxSubmit({ dir: farm.dir, sectors: 6 })).toMatchObject({ ok: true });
    await until(
      () => farm.miner('SectorsSummary'),
      (summary) => (summary as Record<string, number>)['Proving'] === 6,
      60,
    );
    expect(farm.events('job-failed')).toEqual([]);
    expect(readdirSync(join(farm.dir, 'miner', 'storage', 'sealed'))).toHaveLength(6);
    const left = [1, 2, 3].flatMap((host) =>
      ['unsealed', 'sealed', 'cache'].flatMap((type) =>
        readdirSync(join(homeOf(farm.dir, host), 'seal', type)),
      ),
    );
    expect(left).toEqual([]);
  });

  it('kept every sector within its group', () => {
    const pc2 = farm.events('transfer').filter(({ task }) => task === 'PC2');
    const fromThird = pc2.filter(({ from }) => from?.includes(ids[2] ?? '') === true);
    expect(fromThird.length).toBeGreaterThan(0);
    expect(pc2).toEqual(fromThird);
    expect(new Set(fromThird.flatMap(({ to }) => to))).toEqual(new Set([ids[0]]));
  });

  it('tells the index of new groups by redeclare, without a restart', async () => {
    writeStorage(farm.dir, { ...FIRST, allowTo: ['group-2'] }, ids[0]);
    const redeclare = runLotusWorker(
      farm.dir,
      FIRST,
      `storage redeclare --id ${ids[0] ?? ''} --drop-missing=false`,
    );
    expect(await redeclare.ended).toBe(0);
    expect(await farm.miner('StorageInfo', [ids[0]])).toMatchObject({
      AllowTo: ['group-2'],
      Groups: ['group-1'],
    });
  });

  it('forgets a disabled task at the next start', async () => {
    const pc1 = 'seal/v0/precommit/1';
    expect(await runLotusWorker(farm.dir, FIRST, 'tasks disable PC1').ended).toBe(0);
    await until(
      () => farm.stats(1),
      (stats) => stats?.Tasks.includes(pc1) === false,
    );
    await farm.stop(1);
    await farm.start(FIRST);
    await until(
      () => farm.stats(1),
      (stats) => stats?.Tasks.includes(pc1) === true,
    );
  });

  it('does not switch tasks that are always on', async () => {
    await expect(farm.worker(1, 'TaskDisable', ['seal/v0/fetch'])).rejects.toThrow('cannot be switched');
  });

  it('announces limits and GPUs as they were at the start', async () => {
    await farm.stop(1);
    await farm.start({
      ...FIRST,
      env: { PC1_32G_MAX_CONCURRENT: 'four', PC2_MAX_CONCURRENT: '2', CUDA_VISIBLE_DEVICES: '1' },
    });
    const resources = (
      await until(
        () => farm.stats(1),
        (stats) => stats !== undefined,
      )
    )?.Info.Resources;
    expect(resources?.Resources['seal/v0/precommit/1']?.['8']?.MaxConcurrent).toBe(0);
    expect(resources?.Resources['seal/v0/precommit/2']?.['8']?.MaxConcurrent).toBe(2);
    expect(resources?.GPUs).toHaveLength(1);
  });

  it('answers nobody without the token', async () => {
    const { ports } = readSandbox(farm.dir);
    await expect(call(`http://127.0.0.10:${ports.miner}/rpc/v0`, 'wrong', 'Version')).rejects.toThrow('401');
    await expect(call(`http://127.0.0.11:${ports.worker}/rpc/v0`, 'wrong', 'Version')).rejects.toThrow('401');
  });

  it('lets a second worker on the repo end with status 0', async () => {
    const second = runLotusWorker(farm.dir, FIRST, 'run');
    expect(await second.ended).toBe(0);
    expect(second.output()).toContain('repo is already locked');
  });

  it('fails the calls of a worker that is stopped in the middle of PC1', async () => {
    await sandboxSubmit({ dir: farm.dir, sectors: 9 });
    const running = await until(
      () => farm.jobs(3),
      (jobs) => jobs.some(({ Task, RunWait }) => Task === 'seal/v0/precommit/1' && RunWait === 0),
    );
    const sectors = running.filter(({ RunWait }) => RunWait === 0).map(({ Sector }) => Sector.Number);
    await farm.stop(3);
    await farm.start({ host: 3, tasks: ['ADDPIECE', 'PRECOMMIT1'], allowTo: ['group-1'] });
    const failed = await until(
      () =>
        farm.events('job-failed').find(({ task, sector }) => task === 'PC1' && sectors.includes(sector ?? 0)),
      (event) => event !== undefined,
    );
    expect(failed).toMatchObject({ worker: 'worker-3', error: 'worker restarted' });
  });

  it('does not start over a stray file, and says so with status 0', async () => {
    await farm.stop(2);
    const stray = join(homeOf(farm.dir, 2), 'seal', 'sealed', 's-t01000-3.bak');
    writeFileSync(stray, '');
    const started = runLotusWorker(farm.dir, { host: 2, tasks: FULL }, 'run');
    expect(await started.ended).toBe(0);
    expect(started.output()).toContain('parse sector id s-t01000-3.bak');
    expect(existsSync(join(homeOf(farm.dir, 2), 'lotus-worker', 'repo.lock'))).toBe(false);
    rmSync(stray);
  });

  it('puts a stray storage path into a new repo unless it is told not to', async () => {
    const repo = join(homeOf(farm.dir, 2), 'new-repo');
    const env = { LOTUS_WORKER_PATH: repo, LOTUS_WORKER_NO_LOCAL_STORAGE: '' };
    await farm.start({ host: 2, tasks: FULL, env });
    const paths = (await farm.worker(2, 'Paths')) as { ID: string; LocalPath: string; CanSeal: boolean }[];
    expect(paths).toMatchObject([{ LocalPath: repo, CanSeal: true }]);
    expect(await farm.miner('StorageInfo', [paths[0]?.ID])).toMatchObject({ AllowTo: null, Groups: null });
    await farm.stop(2);
  });

  it('leaves no process behind', async () => {
    const { processes } = readSandbox(farm.dir);
    const all = [
      ...Object.values(processes),
      ...[...farm.started.values()].map(({ child }) => ({ pid: child.pid ?? 0 })),
    ];
    expect(await sandboxDown({ dir: farm.dir })).toMatchObject({ ok: true });
    for (const { pid } of all) expect(isRunning(pid)).toBe(false);
    expect(existsSync(farm.dir)).toBe(false);
    expect(await sandboxStatus({ dir: farm.dir })).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF701' },
    });
    expect(await sandboxDown({ dir: farm.dir })).toMatchObject({ ok: false, diagnostic: { code: 'SF701' } });
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
