import { FILE_TYPES } from '../lotus/file-type.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { TASK_FILES } from '../scheduler/task-files.js';
import type { ScheduledTask } from '../scheduler/task-request.js';
import type { SealedType, SectorFile, Storage } from './storage.js';
import { movedBytes, type Move } from './transfer.js';

const NOTHING: readonly Move[] = [];
const TYPES: readonly SealedType[] = ['unsealed', 'sealed', 'cache'];

/** What tasks do with sector files: fetch, write, trim. Lotus: storage/paths/remote.go, storage/sealer/worker_local.go */
export class SectorFiles {
  readonly #storage: Storage;
  readonly #size: SectorSize;

  constructor(storage: Storage, size: SectorSize) {
    this.#storage = storage;
    this.#size = size;
  }

  /** What must come to the task's worker, with room kept for it; undefined where there is none. */
  movesFor({ session, request }: ScheduledTask): readonly Move[] | undefined {
    const { fetch, fetchTo } = TASK_FILES[request.task];
    if (fetch === 0) return NOTHING;
    const moves: Move[] = [];
    for (const type of TYPES) {
      if ((fetch & FILE_TYPES[type]) === 0) continue;
      const here = this.#storage.file(request.sector.Number, type);
      if (here === undefined) continue;
      if (here.path.session === session && (fetchTo === 'sealing' || here.path.info.CanStore)) continue;
      const file = this.#keepRoom(session, type, fetchTo);
      if (file === undefined) {
        this.#giveBack(moves);
        return undefined;
      }
      const bytes = movedBytes(type, request.task, this.#size);
      moves.push({ type, from: here.path.session, to: session, bytes, file });
    }
    return moves;
  }

  /** They are gone where they came from. */
  arrive({ request }: ScheduledTask, moves: readonly Move[]): void {
    for (const { type, file } of moves) {
      this.#storage.put(request.sector.Number, type, file);
      this.#storage.declare(request.sector.Number, type);
    }
  }

  /** Room for what the task writes; false where there is none: "couldn't find a suitable path". */
  makeRoom({ session, request }: ScheduledTask): boolean {
    const kept: Pick<Move, 'type' | 'file'>[] = [];
    for (const type of writtenBy(request.task)) {
      const file = this.#keepRoom(session, type, 'sealing');
      if (file === undefined) {
        this.#giveBack(kept);
        return false;
      }
      kept.push({ type, file });
    }
    for (const { type, file } of kept) this.#storage.put(request.sector.Number, type, file);
    return true;
  }

  done({ request }: ScheduledTask): void {
    const { task, sector } = request;
    for (const type of writtenBy(task)) this.#storage.declare(sector.Number, type);
    if (task === 'FIN') this.#trim(sector.Number);
  }

  #keepRoom(session: string, type: SealedType, purpose: 'sealing' | 'stored'): SectorFile | undefined {
    const path = this.#storage.choose(session, type, purpose);
    return path && this.#storage.reserve(path, type, purpose);
  }

  /** A task has room for all its files or keeps none. */
  #giveBack(kept: readonly Pick<Move, 'file'>[]): void {
    for (const { file } of kept) this.#storage.release(file);
  }

  /** Finalizing leaves a small part of the cache. */
  #trim(sector: number): void {
    const cache = this.#storage.file(sector, 'cache');
    if (cache === undefined) return;
    this.#storage.put(sector, 'cache', this.#storage.reserve(cache.path, 'cache', 'stored'));
    this.#storage.declare(sector, 'cache');
  }
}

function writtenBy(task: ScheduledTask['request']['task']): readonly SealedType[] {
  if (task === 'AP') return ['unsealed'];
  return task === 'PC1' ? ['sealed', 'cache'] : [];
}
