import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessId, ProcessState } from '../host/lock-holder.js';

/** This process, as it may be named on other machines. */
export function thisProcess(): ProcessId {
  const space = ownSpace();
  return { pid: process.pid, machine: hostname(), ...(space === undefined ? {} : { space }) };
}

/** Boot and PID namespace: within them a number means one process. Undefined where this is no Linux. */
function ownSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a process that held a lock still runs, where it is one of this machine. Its number may have gone to another process
 * by now: then it counts as running, which errs on the safe side. Without a space two machines of one name look alike, so
 * that a missing number proves nothing.
 */
export function processState({ pid, machine, space }: ProcessId, here = thisProcess()): ProcessState {
  if (machine !== here.machine || space !== here.space) return 'unknown';
  try {
    process.kill(pid, 0);
    return 'runs';
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!missing) return 'runs';
    return space === undefined ? 'unknown' : 'gone';
  }
}
