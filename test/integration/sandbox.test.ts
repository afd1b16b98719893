import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerJob, WorkerStats } from '../../src/lotus/api.js';
import { endAll, startDetached } from '../../src/sandbox/processes.js';
import { sandboxDown } from '../../src/sandbox/down.js';
import { sandboxStatus } from '../../src/sandbox/status.js';
import { sandboxSubmit } from '../../src/sandbox/submit.js';
import { sandboxUp } from '../../src/sandbox/up.js';
import type { ByHand, LoggedEvent, Started } from './by-hand.js';
import {
  call,
  eventsOf,
  homeOf,
  minerToken,
  readSandbox,
  runLotusWorker,
  until,
  writeStorage,
} from './by-hand.js';

const FULL = ['ADDPIECE', 'PRECOMMIT1', 'PRECOMMIT2', 'COMMIT'] as const;
const WORKERS: readonly ByHand[] = [
  { host: 1, tasks: FULL, groups: ['group-1'], allowTo: ['group-1'] },
  { host: 2, tasks: FULL, groups: ['group-2'], allowTo: ['group-2'] },
  { host: 3, tasks: ['ADDPIECE', 'PRECOMMIT1'], allowTo: ['group-1'] },
];
const FIRST: ByHand = { host: 1, tasks: FULL, groups: ['group-1'], allowTo: ['group-1'] };
const SPEED = { AP: 100, PC1: 2500, PC2: 200, WaitSeed: 300, C1: 50, C2: 200, FIN: 50, GET: 50 };

/** A sandbox in a folder of its own, with what is needed to talk to it. */
class Farm {
  readonly dir = mkdtempSync(join(tmpdir(), 'sealfarm-sandbox-'));
  readonly started = new Map<number, Started>();

  async up(): Promise<void> {
    const result = await sandboxUp({ dir: this.dir, hosts: 3, speed: SPEED });
    if (!result.ok) throw new Error(result.diagnostic.message);
  }

  async down(): Promise<void> {
    await sandboxDown({ dir: this.dir });
    rmSync(this.dir, { recursive: true, force: true });
  }

  miner(method: string, params: unknown[] = []): Promise<unknown> {
    return call(
      `http://127.0.0.10:${readSandbox(this.dir).ports.miner}/rpc/v0`,
      minerToken(this.dir),
      method,
      params,
    );
  }

  worker(host: number, method: string, params: unknown[] = []): Promise<unknown> {
    const url = `http://127.0.0.${10 + host}:${readSandbox(this.dir).ports.worker}/rpc/v0`;
    return call(url, minerToken(this.dir), method, params);
  }

  async start(worker: ByHand): Promise<Started> {
    const started = runLotusWorker(this.dir, worker, 'run');
    this.started.set(worker.host, started);
    await until(
      () => started.output(),
      (text) => text.includes('registered successfully'),
    );
    return started;
  }

  async stop(host: number): Promise<void> {
    this.started.get(host)?.child.kill('SIGINT');
    await this.started.get(host)?.ended;
  }

  async jobs(host: number): Promise<WorkerJob[]> {
    const jobs = (await this.miner('WorkerJobs')) as Record<string, WorkerJob[]>;
    return Object.values(jobs)
      .flat()
      .filter((job) => job.Hostname === `worker-${host}`);
  }

  async stats(host: number): Promise<WorkerStats | undefined> {
    const stats = (await this.miner('WorkerStats')) as Record<string, WorkerStats>;
    return Object.values(stats).find((worker) => worker.Info.Hostname === `worker-${host}` && worker.Enabled);
  }

  events(kind: string): LoggedEvent[] {
    return eventsOf(this.dir).filter(({ event }) => event === kind);
  }
}

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

describe('a miner that is started again', () => {
  const farm = new Farm();
  const zero = '00000000-0000-0000-0000-000000000000';
  beforeAll(async () => {
    await farm.up();
    writeStorage(farm.dir, FIRST);
    await farm.start(FIRST);
  });
  afterAll(() => farm.down());

  it('waits for what its busy worker still does, and loses none of it', async () => {
    await sandboxSubmit({ dir: farm.dir, sectors: 1 });
    const isRunningPc1 = (jobs: readonly WorkerJob[]): boolean =>
      jobs.some(({ Task, RunWait }) => Task === 'seal/v0/precommit/1' && RunWait === 0);
    await until(() => farm.jobs(1), isRunningPc1);
    const { miner } = readSandbox(farm.dir).processes;
    if (miner !== undefined) await endAll([miner], 5000);
    startDetached('miner/miner-main.js', farm.dir, join(farm.dir, 'log', 'miner.log'));

    const jobs = await until(
      () =>
        farm.miner('WorkerJobs').catch(() => undefined) as Promise<Record<string, WorkerJob[]> | undefined>,
      (seen) => seen !== undefined,
    );
    expect(jobs?.[zero]).toMatchObject([{ Task: 'seal/v0/precommit/1', RunWait: -1, Hostname: 'worker-1' }]);
    expect(await farm.stats(1)).toBeUndefined();
    await until(
      () => farm.miner('SectorsStatus', [1]),
      (sector) => (sector as { State: string }).State === 'Proving',
    );
    expect(farm.events('job-failed')).toEqual([]);
    expect(farm.events('job-done').filter(({ task }) => task === 'PC1')).toHaveLength(1);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
