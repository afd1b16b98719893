import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser';

/**
 * The paths a worker opens at its start, from `LOTUS_WORKER_PATH/storage.json`, or why it cannot be read.
 * Lotus: storage/sealer/storiface/storage.go StorageConfig
 */
export function parseStorageJson(text: string): readonly string[] | { readonly problem: string } {
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { disallowComments: true, allowEmptyContent: true });
  const problem = { problem: 'it is not of the form {"StoragePaths": [{"Path": …}]}' };
  if (errors.length > 0 || typeof document !== 'object' || document === null) return problem;
  const entries: unknown = (document as Record<string, unknown>)['StoragePaths'] ?? [];
  if (!Array.isArray(entries)) return problem;
  const paths = entries.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)['Path'] : undefined,
  );
  return paths.every((path) => typeof path === 'string') ? paths.map(withoutTrailingSlash) : problem;
}

/** The text with exactly these paths; what else the file holds is kept. */
export function writeStorageJson(text: string | undefined, paths: readonly string[]): string {
  const entries = paths.map((path) => ({ Path: path }));
  if (text === undefined || text.trim() === '') return JSON.stringify({ StoragePaths: entries }, null, 2);
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(text, modify(text, ['StoragePaths'], entries, { formattingOptions }));
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
