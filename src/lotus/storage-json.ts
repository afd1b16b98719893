import { isSameName, parseJsonObject, setJsonProperty } from './json-object.js';

/**
 * The paths a worker opens at its start, from `LOTUS_WORKER_PATH/storage.json`, or why it cannot be read.
 * Lotus: storage/sealer/storiface/storage.go StorageConfig
 */
export function parseStorageJson(text: string): readonly string[] | { readonly problem: string } {
  const problem = { problem: 'it is not of the form {"StoragePaths": [{"Path": …}]}' };
  const document = parseJsonObject(text, ['StoragePaths']);
  if ('problem' in document) return problem;
  const entries = document.fields['StoragePaths'] ?? [];
  if (!Array.isArray(entries)) return problem;
  const paths = entries.map(pathOf);
  return paths.every((path) => typeof path === 'string') ? paths.map(withoutTrailingSlash) : problem;
}

function pathOf(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const [path, ...more] = Object.entries(entry).filter(([key]) => isSameName(key, 'Path'));
  return more.length > 0 ? undefined : path?.[1];
}

/** The text with exactly these paths; what else the file holds is kept. */
export function writeStorageJson(text: string | undefined, paths: readonly string[]): string {
  const entries = paths.map((path) => ({ Path: path }));
  if (text === undefined) return JSON.stringify({ StoragePaths: entries }, null, 2);
  return setJsonProperty(text, 'StoragePaths', entries);
}

/** Lotus takes both; two spellings of one path would be two paths to us. */
export function withoutTrailingSlash(path: string): string {
  return path.replace(/(?<=[^])\/+$/, '');
}
