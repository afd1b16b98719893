import type { ChildProcess } from 'node:child_process';

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}

/** A script that cannot be ended does not keep this program from ending. */
export function leave(shell: Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr' | 'unref'>): void {
  for (const stream of [shell.stdin, shell.stdout, shell.stderr]) stream?.destroy();
  shell.unref();
}

/** Ends a process and all that came of it, the youngest first, so that none is left without its parent before. */
export function killTreeScript(pid: number): string {
  return `tree() {
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do tree "$child"; done
  kill -KILL "$1" 2>/dev/null
}
tree ${pid}
`;
}
