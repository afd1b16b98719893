import type { ManagerName, WorkerLayout } from '../host/layout.js';
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
  /** Status 0 once nothing is left of a worker that does not run and that the other manager shall keep. */
  removeScript(worker: WorkerLayout): string;
  /** The last lines of the worker's log. */
  logScript(worker: WorkerLayout): string;
}

export const MANAGERS: Readonly<Record<ManagerName, ServiceManager>> = {
  process: processManager,
  systemd: systemdManager,
};

/** The declared one, which starts it; it is stopped by the one that keeps it. */
export function managerOf({ serviceManager }: WorkerLayout): ServiceManager {
  return MANAGERS[serviceManager];
}
