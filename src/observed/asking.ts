import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { BY_FILE } from '../host/pid-file.js';
import { shellQuote } from '../host/shell.js';
import { UNIT_PATTERN } from '../host/systemd-unit.js';
import { UNIT_PROPERTIES } from './units.js';

/** What every script needs to answer in words, for a POSIX shell with coreutils or busybox. */
export const WORD_FUNCTIONS = `LC_ALL=C; export LC_ALL
# A third of all processes less, where base64 can do it by itself.
if base64 -w0 </dev/null >/dev/null 2>&1; then encode() { e=$(base64 -w0); echo "\${e:--}"; }
else encode() { e=$(base64 | tr -d '\\n'); echo "\${e:--}"; }; fi
# A line of words. Free text has a \`=\` before it: where it is plain it stays so, and needs no process.
say() {
  words=
  for next; do
    case $next in
      =) next=- ;;
      =*[!A-Za-z0-9_./:@%+,-]*) next=$(printf %s "\${next#=}" | encode) ;;
    esac
    words="$words $next"
  done
  echo "\${words# }"
}`;

/** `file PATH` tells a file with its mode and all that is in it, or why not. */
export const FILE_FUNCTION = `file() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    # Behind a folder that may not be searched everything looks absent.
    seen=\${1%/*}
    until [ -z "$seen" ] || [ -d "$seen" ]; do seen=\${seen%/*}; done
    if [ -x "\${seen:-/}" ]; then say file "=$1" absent
    else say file "=$1" unreadable '=permission denied'; fi
  elif [ ! -f "$1" ]; then say file "=$1" unreadable '=it is not a regular file'
  elif [ ! -r "$1" ]; then say file "=$1" unreadable '=permission denied'
  else
    set -- "$1" $(stat -c '%a %s' "$1")
    # Of a link that is its own length.
    [ ! -L "$1" ] || set -- "$1" "$2" "$(wc -c <"$1")"
    if [ "\${3:-0}" -gt 1048576 ]; then say file "=$1" unreadable '=it is larger than 1 MiB'
    else say file "=$1" present "$2" "$(encode <"$1")"; fi
  fi
}`;

/**
 * What every script needs that asks a host for workers. Both service managers are asked: a worker may still be kept by the
 * one that the file said before.
 */
export const ASKING_FUNCTIONS = `${WORD_FUNCTIONS}
bounded() { if command -v timeout >/dev/null 2>&1; then timeout 20 "$@"; else "$@"; fi; }
${BY_FILE}
# All units in one question. Where it fails, this is why.
units=$(systemctl show -p ${UNIT_PROPERTIES.join(',')} '${UNIT_PATTERN}' 2>&1)
asked=$?
# Calls a function with each unit that has a process, and with that.
each_unit() {
  [ "$asked" -eq 0 ] || return 0
  printf '%s\\n\\n' "$units" | while IFS= read -r line; do
    case $line in
      Id=*) unit=\${line#Id=} ;;
      MainPID=*) main=\${line#MainPID=} ;;
      '') if [ "\${main:-0}" -gt 0 ]; then "$1" "$unit" "$main"; fi; unit= main= ;;
    esac
  done
}`;

/** A call of a shell function on a path. */
export function call(name: string, path: string): string {
  return `${name} ${shellQuote(path)}`;
}

/**
 * The lines between the first and the last one of an answer, each in words. Lines before, such as a login banner,
 * are passed over. Fails with SF501 where it was cut off.
 */
export function answerLines(
  host: string,
  stdout: string,
  head: string,
  end: string,
): Result<readonly (readonly string[])[]> {
  const lines = stdout.split('\n');
  const first = lines.indexOf(head);
  const last = lines.indexOf(end, first);
  if (first === -1 || last === -1) return failure(notUnderstood(host));
  return success(lines.slice(first + 1, last).map((line) => line.split(' ')));
}

/** The text of a word: in base64, or as it is behind a `=`; `-` is the empty one. */
export function decode(word: string): string {
  if (word.startsWith('=')) return word.slice(1);
  return word === '-' ? '' : Buffer.from(word, 'base64').toString('utf8');
}

export function notUnderstood(host: string): Diagnostic {
  return {
    code: 'SF501',
    severity: 'error',
    message: `${host} did not answer the probe to its end`,
    place: { kind: 'host', host },
    help: 'Look whether /bin/sh, base64, stat and grep work there for the SSH user, and run the command again.',
  };
}
