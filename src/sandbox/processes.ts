import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hostLayouts, layout, MARK } from './layout.js';

/** A process that cannot be mistaken for a later one of the same number. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot, from /proc/PID/stat. */
  readonly startTime: number;
}

/** The process of this number as it is now; undefined when there is none, or only a zombie. */
export function identify(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces and brackets itself, so the fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, startTime: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/** Sends the signal unless the process is gone. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // It ended in between.
  }
}

/** SIGINT to all, then SIGKILL to those that live after the deadline. */
export async function endAll(ids: readonly ProcessId[], deadlineMs: number): Promise<void> {
  for (const id of ids) signal(id, 'SIGINT');
  if (await waitFor(() => !ids.some(isAlive), deadlineMs)) return;
  for (const id of ids) signal(id, 'SIGKILL');
  await waitFor(() => !ids.some(isAlive), deadlineMs);
}

/** Every process with this sandbox's mark in its environment, but this one. */
export function markedProcesses(dir: string): ProcessId[] {
  const mark = `${MARK}=${dir}`;
  return readdirSync('/proc')
    .filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid && environmentOf(name).includes(mark),
    )
    .flatMap((name) => identify(Number(name)) ?? []);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The compiled entry file of one of the sandbox's programs, also when this runs from the sources. */
export function entryFile(path: string): string {
  const here = fileURLToPath(new URL(path, import.meta.url));
  if (existsSync(here)) return here;
  return fileURLToPath(new URL(`../../dist/sandbox/${path}`, import.meta.url));
}

/** Starts a program of the sandbox that outlives this process; what it prints goes to `logFile`. */
export function startDetached(
  entry: string,
  dir: string,
  logFile: string,
  variables: Readonly<Record<string, string>> = {},
): ProcessId | undefined {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [entryFile(entry), dir], {
    cwd: dir,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: pathOf(dir), [MARK]: dir, LOTUS_MINER_PATH: layout(dir).miner, ...variables },
  });
  // A failed start shows as a process that does not answer.
  child.on('error', () => undefined);
  child.unref();
  closeSync(log);
  return child.pid === undefined ? undefined : identify(child.pid);
}

/** With the folder of the first host's programs: there lotus-miner was started from, as far as its machine can tell. */
function pathOf(dir: string): string {
  const folders = hostLayouts(dir, 1).map(({ minerBinary }) => dirname(minerBinary));
  return [...folders, process.env['PATH'] ?? ''].join(':');
}

/** Looks again and again; false when the deadline passes first. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    if (await condition()) return true;
    await pause(25);
  }
  return condition();
}

/** The end of a log file, for messages. */
export function lastLines(dir: string, log: string, lines = 3): string {
  try {
    return readFileSync(join(dir, log), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
