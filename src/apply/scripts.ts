import { base64Lines, shellQuote } from '../host/shell.js';
import type { Secret } from '../secret/secret.js';
import { RECORD_FUNCTIONS } from './record-script.js';

/** Exit status of a write that found another file than the one the plan was made from. */
export const CHANGED_MEANWHILE = 3;

export interface FileWrite {
  readonly path: string;
  readonly mode: '600' | 'keep';
  readonly content: Secret;
  /** sha256 of the file it replaces; undefined when there was none. */
  readonly replaces?: string;
  readonly backups: string;
  /** The host's record of what sealfarm wrote. */
  readonly written: string;
  /** Has the file and its folder where they are new; else who makes them. */
  readonly owner?: string;
}

/**
 * Puts a whole file in place: nobody ever sees half of it, and a file that changed since it was read stays.
 * Owner and mode are kept; the version before goes to the backup folder.
 */
export function writeFileScript({
  path,
  mode,
  content,
  replaces,
  backups,
  written,
  owner,
}: FileWrite): string {
  const slash = path.lastIndexOf('/');
  const folder = path.slice(0, slash) || '/';
  const name = path.slice(slash + 1);
  return `set -eu
${RECORD_FUNCTIONS}
written=${shellQuote(written)}
target=${shellQuote(path)} folder=${shellQuote(folder)} backups=${shellQuote(backups)}
temp=${shellQuote(`${folder}/.${name}.sealfarm-tmp`)} copy=$backups/.$$.sealfarm-tmp
${makeFolder('"$folder"', owner)}
seen=absent
if [ -e "$target" ]; then seen=$(sha256sum <"$target" | cut -d ' ' -f 1); fi
if [ "$seen" != ${replaces ?? 'absent'} ]; then echo "$target is not the file that was read" >&2; exit ${CHANGED_MEANWHILE}; fi
trap 'rm -f "$temp" "$copy"' EXIT
# A shell that a signal ends does not clean up by itself.
trap 'exit 1' HUP INT TERM
umask 077
base64 -d >"$temp" <<'END'
${base64Lines(content.reveal())}END
mode=${mode === '600' ? '600' : '644'}
if [ "$seen" != absent ]; then
  ${mode === '600' ? ':' : 'mode=$(stat -c %a "$target")'}
  chown "$(stat -c %u:%g "$target")" "$temp"
  ${backUp(mode)}
fi
${
  owner === undefined
    ? ''
    : `[ "$seen" != absent ] || chown "${ids(owner)}" "$temp"
`
}chmod "$mode" "$temp"
sync "$temp"
# Before it is in place: after a kill in between, both versions are known for sealfarm's own.
remember "$target" "$seen" "$(sha256sum <"$temp" | cut -d ' ' -f 1)"
mv -f "$temp" "$target"
sync "$folder"
`;
}

/**
 * Lines that put $target away in $backups by way of $copy: whole or not at all, since somebody may go back to it. The token
 * has one place on a host: the backup of a file that holds it has a mask there.
 */
export function backUp(mode: FileWrite['mode']): string {
  const command = mode === '600' ? `LC_ALL=C sed '/${SECRET_NAMES}/s/=.*/=(secret)/'` : 'cat';
  return `mkdir -p "$backups"
  # What one that was cut off left.
  rm -f "$backups"/.*.sealfarm-tmp
  ${command} "$target" >"$copy"
  sync "$copy"
  mv -f "$copy" "$backups/$(date -u +%Y%m%dT%H%M%SZ)-$$$(printf %s "$target" | tr / _)"`;
}

/** Lines that give a variable whose value may be secret, for sed; also indented, exported or commented out by hand. */
const SECRET_NAMES =
  '^[^=]*\\(API_INFO\\|TOKEN\\|SECRET\\|PASS\\|PRIVATE\\|api_info\\|token\\|secret\\|pass\\|private\\)[^=]*=';

export function createPathScript(path: string, owner?: string): string {
  return `set -eu\n${makeFolder(shellQuote(path), owner)}\n`;
}

/** For an owner it must be passable from the root on, whatever the session's umask; what is there stays as it is. */
function makeFolder(folder: string, owner: string | undefined): string {
  if (owner === undefined) return `mkdir -p ${folder}`;
  return `if [ ! -d ${folder} ]; then (umask 022 && mkdir -p ${folder}); chown "${ids(owner)}" ${folder}; fi`;
}

/** In double quotes. `user:` alone is not known to every chown. */
function ids(owner: string): string {
  return `${owner}:$(id -g ${shellQuote(owner)})`;
}

/** One line more in the host's journal. */
export function journalScript(journal: string, line: string): string {
  const folder = journal.slice(0, journal.lastIndexOf('/'));
  return `set -eu\numask 077\nmkdir -p ${shellQuote(folder)}\nprintf '%s\\n' ${shellQuote(line)} >>${shellQuote(journal)}\n`;
}
