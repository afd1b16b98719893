/** Which versions (sha256, in hex) of a file sealfarm wrote, by path: the last one, and the one it was to replace. */
export type Written = ReadonlyMap<string, ReadonlySet<string>>;

export const NOTHING_WRITTEN: Written = new Map();

/** Reads a host's record, lines as `sha256sum` prints them. What is no such line says nothing. */
export function parseWritten(text: string): Written {
  const versions = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, hash, path] = /^([0-9a-f]{64}) {2}(\/.*)$/.exec(line) ?? [];
    if (hash === undefined || path === undefined) continue;
    versions.set(path, (versions.get(path) ?? new Set()).add(hash));
  }
  return versions;
}
