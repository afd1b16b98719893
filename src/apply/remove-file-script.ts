import type { WorkerLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { RECORD_FUNCTIONS } from './record-script.js';
import { backUp } from './scripts.js';

/** Takes a file that may hold a secret away, and its folder where nothing else is in it. The backup has a mask for the secret. */
export function removeFileScript(
  path: string,
  { backups, written }: Pick<WorkerLayout, 'backups' | 'written'>,
): string {
  return `set -eu
${RECORD_FUNCTIONS}
written=${shellQuote(written)}
target=${shellQuote(path)} backups=${shellQuote(backups)} copy=${shellQuote(backups)}/.$$.sealfarm-tmp
trap 'rm -f "$copy"' EXIT
trap 'exit 1' HUP INT TERM
if [ -e "$target" ]; then
  umask 077
  ${backUp('600')}
fi
rm -f "$target"
rmdir "\${target%/*}" 2>/dev/null || :
forget "$target"
`;
}
