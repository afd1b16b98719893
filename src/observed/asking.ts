import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { shellQuote } from '../host/shell.js';
import { UNIT_PATTERN } from '../host/systemd-unit.js';

const BASICS = `LC_ALL=C; export LC_ALL
encode() { e=$(base64 | tr -d '\\n'); echo "\${e:--}"; }
word() { printf %s "$1" | encode; }`;

const BY_PID_FILE = `boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
running() {
  pid= start= at=
  [ -r "$1" ] && read -r pid start at <"$1"
  stat=$(cat "/proc/\${pid:-none}/stat" 2>/dev/null)
  # The second word is the program's name and may hold blanks and brackets.
  set -- \${stat##*) }
  [ -n "$pid" ] && [ "$at" = "$boot" ] && [ "\${1:-Z}" != Z ] && [ "\${20:-}" = "$start" ]
}`;

/** All units in one question; a unit's block ends with an empty line. */
const BY_UNIT = `units=$(systemctl show -p Id,MainPID '${UNIT_PATTERN}' 2>/dev/null)
running() {
  unit=\${1##*/}
  pid=$(printf '%s\\n' "$units" | awk -v RS= -v id="Id=sealfarm-worker@\${unit%.pid}.service" '{
    own = pid = 0
    n = split($0, line, "\\n")
    for (i = 1; i <= n; i++) { if (line[i] == id) own = 1; if (line[i] ~ /^MainPID=/) pid = substr(line[i], 9) }
    if (own) { print pid; exit }
  }')
  [ "\${pid:-0}" -gt 0 ]
}`;

/**
 * What every script needs that asks a host something, for a POSIX shell with coreutils or busybox. `running` tells
 * whether the process of a pid file still lives, and sets `pid`; with systemd the file only stands for the unit.
 */
export function askingFunctions({ serviceManager }: Pick<Host, 'serviceManager'>): string {
  return `${BASICS}\n${serviceManager === 'systemd' ? BY_UNIT : BY_PID_FILE}`;
}

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

/** The text of a word in base64; `-` is the empty one. */
export function decode(word: string): string {
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
