import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { success, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';

/** What the SSH connection runs over: from here, from a jump host, or a command's input and output. */
export async function openSocket(endpoint: Endpoint, context: ConnectContext): Promise<Result<Duplex>> {
  const { via, address, port } = endpoint;
  switch (via?.kind) {
    case undefined:
      // A socket of our own: ssh2 destroys its one only while it is writable, which leaves half-closed ones open.
      return success(connect({ host: address, port, noDelay: true }));
    case 'jump':
      return context.jumps.dial(via.endpoint, endpoint, context);
    case 'command':
      return success(commandSocket(via.command, context));
    default:
      return unreachable(via);
  }
}

/** As OpenSSH runs a ProxyCommand, but deaf to Ctrl-C: that is for sealfarm to end in good order. */
function commandSocket(command: string, { environment }: ConnectContext): Duplex {
  const child = spawn('/bin/sh', ['-c', `trap '' INT; exec ${command}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environment,
  });
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  socket.once('close', () => child.kill());
  child.once('exit', () => socket.destroy());
  child.once('error', (error) => socket.destroy(error));
  return socket;
}
