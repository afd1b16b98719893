import { createReadStream } from 'node:fs';

/** No more than `most` bytes, and one: devices and pipes say no size and may have no end. Throws where it is not UTF-8. */
export async function readText(file: string, most: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(file, { end: most })) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  // Of one that is longer the last letter may be cut.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
    stream: bytes.length > most,
  });
}

/** In words where they are usual, else by the system's own code. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8';
  return code === 'EISDIR' ? 'it is a folder' : code;
}
