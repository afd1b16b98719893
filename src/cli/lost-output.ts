import type { Writable } from 'node:stream';

/**
 * Lets a command go on to its end although nobody can read what it says: an apply is never cut off in its midst.
 * A reader that has what it wanted (`| head`) is fine; anything else, such as a full disk, is said once.
 * @param onLost called then
 */
export function goOnWithoutOutput(stdout: Writable, stderr: Writable, onLost: () => void): void {
  let lost = false;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (lost || code === 'EPIPE') return;
    lost = true;
    onLost();
    stderr.write(`error: the output cannot be written: ${message}\n`);
  });
  // There is no place left to say it.
  stderr.on('error', () => undefined);
}
