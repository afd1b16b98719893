import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { AuthContext, Connection, ParsedKey, TcpipRequestInfo } from 'ssh2';
import ssh2 from 'ssh2';
import type { HostLayout } from '../layout.js';
import type { RunningCommand } from './command.js';
import { runCommand } from './command.js';

/** sshd's default MaxSessions: commands at a time on one connection; forwarded connections do not count. */
const MOST_SESSIONS = 10;

/** What a server says that it is, for whoever started it to know it by. */
export function softwareOf(pid: number): string {
  return `sealfarm-sandbox-${pid}`;
}

/**
 * An SSH server that is one host of the sandbox: any user with the sandbox's key, commands by /bin/sh in the
 * host's own folder, and direct-tcpip.
 * @param clientKey the one public key that is let in, as a line of authorized_keys
 */
export function createSshHost(dir: string, host: HostLayout, clientKey: string): Server {
  const allowed = ssh2.utils.parseKey(clientKey);
  if (allowed instanceof Error) throw allowed;
  const identity = { hostKeys: [readFileSync(host.hostKey)], ident: softwareOf(process.pid) };
  const server = new ssh2.Server(identity, (connection) => {
    connection.on('authentication', (context) => {
      authenticate(context, allowed);
    });
    connection.on('ready', () => {
      serve(connection, dir, host);
    });
    // A client that breaks off is no concern of the others.
    connection.on('error', () => undefined);
  });
  // As sshd does: else each small answer waits 40 ms until the client says that it has the one before.
  return createServer({ noDelay: true }, (socket) => {
    server.injectSocket(socket);
  });
}

function authenticate(context: AuthContext, allowed: ParsedKey): void {
  if (context.method !== 'publickey') {
    context.reject(['publickey']);
    return;
  }
  const expected = allowed.getPublicSSH();
  const known = context.key.data.length === expected.length && timingSafeEqual(context.key.data, expected);
  // Without a signature the client only asks whether the key would do.
  const signed =
    context.signature === undefined ||
    (context.blob !== undefined && allowed.verify(context.blob, context.signature, context.hashAlgo));
  if (known && signed) context.accept();
  else context.reject(['publickey']);
}

function serve(connection: Connection, dir: string, host: HostLayout): void {
  let sessions = 0;
  const running = new Set<RunningCommand>();
  connection.on('session', (accept, reject) => {
    if (sessions >= MOST_SESSIONS) {
      reject();
      return;
    }
    sessions++;
    const session = accept();
    session.on('close', () => sessions--);
    session.on('exec', (acceptExec, _rejectExec, { command }) => {
      const started = runCommand({ dir, host, command, session, channel: acceptExec() });
      running.add(started);
      void started.ended.then(() => running.delete(started));
    });
  });
  // A broken connection closes no channel of a session in ssh2.
  connection.on('close', () => {
    for (const command of running) command.kill();
  });
  connection.on('tcpip', (accept, reject, info) => {
    forward(accept, reject, info);
  });
}

/** A forwarded connection is opened first, so that a refused one is refused to the client too. */
function forward(accept: () => ssh2.ServerChannel, reject: () => void, info: TcpipRequestInfo): void {
  const socket = connect(info.destPort, info.destIP);
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    const channel = accept();
    socket.on('error', () => channel.destroy());
    channel.on('error', () => socket.destroy());
    channel.on('close', () => socket.destroy());
    socket.pipe(channel).pipe(socket);
  });
}
