import type { Readable } from 'node:stream';
import { shellWord } from './context.js';

/** What the host prints once it is connected; all after it belongs to the connection. */
const CONNECTED = 'sealfarm-connected';

/** More than that no login prints before. */
const MOST_BEFORE = 65_536;

/**
 * A command that connects its input and output to an address, for hosts whose sshd forwards nothing: by bash itself, or
 * by nc. It ends when either side does, with all it has started: sshd gives each command a process group. Nothing is
 * quoted twice and no line ends within quotes, as the login shell may be any.
 */
export function dialCommand(host: string, port: number): string {
  const bash =
    `exec 3<>/dev/tcp/\\$0/\\$1 || exit 1; echo ${CONNECTED}; exec 4<&0; ` +
    '{ cat <&4 >&3; kill 0; } & cat <&3; kill 0';
  const nc = `nc -z "$0" "$1" || exit 1; echo ${CONNECTED}; exec nc "$0" "$1"`;
  const either = `if command -v bash >/dev/null; then exec bash -c "${bash}" "$0" "$1"; fi; ${nc}`;
  return `sh -c '${either}' ${shellWord(host)} ${port}`;
}

/** Waits until the host says that it is connected, and leaves what comes after that unread. */
export function awaitConnected(channel: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const end = (connected: boolean): void => {
      channel.off('data', onData).off('close', onClose);
      // With data nobody reads it would never be closed.
      if (connected) channel.pause();
      else channel.resume();
      resolve(connected);
    };
    const onClose = (): void => {
      end(false);
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      // A login may print something before.
      const at = seen.indexOf(`${CONNECTED}\n`);
      if (at === -1) {
        if (seen.length > MOST_BEFORE) end(false);
        return;
      }
      end(true);
      const rest = seen.subarray(at + CONNECTED.length + 1);
      if (rest.length > 0) channel.unshift(rest);
    };
    channel.on('data', onData).once('close', onClose);
  });
}
