import { createHash } from 'node:crypto';
import { base64Lines, shellQuote } from '../host/shell.js';
import type { Secret } from '../secret/secret.js';
import { changeFunctions } from './record-script.js';

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
 * SELinux's label: of a file that is replaced its own, of a new one what the policy says of its path. A label that cannot be set
 * stops nothing, for the file's right to be read shows when it is read.
 */
const LABEL_FUNCTIONS = `labels() { command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled && command -v "$1" >/dev/null 2>&1; }
like_target() { if [ "$seen" != absent ] && labels chcon; then chcon --reference="$target" "$temp" 2>/dev/null || :; fi; }
label_new() { if [ "$seen" = absent ] && labels restorecon; then restorecon "$target" 2>/dev/null || :; fi; }`;

/**
 * Puts a whole file in place: nobody ever sees half of it, and a file that changed since it was read stays.
 * Owner, mode and label are kept; the version before goes to the backup folder.
 * `sync FILE` is of coreutils 8.24; an older one, or a small busybox, syncs all there is instead.
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
${changeFunctions(path, { written, backups })}
${LABEL_FUNCTIONS}
folder=${shellQuote(folder)}
temp=${shellQuote(`${folder}/.${name}.sealfarm-tmp`)}
${makeFolder('"$folder"', owner)}
${mode === 'keep' ? 'if [ -L "$target" ]; then echo "$target is a symbolic link, which is not replaced" >&2; exit 1; fi\n' : ''}seen=absent
if [ -e "$target" ]; then seen=$(sha256sum <"$target" | cut -d ' ' -f 1); fi
if [ "$seen" != ${replaces ?? 'absent'} ]; then echo "$target is not the file that was read" >&2; exit ${CHANGED_MEANWHILE}; fi
new=${createHash('sha256').update(content.reveal()).digest('hex')}
# Before anything is made: after a kill in between, both versions are known for sealfarm's own, and what is left is found by it.
remember "$target" "$seen" "$new"
trap 'rm -f "$temp" "\${copy-}"' EXIT
# A shell that a signal ends does not clean up by itself.
trap 'exit 1' HUP INT TERM
umask 077
base64 -d >"$temp" <<'END'
${base64Lines(content.reveal())}END
mode=${mode === '600' ? '600' : '644'}
if [ "$seen" != absent ]; then
  ${mode === '600' ? ':' : 'mode=$(stat -c %a "$target")'}
  chown "$(stat -c %u:%g "$target")" "$temp"
  keep ${mode === '600' ? 'masked' : 'cat'}
fi
${
  owner === undefined
    ? ''
    : `[ "$seen" != absent ] || chown "${ids(owner)}" "$temp"
`
}chmod "$mode" "$temp"
like_target
sync "$temp"
note "$seen" "$new" "$mode"
mv -f "$temp" "$target"
label_new
# Some file systems sync no folder by itself; it is in place, so all is synced then.
sync "$folder" 2>/dev/null || sync
`;
}

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
