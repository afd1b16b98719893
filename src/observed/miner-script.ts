import type { Host, Miner } from '../farm/farm.js';
import { hostLayout } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { MINER_KEYS, variableOf } from '../lotus/miner-keys.js';
import { call, FILE_FUNCTION, WORD_FUNCTIONS } from './asking.js';

/** First and last line of an answer: without both it was cut off. */
export const MINER_HEAD = 'sealfarm-miner 1';
export const MINER_END = 'sealfarm-miner end';

/**
 * Asks the miner's machine for its config.toml and for the process that goes by it, for a POSIX shell with coreutils or
 * busybox. It only reads. Of the process's variables none but those that outrank a key of config.toml leave the machine.
 */
export function minerScript(host: Host, { repo = '', user = '' }: Pick<Miner, 'repo' | 'user'>): string {
  const { backups, written } = hostLayout(host.paths);
  return [
    WORD_FUNCTIONS,
    FILE_FUNCTION,
    FUNCTIONS,
    `repo=${shellQuote(repo)} user=${shellQuote(user)} backups=${shellQuote(backups)}`,
    // A banner may end without a line break.
    `echo; echo '${MINER_HEAD}'`,
    'miners',
    'if [ -z "$repo" ]; then repo=${found:-$(home_of "$user")/.lotusminer}; fi',
    'echo "repo $(word "$repo")"',
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

const FUNCTIONS = `# With fractions of a second where the machine can tell them.
when() {
  at=$(stat -c %.3Y "$1" 2>/dev/null)
  case $at in '' | *[!0-9.]*) stat -c %Y "$1" 2>/dev/null ;; *) echo "$at" ;; esac
}
home_of() { case $1 in '') echo "$HOME" ;; *[!A-Za-z0-9._-]*) ;; *) eval "echo ~$1" ;; esac; }
variable() { printf '%s\\n' "$variables" | sed -n "s/^$1=//p" | sed -n 1p; }
# When it started: now, less what the machine is up, and more what it was up then. The name in brackets may hold spaces.
hertz=$(getconf CLK_TCK 2>/dev/null || echo 100)
started() {
  ticks=$(sed 's/^.*) //' "$1/stat" 2>/dev/null | cut -d ' ' -f 20)
  read -r up _ </proc/uptime
  since=$(($(date +%s) - \${up%.*} + \${ticks:-0} / hertz))
  times="$(date +%s.%N) $up \${ticks:-0} $hertz"
}
same() { [ "$1" = "$2" ] || [ "$1" -ef "$2" ]; }
miners() {
  found= since=
  for proc in /proc/[0-9]*; do
    { read -r program <"$proc/comm"; } 2>/dev/null || continue
    case $program in lotus-miner*) ;; *) continue ;; esac
    args=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/cmdline")
    printf '%s\\n' "$args" | grep -Eq '(^| )run( |$)' || continue
    owner=$(stat -c %U "$proc" 2>/dev/null)
    [ -z "$user" ] || [ "$user" = "$owner" ] || continue
    seen=unseen variables=
    if variables=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/environ"); then seen=seen; fi
    its=$(printf '%s\\n' "$args" | sed -n -e 's/^--*\\(miner-repo\\|storagerepo\\)=//p' -e '/^--*\\(miner-repo\\|storagerepo\\)$/{n;p;}' | sed -n 1p)
    # Where its variables may not be read, it is taken for the one that is meant.
    if [ -z "$its" ] && [ "$seen" = unseen ]; then its=$repo; fi
    its=\${its:-$(variable LOTUS_MINER_PATH)} && its=\${its:-$(variable LOTUS_STORAGE_PATH)}
    home=$(variable HOME) && home=\${home:-$(home_of "$owner")}
    its=\${its:-$home/.lotusminer}
    case $its in '~/'*) its=$home/\${its#??} ;; esac
    [ -z "$repo" ] || same "$repo" "$its" || continue
    found=$its
    known=$(printf '%s\\n' "$variables" | grep -E '^(${MINER_KEYS.map(variableOf).join('|')})=')
    started "$proc"
    echo "miner \${proc#/proc/} $(word "$times") $(word "$its") $seen $(word "$known")"
  done
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
