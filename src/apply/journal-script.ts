import { shellQuote } from '../host/shell.js';

/** A journal that has grown to so many bytes is put aside. */
export const JOURNAL_BYTES = 1_048_576;

/** So many that were put aside are kept, the newest. */
export const OLD_JOURNALS = 4;

/**
 * `append LINE` to $journal. A line that a full disk or a kill left unended stays a line of its own.
 * The journal is put aside by one rename to a name that nobody else has: who has it open writes on into it, and of two who find
 * it full the second renames what the first left, or nothing. So no line is lost, whoever is killed when.
 */
export const JOURNAL_FUNCTIONS = `append() {
  (
    umask 077
    mkdir -p "\${journal%/*}" || exit 1
    if [ -s "$journal" ] && [ -n "$(tail -c 1 "$journal")" ]; then echo >>"$journal"; fi
    printf '%s\\n' "$1" >>"$journal" || exit 1
    size=$(wc -c <"$journal") || exit 0
    [ "$size" -ge ${JOURNAL_BYTES} ] || exit 0
    mv "$journal" "\${journal%.jsonl}-$(date -u +%Y%m%dT%H%M%SZ)-$$.jsonl" 2>/dev/null || exit 0
    set -- "\${journal%.jsonl}"-[0-9]*.jsonl
    while [ $# -gt ${OLD_JOURNALS} ]; do rm -f "$1"; shift; done
  )
}`;

/** One line more in the host's journal. */
export function journalScript(journal: string, line: string): string {
  return `set -u\n${JOURNAL_FUNCTIONS}\njournal=${shellQuote(journal)}\nappend ${shellQuote(line)}\n`;
}

/**
 * All lines of the journal, those that were put aside after those that are in it: one that is put aside meanwhile shows twice and
 * not never.
 */
export function readJournalScript(journal: string): string {
  return `journal=${shellQuote(journal)}
for file in "$journal" "\${journal%.jsonl}"-[0-9]*.jsonl; do
  [ ! -e "$file" ] || { cat "$file" && echo; } || exit 1
done
`;
}
