import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { ServerChannel, Session } from 'ssh2';
import type { HostLayout } from '../layout.js';
import { MARK } from '../layout.js';

export interface CommandRequest {
  /** The sandbox's folder. */
  readonly dir: string;
  readonly host: HostLayout;
  /** For /bin/sh -c */
  readonly command: string;
  readonly session: Session;
  readonly channel: ServerChannel;
}

export interface RunningCommand {
  /** Ends the command's process group, as when its channel closes. */
  kill(): void;
  /** Resolves when nobody holds its output any more. */
  readonly ended: Promise<void>;
}

/** How long a command whose channel is gone has to end by itself, in milliseconds. */
const GRACE = 1000;

/**
 * Runs a command for a client. Like sshd it reports the exit status at once, but closes the channel only when
 * all who hold the command's output have let go of it.
 */
export function runCommand({ dir, host, command, session, channel }: CommandRequest): RunningCommand {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: host.home,
    // A process group of its own, so that all of it can be ended; what calls setsid leaves it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(dir, host),
  });
  const ignore = (): void => undefined;
  for (const stream of [channel, channel.stderr, child.stdin, child.stdout, child.stderr]) {
    stream.on('error', ignore);
  }
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });

  child.on('error', () => {
    channel.exit(127);
  });
  child.on('exit', (status, signal) => {
    if (signal === null) channel.exit(status ?? 0);
    else channel.exit(signal.slice('SIG'.length));
  });
  const ended = once(child, 'close').then(ignore, ignore);
  void ended.then(() => channel.stderr.end(() => channel.end()));

  session.on('signal', (accept, _reject, { name }) => {
    signalGroup(child, `SIG${name}` as NodeJS.Signals);
    (accept as (() => void) | undefined)?.();
  });
  const kill = (): void => {
    endGroup(child);
  };
  channel.on('close', kill);
  return { kill, ended };
}

function environment(dir: string, host: HostLayout): Record<string, string> {
  return {
    HOME: host.home,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    TMPDIR: host.temporary,
    PATH: `${dirname(host.binary)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    [MARK]: dir,
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function endGroup(child: Child): void {
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  if (!signalGroup(child, 'SIGHUP')) return;
  setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE).unref();
}

/** False when nobody of the group is left. */
function signalGroup(child: Child, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false;
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false;
  }
}
