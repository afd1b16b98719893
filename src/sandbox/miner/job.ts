import type { StorageId } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import { FILE_TYPES, fileTypesOf } from '../../lotus/file-type.js';
import { SECTOR_SIZES } from '../../lotus/sector-size.js';
import type { PipelineTask } from '../../lotus/selector.js';
import { SECTOR_SIZE } from '../layout.js';
import type { CallId } from '../worker/miner-api.js';
import type { Calls, OpenCall } from './calls.js';
import { WorkerRestarted } from './calls.js';
import type { Emit } from './event-log.js';
import type { IndexStore } from './index-store.js';
import type { TaskRequest } from './schedule.js';
import type { WorkerHandle } from './workers.js';

/** A task that a worker was given. */
export interface Job {
  readonly request: TaskRequest;
  readonly worker: WorkerHandle;
  /** RFC 3339 */
  readonly start: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  phase: 'assigned' | 'preparing' | 'prepared' | 'running';
  /** Lets a prepared job run. */
  begin?: () => void;
}

/** The worker was not there to take the call, so no work of it is lost. */
export class NotReached extends Error {}

/** The worker could not get the data from where it lies; whoever lies there may be away for a moment. */
export class FetchFailed extends Error {}

const { unsealed, sealed, cache } = FILE_TYPES;

interface TaskCall {
  readonly method: string;
  /** What comes after the sector in the call. */
  readonly args: readonly unknown[];
  /** What is fetched to the worker before. */
  readonly fetch: number;
  readonly fetchTo: 'sealing' | 'storage';
  /** What is read and written, as StorageGetLocks has it. */
  readonly reads: number;
  readonly writes: number;
}

const BASE: Pick<TaskCall, 'args' | 'fetch' | 'fetchTo' | 'reads' | 'writes'> = {
  args: [],
  fetch: 0,
  fetchTo: 'sealing',
  reads: 0,
  writes: 0,
};
const PIECES = [{ Size: SECTOR_SIZES[SECTOR_SIZE].bytes, PieceCID: { '/': 'bafy2bza' } }];

/** Lotus: storage/sealer/manager.go */
export const TASK_CALLS: Readonly<Record<PipelineTask, TaskCall>> = {
  AP: { ...BASE, method: 'AddPiece', args: [[], SECTOR_SIZES[SECTOR_SIZE].bytes, {}], writes: unsealed },
  PC1: {
    ...BASE,
    method: 'SealPreCommit1',
    args: ['Bw==', PIECES],
    fetch: unsealed,
    reads: unsealed,
    writes: sealed | cache,
  },
  PC2: {
    ...BASE,
    method: 'SealPreCommit2',
    args: ['Bw=='],
    fetch: sealed | cache,
    reads: sealed,
    writes: cache,
  },
  C1: { ...BASE, method: 'SealCommit1', args: ['Bw==', 'Bw==', PIECES, {}], reads: sealed | cache },
  C2: { ...BASE, method: 'SealCommit2', args: ['Bw=='] },
  FIN: { ...BASE, method: 'FinalizeSector', reads: sealed, writes: cache },
  GET: {
    ...BASE,
    method: 'MoveStorage',
    args: [sealed | cache],
    fetch: sealed | cache,
    fetchTo: 'storage',
    writes: sealed | cache,
  },
};

/** Fetches what the task needs to its worker; resolves when it is there. */
export async function prepare(job: Job, calls: Calls, index: IndexStore, emit: Emit): Promise<void> {
  const { task, sector } = job.request;
  const { fetch, fetchTo } = TASK_CALLS[task];
  if (fetch === 0) return;
  const before = holders(index, sector, fetch);
  const call = await begin(job, 'fetch', 'Fetch', [fetch, fetchTo, 'move']);
  await calls.wait(call).catch((error: unknown) => {
    if (error instanceof WorkerRestarted || !(error instanceof Error)) throw error;
    throw new FetchFailed(error.message, { cause: error });
  });
  const after = holders(index, sector, fetch);
  const to = after.filter((id) => !before.includes(id));
  if (to.length === 0) return;
  emit({
    event: 'transfer',
    sector: sector.Number,
    task,
    worker: job.worker.info.Hostname,
    fileTypes: fileTypesOf(fetch),
    from: before.filter((id) => !after.includes(id)),
    to,
  });
}

/** Resolves when the worker has returned the task's result. @param onTaken called when it has taken the task */
export async function runTask(job: Job, calls: Calls, onTaken: () => void): Promise<void> {
  const { method, args } = TASK_CALLS[job.request.task];
  const call = await begin(job, 'task', method, args);
  onTaken();
  await calls.wait(call);
}

function holders(index: IndexStore, sector: SectorId, types: number): StorageId[] {
  return index.find(sector, types).map((path) => path.ID);
}

async function begin(
  job: Job,
  part: OpenCall['part'],
  method: string,
  args: readonly unknown[],
): Promise<OpenCall> {
  const { request, worker, start } = job;
  const reference = { ID: request.sector, ProofType: SECTOR_SIZES[SECTOR_SIZE].sealProof };
  try {
    const call = (await worker.client.call(`Filecoin.${method}`, [reference, ...args])) as CallId;
    return {
      id: call.ID,
      task: request.task,
      part,
      sector: request.sector,
      hostname: worker.info.Hostname,
      session: worker.session,
      start,
    };
  } catch (error) {
    if (isGone(error)) throw new NotReached('worker not reached', { cause: error });
    throw error;
  }
}

/** The process is not there, or went before it answered. */
function isGone(error: unknown): boolean {
  const codes: readonly unknown[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
