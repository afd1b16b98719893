import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Pipes } from './forwarded-socket.js';
import { throughMaster } from './openssh-arguments.js';
import type { OpensshMaster } from './openssh-master.js';

/** A connection that an `ssh` makes through its master. */
export interface OpensshChannel {
  readonly pipes: Pipes;
  /** True as soon as the master says that the host has opened it, false where it ends before. */
  readonly opened: Promise<boolean>;
  readonly closed: Promise<void>;
  /** For one that was not opened. */
  readonly abandon: () => void;
}

/** How long the other side has to end as well. Milliseconds. */
const GOODBYE_MS = 2000;

/** ssh says so at this level only, in the same words since there is ControlMaster. OpenSSH: mux.c */
const OPENED = /master session id: \d+/;

/** @param what to open: a forwarded connection, or a command */
export function openChannel(master: OpensshMaster, what: readonly string[]): OpensshChannel {
  const args = [...throughMaster(master.socket), '-o', 'LogLevel=DEBUG1', ...what];
  // In a process group of its own, and so deaf to Ctrl-C.
  const child = spawn('ssh', args, { env: master.environment, stdio: 'pipe', detached: true });
  child.stdin.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const abandon = (): void => {
    child.kill('SIGKILL');
  };
  return { pipes: pipesOf(child), opened: whetherOpened(child), closed, abandon };
}

function whetherOpened(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4096);
      if (OPENED.test(said)) resolve(true);
    });
    child.once('error', () => {
      resolve(false);
    });
    // Not when it exits: what it has said is read by then.
    child.once('close', () => {
      resolve(false);
    });
  });
}

/**
 * A master whose client is killed tells sshd to read no more, and what the other side has still to say then keeps it
 * from ever ending: so the client is told that there is no more to come, and its output goes on being read.
 */
function pipesOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Pipes {
  return {
    readable: child.stdout,
    writable: child.stdin,
    close: () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), GOODBYE_MS);
      child.once('close', () => {
        clearTimeout(timer);
      });
    },
  };
}
