import type { Return } from '../host/rollback.js';
import { shellQuote } from '../host/shell.js';
import type { FileVersions } from '../plan/rollback-steps.js';
import { Secret } from '../secret/secret.js';
import { backupPath } from './backup-script.js';

/** For each file a line with its number: as it is, and its version before, in base64; `-` for what is not there. */
export function readVersionsScript(returns: readonly Return[]): string {
  const lines = returns.map(
    ({ path, kept }, index) =>
      `echo "${index} $(version ${shellQuote(path)}) $(version ${shellQuote(backupPath(kept.backups, kept.stamp, path))})"`,
  );
  return `version() {
  [ -e "$1" ] || { echo -; return; }
  # An empty file has no base64; a dot before it keeps it apart from none.
  printf .; base64 <"$1" | tr -d '\\n'
}
${lines.join('\n')}
`;
}

export function parseVersions(returns: readonly Return[], answer: string): ReadonlyMap<string, FileVersions> {
  return new Map(
    answer.split('\n').flatMap((line) => {
      const [, index, present = '', kept = ''] = /^(\d+) (\S+) (\S+)$/.exec(line) ?? [];
      const path = returns[Number(index ?? Number.NaN)]?.path;
      if (path === undefined) return [];
      return [[path, { ...field('present', present), ...field('kept', kept) }] as const];
    }),
  );
}

function field<Name extends string>(name: Name, word: string): { readonly [key in Name]?: Secret } {
  if (!word.startsWith('.')) return {};
  const text = Buffer.from(word.slice(1), 'base64').toString('utf8');
  return { [name]: new Secret(text) } as { readonly [key in Name]: Secret };
}
