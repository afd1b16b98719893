import type { WorkerLayout } from '../host/layout.js';
import { processManager } from './process-manager.js';
import { systemdManager } from './systemd-manager.js';

/** Starts and stops worker processes on a host, by scripts for its shell. Both do nothing when nothing is to do. */
export interface ServiceManager {
  /** Status 0 once the process runs; it may still end soon after. */
  startScript(worker: WorkerLayout): string;
  /** Status 0 once no process is left. To be used on a quiet worker only. */
  stopScript(worker: WorkerLayout): string;
  /** Status 0 once the worker does not come back by itself, as after a reboot. */
  forgetScript(worker: WorkerLayout): string;
  /** The last lines of the worker's log. */
  logScript(worker: WorkerLayout): string;
}

export function managerOf(worker: WorkerLayout): ServiceManager {
  return worker.unit === undefined ? processManager : systemdManager;
}
