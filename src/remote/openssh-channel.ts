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
}

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
  return { pipes: pipesOf(child), opened: whetherOpened(child), closed };
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

function pipesOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Pipes {
  return {
    readable: child.stdout,
    writable: child.stdin,
    close: () => {
      child.kill();
    },
  };
}
