import type { JournalEntry } from '../host/journal.js';
import { shellQuote } from '../host/shell.js';
import { KEEP_FUNCTION } from './backup-script.js';
import { JOURNAL_FUNCTIONS } from './journal-script.js';

/**
 * How a host remembers what sealfarm wrote: lines as `sha256sum` prints them, in the file $written. A file that has
 * none of its hashes was edited by somebody else.
 * `remember PATH SEEN NEW`: of the versions before, the one that is in place (SEEN) stays. `forget PATH`: it is gone.
 */
export const RECORD_FUNCTIONS = `others() {
  [ -r "$written" ] || return 0
  while IFS= read -r line; do
    case $line in
      "$2  $1") [ "$2" = "$3" ] || printf '%s\\n' "$line" ;;
      *"  $1") ;;
      *) printf '%s\\n' "$line" ;;
    esac
  done <"$written"
}
record() {
  # Two steps of one host may do this at a time; what one that was cut off left is nobody's.
  for old in "$written".*.sealfarm-tmp; do
    owner=\${old%.sealfarm-tmp}
    [ -d "/proc/\${owner##*.}" ] || rm -f "$old"
  done
  new=$written.$$.sealfarm-tmp
  trap 'rm -f "$new"' EXIT
  umask 077
  mkdir -p "\${written%/*}"
  cat >"$new"
  sync "$new"
  mv -f "$new" "$written"
}
remember() { { others "$1" "$2" "$3"; printf '%s  %s\\n' "$3" "$1"; } | record; }
forget() { if [ -e "$written" ]; then others "$1" none none | record; fi; }`;

/** The run that a script belongs to: sets $by, with which its entries in the journal begin. It goes before the script's first line. */
export function byScript(head: JournalEntry): string {
  return `by=${shellQuote(JSON.stringify(head).slice(0, -1))}; `;
}

/**
 * What a script needs that changes $target: `remember` and `forget`, `keep` for the version before, and
 * `note BEFORE AFTER MODE` (sha256 or `absent`) for an entry in the journal, which is written before the change is made: after a
 * kill in between it tells of a change that did not come, which shows in the file itself. Without $by nothing is noted. By its end the
 * version before, the entry and the record are on the disk.
 */
export function changeFunctions(
  target: string,
  { written, backups }: { readonly written: string; readonly backups: string },
): string {
  const journal = `${written.slice(0, written.lastIndexOf('/'))}/journal.jsonl`;
  const file = JSON.stringify({ path: target, backups }).slice(1, -1);
  return `${RECORD_FUNCTIONS}
${KEEP_FUNCTION}
${JOURNAL_FUNCTIONS}
written=${shellQuote(written)} target=${shellQuote(target)} backups=${shellQuote(backups)}
journal=${shellQuote(journal)} file=${shellQuote(file)} stamp=
note() {
  [ -z "\${by-}" ] || append "$by,$file,\\"before\\":\\"$1\\",\\"after\\":\\"$2\\",\\"mode\\":\\"$3\\",\\"stamp\\":\\"$stamp\\"}" || :
  # They may be on another file system than the file: a power cut shall leave no change without them.
  set --
  for one in "\${written%/*}" "$backups" "$journal"; do [ ! -e "$one" ] || set -- "$@" "$one"; done
  sync "$@" 2>/dev/null || sync
}`;
}
