import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import { masterArguments, type MasterFiles } from './openssh-arguments.js';

/** A master that is logged in. */
export interface LoggedIn {
  readonly folder: string;
  readonly files: MasterFiles;
  /** Its socket: as long as this is open the master stays, and when the master ends this is closed. */
  readonly held: Socket;
}

/** What was said before `ssh` gave up. */
export interface NotLoggedIn {
  /** By `ssh`. */
  readonly words: string;
  /** By the command that leads to the machine. */
  readonly wayWords: string;
}

/** What is still to come from an `ssh` that has ended. Milliseconds. */
const LAST_WORDS_MS = 500;

/** Paths of sockets must be short, and the temporary folder may be anywhere. */
const FOLDER = '/tmp/sealfarm-';

/** Runs `ssh` until it is logged in and has gone to the background. Nothing is left where it fails. */
export async function logInWithOpenssh(
  endpoint: Endpoint,
  { environment }: Pick<ConnectContext, 'environment'>,
  throughJump?: string,
): Promise<LoggedIn | NotLoggedIn> {
  const folder = await mkdtemp(FOLDER);
  const files: MasterFiles = {
    socket: join(folder, 's'),
    log: join(folder, 'log'),
    wayLog: join(folder, 'way'),
  };
  const child = spawn('ssh', masterArguments(endpoint, files, throughJump), {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // In a process group of its own: Ctrl-C is for sealfarm to end in good order.
    detached: true,
  });
  const said = await untilInBackground(child, endpoint.connectTimeoutMs);
  const held = said === undefined ? await hold(files.socket) : undefined;
  if (held !== undefined) return { folder, files, held };
  const [logged, wayWords] = await Promise.all([files.log, files.wayLog].map(textOf));
  await rm(folder, { recursive: true, force: true });
  return { words: `${said ?? ''}\n${logged ?? ''}`, wayWords: wayWords ?? '' };
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** Undefined when it is logged in, else what it said. */
async function untilInBackground(child: ChildProcess, timeoutMs: number): Promise<string | undefined> {
  let said = '';
  // What the way there is made of keeps this end for as long as it lives: it is read to the end, and waited for by none.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-65_536);
  });
  const status = await new Promise<number | 'late' | 'missing'>((resolve) => {
    const timer = setTimeout(() => {
      resolve('late');
      killGroup(child);
    }, timeoutMs);
    child.once('error', () => {
      clearTimeout(timer);
      resolve('missing');
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 255);
    });
  });
  // A pipe is a socket, which need not keep this process alive.
  if (child.stderr instanceof Socket) child.stderr.unref();
  if (status === 0) return undefined;
  if (status === 'missing') return 'there is no `ssh` here';
  if (status === 'late') return `${said}\nthe login timed out`;
  await lastWords(child);
  return said;
}

function lastWords(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function hold(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    // Nothing is asked over it; its end must be read, though.
    socket.resume();
    socket.on('error', () => {
      resolve(undefined);
    });
    socket.once('connect', () => {
      resolve(socket);
    });
  });
}
