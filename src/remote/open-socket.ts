import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { success, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';

const MOST_WORDS = 4096;
const LAST_WORDS_MS = 500;

export interface Way {
  readonly socket: Duplex;
  /** What the command has said of which the way is made, where that has just failed. */
  readonly lastWords: () => Promise<string>;
}

/** What the SSH connection runs over: from here, from a jump host, or a command's input and output. */
export async function openSocket(endpoint: Endpoint, context: ConnectContext): Promise<Result<Way>> {
  const { via, address, port } = endpoint;
  switch (via?.kind) {
    case undefined:
      // A socket of our own: ssh2 destroys its one only while it is writable, which leaves half-closed ones open.
      return success(silent(connect({ host: address, port, noDelay: true })));
    case 'jump': {
      const dialled = await context.jumps.dial(via.endpoint, endpoint, context);
      return dialled.ok ? success(silent(dialled.value)) : dialled;
    }
    case 'command':
      return success(commandSocket(via.command, context));
    default:
      return unreachable(via);
  }
}

function silent(socket: Duplex): Way {
  return { socket, lastWords: () => Promise.resolve('') };
}

/** As OpenSSH runs a ProxyCommand, but deaf to Ctrl-C: that is for sealfarm to end in good order. */
function commandSocket(command: string, { environment }: ConnectContext): Way {
  const child = spawn('/bin/sh', ['-c', `trap '' INT; exec ${command}`], {
    stdio: 'pipe',
    env: environment,
  });
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_WORDS);
  });
  socket.once('close', () => child.kill());
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const lastWords = async (): Promise<string> => {
    // Others it has started may hold its output open.
    await Promise.race([closed, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    return said;
  };
  child.once('exit', () => socket.destroy());
  child.once('error', (error) => socket.destroy(error));
  return { socket, lastWords };
}
