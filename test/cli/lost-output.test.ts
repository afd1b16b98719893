import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { goOnWithoutOutput } from '../../src/cli/lost-output.js';

let stdout: PassThrough;
let stderr: PassThrough;
let lost: number;

beforeEach(() => {
  [stdout, stderr, lost] = [new PassThrough(), new PassThrough(), 0];
  goOnWithoutOutput(stdout, stderr, () => {
    lost += 1;
  });
});

/** What a stream says of a write that failed. Throws where nobody listens. */
function fail(stream: PassThrough, code: string): void {
  stream.emit('error', Object.assign(new Error(`${code}: it failed`), { code }));
}

describe('goOnWithoutOutput', () => {
  it.each([
    ['nothing of a reader that went away', ['EPIPE', 'EPIPE'], null, 0],
    ['of a full disk', ['ENOSPC'], 'error: the output cannot be written: ENOSPC: it failed\n', 1],
    [
      'of a full disk once',
      ['ENOSPC', 'ERR_STREAM_DESTROYED'],
      'error: the output cannot be written: ENOSPC: it failed\n',
      1,
    ],
  ])('says %s', (_, codes, said, expected) => {
    for (const code of codes) fail(stdout, code);
    expect((stderr.read() as Buffer | null)?.toString() ?? null).toBe(said);
    expect(lost).toBe(expected);
  });

  it('lets what cannot be said be', () => {
    fail(stderr, 'ENOSPC');
    expect(lost).toBe(0);
  });
});
