import { sectorFileBytes, type SizingTask } from '../lotus/sector-files.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { Durations } from './durations.js';
import type { SealedType, SectorFile } from './storage.js';

/** A file on its way to a path of the worker that needs it. */
export interface Move {
  readonly type: SealedType;
  /** Session of the worker it comes from; the same as `to` from one path of a worker to another. */
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Its room at the other end. */
  readonly file: SectorFile;
}

/** After which task the files are as this task finds them. */
const LAST: Readonly<Partial<Record<PipelineTask, SizingTask>>> = { PC1: 'AP', PC2: 'PC1', GET: 'FIN' };

export function movedBytes(type: SealedType, task: PipelineTask, size: SectorSize): number {
  const last = LAST[task];
  return last === undefined ? 0 : sectorFileBytes(type, last, size);
}

/** Milliseconds until all are there; between two paths of one worker it takes none. */
export function moveTime(
  moves: readonly Move[],
  { durations, bandwidth }: { readonly durations: Durations; readonly bandwidth: number },
): number {
  const remote = moves.filter(({ from, to }) => from !== to);
  if (remote.length === 0) return 0;
  return durations.GET ?? (remote.reduce((sum, { bytes }) => sum + bytes, 0) / bandwidth) * 1000;
}
