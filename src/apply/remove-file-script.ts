import { shellQuote } from '../host/shell.js';
import { backupCommand } from './scripts.js';

/** Takes a file that may hold a secret away, and its folder where nothing else is in it. The backup has a mask for the secret. */
export function removeFileScript(path: string, backups: string): string {
  return `set -eu
target=${shellQuote(path)} backups=${shellQuote(backups)}
if [ -e "$target" ]; then
  umask 077
  mkdir -p "$backups"
  ${backupCommand('600')} "$target" >"$backups/$(date -u +%Y%m%dT%H%M%SZ)-$$$(printf %s "$target" | tr / _)"
fi
rm -f "$target"
rmdir "\${target%/*}" 2>/dev/null || :
`;
}
