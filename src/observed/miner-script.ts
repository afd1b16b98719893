import type { Host, Miner } from '../farm/farm.js';
import { hostLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { MINER_KEYS, variableOf } from '../lotus/miner-keys.js';
import { AS_USER_FUNCTION } from './as-miner.js';
import { call, FILE_FUNCTION, WORD_FUNCTIONS } from './asking.js';
import { MINER_ON_DISK_FUNCTIONS } from './miner-on-disk.js';
import { RUNNING_MINER_FUNCTIONS } from './running-miner.js';

/** First and last line of an answer: without both it was cut off. */
export const MINER_HEAD = 'sealfarm-miner 1';
export const MINER_END = 'sealfarm-miner end';

/**
 * Asks the miner's machine for its config.toml and for the process that goes by it, for a POSIX shell with coreutils or
 * busybox. It only reads. Of the process's variables none but those that outrank a key of config.toml leave the machine,
 * and of its arguments the port of its API. Where its program was replaced on disk, that is asked for its version.
 */
export function minerScript(host: Host, { repo = '', user = '' }: Pick<Miner, 'repo' | 'user'>): string {
  const { backups, written } = hostLayout(host.paths);
  return [
    WORD_FUNCTIONS,
    FILE_FUNCTION,
    RUNNING_MINER_FUNCTIONS,
    AS_USER_FUNCTION,
    MINER_ON_DISK_FUNCTIONS,
    FUNCTIONS,
    `repo=${shellQuote(repo)} user=${shellQuote(user)} backups=${shellQuote(backups)}`,
    // A banner may end without a line break.
    `echo; echo '${MINER_HEAD}'`,
    'found= since=',
    'each_miner tell_miner',
    'from=known',
    'if [ -z "$repo$found" ]; then from=guessed repo=$(home_of "$user")/.lotusminer; fi',
    'repo=${repo:-$found}',
    'say repo "=$repo" "$from"',
    'say name "=$(uname -n)"',
    'say addresses "=$(addresses)"',
    'file "$repo/config.toml"',
    'echo "written $(when "$repo/config.toml")"',
    call('file', written),
    'versions',
    `echo '${MINER_END}'`,
    '',
  ].join('\n');
}

/** One before may be of the second in which the process started. */
const MOST_VERSIONS = 3;

/**
 * The unit whose main process a process is, by its folder in /proc: of no other may be said that its restart is that of the
 * process alone. A process in a session, a container or a unit of a user has none.
 */
export const UNIT_FUNCTION = `unit_of() {
  for name in $(sed -n -e '/:\\/user\\.slice\\//d' -e 's,^[0-9]*:\\(name=systemd\\)\\{0\\,1\\}:.*/\\([^/]*\\.service\\).*$,\\2,p' "$1/cgroup" 2>/dev/null); do
    if [ "$(systemctl show -p MainPID "$name" 2>/dev/null)" = "MainPID=\${1##*/}" ]; then printf %s "$name"; return; fi
  done
}`;

const FUNCTIONS = `${UNIT_FUNCTION}
# With fractions of a second where the machine can tell them.
when() {
  at=$(stat -c %.3Y "$1" 2>/dev/null)
  case $at in '' | *[!0-9.]*) stat -c %Y "$1" 2>/dev/null ;; *) echo "$at" ;; esac
}
# When it started: now, less what the machine is up, and more what it was up then. The name in brackets may hold spaces.
hertz=$(getconf CLK_TCK 2>/dev/null || echo 100)
started() {
  ticks=$(sed 's/^.*) //' "$1/stat" 2>/dev/null | cut -d ' ' -f 20)
  read -r up _ </proc/uptime
  since=$(($(date +%s) - \${up%.*} + \${ticks:-0} / hertz))
  times="$(date +%s.%N) $up \${ticks:-0} $hertz"
}
# Of all its interfaces, on which 0.0.0.0 listens.
addresses() { ip -o address show 2>/dev/null | sed -n 's,^.* inet6\\{0\\,1\\} \\([0-9a-fA-F.:]*\\).*$,\\1,p' | tr '\\n' ' '; }
tell_miner() {
  found=$its
  known=$(printf '%s\\n' "$variables" | grep -E '^(${MINER_KEYS.map(variableOf).join('|')})=')
  port=$(printf '%s\\n' "$args" | sed -n -e 's/^--*miner-api=//p' -e '/^--*miner-api$/{n;p;}' | sed -n '$p')
  started "$1"
  say miner "\${1#/proc/}" "=$times" "=$its" "$seen" "=$known" "=$(unit_of "$1")" "=$port" "=$(file_there "$1")" "$(replaced "$1")"
  if elsewhere "$1"; then echo elsewhere; fi
}
# Whether a file of other bytes stands there than the one that it runs, or a newer script, and which version that is.
replaced() {
  set -- "$1" "$(program_of "$1")"
  set -- "$2" "$1/exe" $(stat -L -c %d:%i "$1/exe" "$2" 2>/dev/null)
  if [ $# -ne 4 ] || [ "$3" = "$4" ]; then echo same; return; fi
  # Installed again, or linked anew: the one that runs can still be read.
  if cmp -s "$2" "$1" 2>/dev/null; then echo same; return; fi
  # What stands in front of the program runs as something else. Its start is known to a second.
  if [ "$(head -c 2 "$1" | tr -d '\\000')" = '#!' ] && [ "$(stat -L -c %Y "$1")" -le $((since + 1)) ]; then echo same; return; fi
  limit=
  if command -v timeout >/dev/null 2>&1; then limit='timeout 20'; fi
  # With no more rights than whoever may have put it there.
  release=$(user=$owner; as_user $limit "$1" --version 2>/dev/null </dev/null | sed -n '/^lotus-miner version /{s///p;q;}')
  say replaced "=$release"
}
# Of the versions of config.toml that sealfarm kept, the first ones that were replaced since the process started.
versions() {
  [ -n "$since" ] || return 0
  suffix=$(printf %s "$repo/config.toml" | tr / _) left=${MOST_VERSIONS}
  for old in "$backups"/[0-9]*T[0-9]*Z-[0-9]*_*; do
    name=\${old##*/}
    if [ "_\${name#*_}" != "$suffix" ] || [ ! -r "$old" ] || [ "$(stat -c %Y "$old")" -lt $((since - 1)) ]; then continue; fi
    [ "$left" -gt 0 ] || break
    left=$((left - 1))
    echo "kept $(when "$old") $(encode <"$old")"
  done
}`;
