import type { StorageId, StoragePath, WorkerInfo } from '../../lotus/api.js';
import type { TaskCode } from '../../lotus/task.js';
import { taskByRpc } from '../../lotus/task.js';
import { INTERVALS } from '../speed.js';
import type { RpcClient } from '../wire/json-rpc-client.js';
import { createRpcClient } from '../wire/json-rpc-client.js';
import type { Emit } from './event-log.js';

/** A worker's process as the miner knows it. */
export interface WorkerHandle {
  readonly session: string;
  readonly info: WorkerInfo;
  readonly client: RpcClient;
  /** As it said when it was asked last, which is a moment ago. */
  tasks: ReadonlySet<TaskCode>;
  paths: readonly StorageId[];
  /** False while it does not answer. */
  enabled: boolean;
  /** Milliseconds since the epoch. */
  lastSeen: number;
}

export interface WorkersOptions {
  readonly token: string;
  readonly emit: Emit;
  readonly onRegistered: () => void;
  /** A process does not answer: what it has not begun goes to others. */
  readonly onDisabled: (worker: WorkerHandle) => void;
  readonly onChange: () => void;
}

/** The workers by session, asked every heartbeat. Lotus: storage/sealer/sched_worker.go */
export class Workers {
  readonly #handles = new Map<string, WorkerHandle>();
  readonly #options: WorkersOptions;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  list(): WorkerHandle[] {
    return [...this.#handles.values()];
  }

  get(session: string): WorkerHandle | undefined {
    return this.#handles.get(session);
  }

  /** `WorkerConnect`: calls the worker back at the address it announced. */
  async connect(url: string): Promise<void> {
    await this.register(createRpcClient(url, this.#options.token));
  }

  async register(client: RpcClient): Promise<void> {
    const session = (await client.call('Filecoin.Session')) as string;
    if (this.#handles.has(session)) return;
    const info = (await client.call('Filecoin.Info')) as WorkerInfo;
    const tasks = new Set<TaskCode>();
    const handle = { session, info, client, tasks, paths: [], enabled: true, lastSeen: Date.now() };
    await askCapabilities(handle);
    await this.#dropGone(info.Hostname);
    this.#handles.set(session, handle);
    this.#options.emit({ event: 'worker-registered', worker: info.Hostname, session });
    this.#options.onRegistered();
  }

  /** One round of questions to all workers. */
  async heartbeat(): Promise<void> {
    await Promise.all(this.list().map((handle) => this.#look(handle)));
    this.#options.onChange();
  }

  async #look(handle: WorkerHandle): Promise<void> {
    try {
      const session = await handle.client.call('Filecoin.Session', [], INTERVALS.silence);
      if (session !== handle.session) {
        this.#drop(handle);
        return;
      }
      await askCapabilities(handle);
      handle.enabled = true;
      handle.lastSeen = Date.now();
    } catch {
      if (handle.enabled) {
        handle.enabled = false;
        this.#options.onDisabled(handle);
        this.#lost(handle);
      }
    }
  }

  /** Two living workers may share a name; a dead one makes way for its successor. */
  async #dropGone(name: string): Promise<void> {
    for (const handle of this.list().filter((candidate) => candidate.info.Hostname === name)) {
      await this.#look(handle);
      if (!handle.enabled) this.#drop(handle);
    }
  }

  #drop(handle: WorkerHandle): void {
    if (!this.#handles.delete(handle.session)) return;
    if (handle.enabled) this.#lost(handle);
    handle.enabled = false;
    this.#options.onDisabled(handle);
  }

  #lost(handle: WorkerHandle): void {
    this.#options.emit({ event: 'worker-lost', worker: handle.info.Hostname, session: handle.session });
  }
}

async function askCapabilities(handle: WorkerHandle): Promise<void> {
  const [types, paths] = await Promise.all([
    handle.client.call('Filecoin.TaskTypes'),
    handle.client.call('Filecoin.Paths'),
  ]);
  handle.tasks = new Set(Object.keys(types as object).flatMap((rpc) => taskByRpc(rpc)?.code ?? []));
  handle.paths = (paths as StoragePath[]).map((path) => path.ID);
}
