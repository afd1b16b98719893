import type { WorkerLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { RECORD_FUNCTIONS } from './record-script.js';
import { backupCommand, CHANGED_MEANWHILE } from './scripts.js';

/**
 * Takes a file that may hold a secret away, and its folder where nothing else is in it. The backup has a mask for the secret.
 * @param replaces its sha256, where only that version is to go
 */
export function removeFileScript(
  path: string,
  { backups, written, replaces }: Pick<WorkerLayout, 'backups' | 'written'> & { readonly replaces?: string },
): string {
  return `set -eu
${RECORD_FUNCTIONS}
written=${shellQuote(written)}
target=${shellQuote(path)} backups=${shellQuote(backups)}
${replaces === undefined ? '' : sameOrLeave(replaces)}if [ -e "$target" ]; then
  umask 077
  mkdir -p "$backups"
  ${backupCommand('600')} "$target" >"$backups/$(date -u +%Y%m%dT%H%M%SZ)-$$$(printf %s "$target" | tr / _)"
fi
rm -f "$target"
rmdir "\${target%/*}" 2>/dev/null || :
forget "$target"
`;
}

function sameOrLeave(sha256: string): string {
  return `if [ -e "$target" ] && [ "$(sha256sum <"$target" | cut -d ' ' -f 1)" != ${sha256} ]; then
  echo "$target is not the file that was written" >&2; exit ${CHANGED_MEANWHILE}
fi
`;
}
