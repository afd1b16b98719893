import type { StoragePath } from '../lotus/api.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { ObservedProcess, WorkerLive } from './observed.js';

/** What a worker itself says; undefined while it does not run or does not answer. */
export function liveOf(process: ObservedProcess | undefined): WorkerLive | undefined {
  return process?.live.reached === true ? process.live : undefined;
}

/** A path as the worker has it attached; `path` without a slash at its end. */
export function attachedPath(live: WorkerLive | undefined, path: string): StoragePath | undefined {
  return live?.paths.find(({ LocalPath }) => withoutTrailingSlash(LocalPath) === path);
}
