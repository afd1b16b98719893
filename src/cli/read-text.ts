import { createReadStream } from 'node:fs';

/** No more than `most` bytes, and one: devices and pipes say no size and may have no end. */
export async function readText(file: string, most: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(file, { end: most })) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** In words where they are usual, else by the system's own code. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'it is a folder' : code;
}
