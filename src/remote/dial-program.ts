import type { Duplex } from 'node:stream';
import { shellWord } from './context.js';

/** What the host prints once it is connected; all after it belongs to the connection. */
const CONNECTED = 'sealfarm-connected\n';

/**
 * A command that connects its input and output to an address, for hosts whose sshd forwards nothing: by bash itself, or
 * by nc. It ends when either side does.
 */
export function dialCommand(host: string, port: number): string {
  const bash =
    `exec 3<>"/dev/tcp/$0/$1" || exit 1; printf %s ${shellWord(CONNECTED)}; ` +
    'cat <&3 & back=$!; cat >&3; kill "$back"';
  const nc = `nc -z "$0" "$1" || exit 1; printf %s ${shellWord(CONNECTED)}; exec nc "$0" "$1"`;
  const either = `if command -v bash >/dev/null; then exec bash -c ${quoted(bash)} "$0" "$1"; fi; ${nc}`;
  return `sh -c ${quoted(either)} ${shellWord(host)} ${port}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Waits until the host says that it is connected, and leaves what comes after that unread. */
export function awaitConnected(channel: Duplex): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const end = (connected: boolean): void => {
      channel.off('data', onData).off('close', onClose);
      channel.pause();
      resolve(connected);
    };
    const onClose = (): void => {
      end(false);
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length < CONNECTED.length && CONNECTED.startsWith(seen.toString('latin1'))) return;
      const connected = seen.toString('latin1', 0, CONNECTED.length) === CONNECTED;
      end(connected);
      if (connected && seen.length > CONNECTED.length) channel.unshift(seen.subarray(CONNECTED.length));
    };
    channel.on('data', onData).once('close', onClose);
  });
}
