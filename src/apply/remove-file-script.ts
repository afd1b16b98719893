import type { WorkerLayout } from '../host/layout.js';
import { changeFunctions } from './record-script.js';
import { CHANGED_MEANWHILE } from './scripts.js';

/**
 * Takes a file that may hold a secret away, and its folder where nothing else is in it. The backup has a mask for the secret.
 * @param replaces its sha256, where only that version is to go
 */
export function removeFileScript(
  path: string,
  kept: Pick<WorkerLayout, 'backups' | 'written'>,
  replaces?: string,
): string {
  return `set -eu
${changeFunctions(path, kept)}
trap 'rm -f "\${copy-}"' EXIT
trap 'exit 1' HUP INT TERM
if [ -e "$target" ]; then
  seen=$(sha256sum <"$target" | cut -d ' ' -f 1)
  ${replaces === undefined ? '' : otherThan(replaces)}keep masked
  note "$seen" absent 600
fi
rm -f "$target"
rmdir "\${target%/*}" 2>/dev/null || :
forget "$target"
`;
}

function otherThan(sha256: string): string {
  return `[ "$seen" = ${sha256} ] || { echo "$target is not the file that was written" >&2; exit ${CHANGED_MEANWHILE}; }
  `;
}
