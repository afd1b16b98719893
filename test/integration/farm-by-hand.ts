import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerJob, WorkerStats } from '../../src/lotus/api.js';
import { sandboxDown } from '../../src/sandbox/down.js';
import { sandboxUp } from '../../src/sandbox/up.js';
import type { ByHand, LoggedEvent, Started } from './by-hand.js';
import { call, eventsOf, minerToken, readSandbox, runLotusWorker, until } from './by-hand.js';

export const FULL = ['ADDPIECE', 'PRECOMMIT1', 'PRECOMMIT2', 'COMMIT'] as const;
/** The worker on the first host. */
export const FIRST: ByHand = { host: 1, tasks: FULL, groups: ['group-1'], allowTo: ['group-1'] };
const SPEED = { AP: 100, PC1: 2500, PC2: 200, WaitSeed: 300, C1: 50, C2: 200, FIN: 50, GET: 50 };

/** A sandbox in a folder of its own, with what is needed to talk to it. */
export class Farm {
  /** Made by `up`. */
  dir = '';
  readonly started = new Map<number, Started>();

  async up(): Promise<void> {
    this.dir = mkdtempSync(join(tmpdir(), 'sealfarm-sandbox-'));
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
