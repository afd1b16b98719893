import { createHash } from 'node:crypto';
import { Secret } from '../secret/secret.js';
import { decode } from './asking.js';
import type { ObservedFile } from './observed.js';

/** The words behind the path of a line that `file` printed. */
export function parseFile([state, second = '-', content = '-']: readonly string[]): ObservedFile {
  if (state === 'absent') return { state };
  if (state !== 'present') return { state: 'unreadable', why: decode(second) };
  const bytes = content === '-' ? Buffer.alloc(0) : Buffer.from(content, 'base64');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { state, mode: second, sha256, text: new Secret(bytes.toString('utf8')) };
}
