import type { WorkerLayout } from '../host/layout.js';
import { changeFunctions } from './record-script.js';

/** Takes a file that may hold a secret away, and its folder where nothing else is in it. The backup has a mask for the secret. */
export function removeFileScript(path: string, kept: Pick<WorkerLayout, 'backups' | 'written'>): string {
  return `set -eu
${changeFunctions(path, kept)}
if [ -e "$target" ]; then
  seen=$(sha256sum <"$target" | cut -d ' ' -f 1)
  keep masked
  note "$seen" absent 600
fi
rm -f "$target"
rmdir "\${target%/*}" 2>/dev/null || :
forget "$target"
`;
}
