import type { StorageId } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import { FILE_TYPES, fileTypesOf } from '../../lotus/file-type.js';
import { SECTOR_SIZES } from '../../lotus/sector-size.js';
import type { ScheduledTask } from '../../scheduler/task-request.js';
import { TASK_FILES } from '../../scheduler/task-files.js';
import type { PipelineTask } from '../../lotus/selector.js';
import { SECTOR_SIZE } from '../layout.js';
import type { CallId } from '../worker/miner-api.js';
import type { Calls, OpenCall } from './calls.js';
import { WorkerRestarted } from './calls.js';
import type { Emit } from './event-log.js';
import type { IndexStore } from './index-store.js';
import type { WorkerHandle } from './workers.js';

/** A task that a worker was given. */
export interface Job {
  /** What the scheduler has of it, its phase included. */
  readonly task: ScheduledTask;
  readonly worker: WorkerHandle;
  /** RFC 3339 */
  readonly start: string;
  /** Lets a prepared job run. */
  begin?: () => void;
}

/** The worker was not there to take the call, so no work of it is lost. */
export class NotReached extends Error {}

/** The worker could not get the data from where it lies; whoever lies there may be away for a moment. */
export class FetchFailed extends Error {}

interface TaskCall {
  readonly method: string;
  /** What comes after the sector in the call. */
  readonly args: readonly unknown[];
}

const { sealed, cache } = FILE_TYPES;
/** Of every sector: nothing but what fills it up. */
export const PIECES = [{ Size: SECTOR_SIZES[SECTOR_SIZE].bytes, PieceCID: { '/': 'bafy2bza' } }];

/** Lotus: storage/sealer/manager.go */
const TASK_CALLS: Readonly<Record<PipelineTask, TaskCall>> = {
  AP: { method: 'AddPiece', args: [[], SECTOR_SIZES[SECTOR_SIZE].bytes, {}] },
  PC1: { method: 'SealPreCommit1', args: ['Bw==', PIECES] },
  PC2: { method: 'SealPreCommit2', args: ['Bw=='] },
  C1: { method: 'SealCommit1', args: ['Bw==', 'Bw==', PIECES, {}] },
  C2: { method: 'SealCommit2', args: ['Bw=='] },
  FIN: { method: 'FinalizeSector', args: [] },
  GET: { method: 'MoveStorage', args: [sealed | cache] },
};

/** Fetches what the task needs to its worker; resolves when it is there. */
export async function prepare(job: Job, calls: Calls, index: IndexStore, emit: Emit): Promise<void> {
  const { task, sector } = job.task.request;
  const { fetch, fetchTo } = TASK_FILES[task];
  if (fetch === 0) return;
  const before = holders(index, sector, fetch);
  const call = await begin(job, 'fetch', 'Fetch', [
    fetch,
    fetchTo === 'stored' ? 'storage' : 'sealing',
    'move',
  ]);
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
  const { method, args } = TASK_CALLS[job.task.request.task];
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
  const { task, worker, start } = job;
  const { request } = task;
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
