import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SectorDecl, StorageId, StorageInfo, WorkerStats } from '../../lotus/api.js';
import { sectorName } from '../../lotus/file-type.js';
import { task, type TaskCode } from '../../lotus/task.js';
import { layout } from '../../sandbox/layout.js';
import { minerClient } from '../../sandbox/miner-client.js';

interface LoggedEvent {
  readonly event: string;
  readonly worker?: string;
  readonly task?: string;
  readonly from?: readonly string[];
}

/** Sees the sandbox's Lotus itself, past sealfarm: what the demo claims is checked against this. */
export class SandboxEye {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  failedJobs(): readonly LoggedEvent[] {
    return this.#events().filter(({ event }) => event === 'job-failed');
  }

  /** Workers that fetched sector files for PreCommit2 from a host's sealing path, one entry a transfer. */
  fetchesFrom(host: string): readonly string[] {
    const id = this.#storageId(host);
    return this.#events().flatMap(({ event, task: code, from, worker }) =>
      event === 'transfer' && code === 'PC2' && from?.includes(id) === true && worker !== undefined
        ? [worker]
        : [],
    );
  }

  /** Whether a worker has a job of a task, by its short code. */
  async runs(worker: string, code: TaskCode): Promise<boolean> {
    const session = await this.session(worker);
    const jobs = (await this.#call('Filecoin.WorkerJobs')) as Record<string, { Task: string }[]>;
    return (jobs[session ?? ''] ?? []).some(({ Task }) => Task === task(code).rpc);
  }

  /** Of a worker that the miner reaches; one that is away stays listed as not enabled. */
  async session(worker: string): Promise<string | undefined> {
    return (await this.#stats()).find(([, { Info, Enabled }]) => Enabled && Info.Hostname === worker)?.[0];
  }

  /** The effective limit of PreCommit1 for 32 GiB sectors. */
  async limit(worker: string): Promise<number | undefined> {
    const found = (await this.#stats()).find(([, { Info, Enabled }]) => Enabled && Info.Hostname === worker);
    return found?.[1].Info.Resources.Resources['seal/v0/precommit/1']?.['8']?.MaxConcurrent;
  }

  /** Whether the miner gives the worker such tasks: it asks the worker which it takes now and then. */
  async takes(worker: string, code: TaskCode): Promise<boolean> {
    return (await this.takers(code)).includes(worker);
  }

  /** All to whom the miner gives such tasks at one moment. */
  async takers(code: TaskCode): Promise<readonly string[]> {
    const rpc = task(code).rpc;
    return (await this.#stats()).flatMap(([, { Info, Enabled, Tasks }]) =>
      Enabled && Tasks.includes(rpc) ? Info.Hostname : [],
    );
  }

  async allowTo(host: string): Promise<readonly string[]> {
    const info = (await this.#call('Filecoin.StorageInfo', this.#storageId(host))) as {
      AllowTo: string[] | null;
    };
    return info.AllowTo ?? [];
  }

  /** How many sectors have files on a host's sealing path, by the miner's index. */
  async sectorsOn(host: string): Promise<number> {
    const list = (await this.#call('Filecoin.StorageList')) as Record<string, unknown[]>;
    return (list[this.#storageId(host)] ?? []).length;
  }

  /** Sectors (`s-t01000-7`) of which all that lies on a host's sealing path lies in long-term storage, too. */
  async storedElsewhere(host: string): Promise<readonly string[]> {
    const list = (await this.#call('Filecoin.StorageList')) as Record<StorageId, SectorDecl[]>;
    const { [this.#storageId(host)]: own = [], ...others } = list;
    const stored = new Map<string, number>();
    for (const [id, decls] of Object.entries(others)) {
      const { CanStore } = (await this.#call('Filecoin.StorageInfo', id)) as StorageInfo;
      if (!CanStore) continue;
      for (const decl of decls)
        stored.set(sectorName(decl), (stored.get(sectorName(decl)) ?? 0) | decl.SectorFileType);
    }
    return own.flatMap((decl) =>
      (decl.SectorFileType & ~(stored.get(sectorName(decl)) ?? 0)) === 0 ? sectorName(decl) : [],
    );
  }

  async sectorStates(): Promise<readonly string[]> {
    const { sectors } = (await this.#call('Sandbox.Report')) as { sectors: { state: string }[] };
    return sectors.map(({ state }) => state);
  }

  async #stats(): Promise<[string, WorkerStats][]> {
    return Object.entries((await this.#call('Filecoin.WorkerStats')) as Record<string, WorkerStats>);
  }

  #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const client = minerClient(this.#dir);
    if (client === undefined) throw new Error('the sandbox is down');
    return client.call(method, params);
  }

  #storageId(host: string): string {
    const text = readFileSync(join(this.#dir, 'hosts', host, 'seal', 'sectorstore.json'), 'utf8');
    return (JSON.parse(text) as { ID: string }).ID;
  }

  #events(): readonly LoggedEvent[] {
    const lines = readFileSync(layout(this.#dir).events, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LoggedEvent);
  }
}
