import { sectorStoreFile } from '../host/layout.js';
import { shellQuote } from '../host/shell.js';
import { FILE_FUNCTION, WORD_FUNCTIONS } from './asking.js';
import { LISTED_FUNCTION } from './probe-script.js';
import { STRANGERS_FUNCTIONS } from './strangers-script.js';
import { IDLE_UNIT_FUNCTIONS, UNIT_FUNCTIONS } from './unit-script.js';

/** First and last line of an answer: without both it was cut off. */
export const FOUND_HEAD = 'sealfarm-found 1';
export const FOUND_END = 'sealfarm-found end';

/**
 * Asks a host of which nothing is declared for its lotus-workers, whoever started them, for a POSIX shell with coreutils or
 * busybox: what they were told, the files of their repos, and repos of workers that do not run. It only reads. The answer
 * holds secrets: environments come whole, and of tokens only the mode of their file.
 */
export function foundScript(): string {
  return [
    WORD_FUNCTIONS,
    FILE_FUNCTION,
    STRANGERS_FUNCTIONS,
    LISTED_FUNCTION,
    FUNCTIONS,
    UNIT_FUNCTIONS,
    IDLE_UNIT_FUNCTIONS,
    // A banner may end without a line break.
    `echo; echo '${FOUND_HEAD}'`,
    'machine',
    'ours= ours_too=yes repos=',
    'strangers',
    'each_repo',
    'idle_units',
    'idle_homes',
    `echo '${FOUND_END}'`,
    '',
  ].join('\n');
}

/** Asks for these folders, as storage paths. The answer is of the same form. */
export function placesScript(paths: readonly string[]): string {
  return [
    WORD_FUNCTIONS,
    FILE_FUNCTION,
    FUNCTIONS,
    `echo; echo '${FOUND_HEAD}'`,
    ...paths.map((path) => `storage ${shellQuote(path)}`),
    `echo '${FOUND_END}'`,
    '',
  ].join('\n');
}

const FUNCTIONS = `root=$(stat -c %d / 2>/dev/null)
machine() {
  say self "=$(id -un 2>/dev/null || id -u)"
  say hostname "=$(cat /proc/sys/kernel/hostname)"
  say boot "=$(cat /proc/sys/kernel/random/boot_id)"
  # sd_booted(3)
  if [ -d /run/systemd/system ]; then say manager =systemd; else say manager =process; fi
  say cpus "=$(cat /sys/devices/system/cpu/online 2>/dev/null)"
  say nodes "=$(cat /sys/devices/system/node/online 2>/dev/null)"
  say program "=$(PATH=$PATH:/usr/local/bin command -v lotus-worker)"
  say addresses "=$(addresses)"
  say miner "=$(miner)"
}
# One of the lotus-miner that run here, whosever.
miner() {
  for proc in /proc/[0-9]*; do
    { read -r program <"$proc/comm"; } 2>/dev/null || continue
    case $program in lotus-miner*) ;; *) continue ;; esac
    if tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/cmdline" | grep -qx run; then echo "\${proc#/proc/}"; break; fi
  done
}
# The third word of SSH_CONNECTION is the address by which it was reached. sshd(8)
addresses() {
  printf '%s\\n' "$SSH_CONNECTION" | cut -d ' ' -f 3
  { ip -o addr show scope global 2>/dev/null || hostname -I 2>/dev/null | tr ' ' '\\n'; } |
    grep -vE ' (docker|br-|veth|virbr|lxc|lxd|cni|flannel|podman|cali)' | sed 's/.* inet6* \\([0-9a-f.:]*\\).*/\\1/'
}
# Called with the repo of each worker, whose folder in /proc is $proc: all of them are told.
may_tell() {
  say process "\${proc#/proc/}" "=$(readlink "$proc/exe" 2>/dev/null)" \\
    "=$(memory_nodes)" \\
    "=$(memory_limit)"
  known "$1" || repos="$repos$1
"
}
# What numactl or a unit binds it to stands at each part of its memory; a cpuset only says what that is taken from. numa(7)
memory_nodes() {
  {
    sed -n -e '1s/^[^ ]* bind[^ :]*:\\([-0-9,]*\\).*/\\1/p' -e 1q "$proc/numa_maps"
    sed -n 's/^Mems_allowed_list:[[:space:]]*//p' "$proc/status"
  } 2>/dev/null | sed -n 1p
}
# In bytes, or another word for none: of cgroups of either version. cgroups(7)
memory_limit() {
  group=$(sed -n 's/^0:://p' "$proc/cgroup" 2>/dev/null)
  of_memory=$(sed -n 's/^[0-9]*:\\([^:]*,\\)*memory\\(,[^:]*\\)*://p' "$proc/cgroup" 2>/dev/null)
  cat "/sys/fs/cgroup$group/memory.max" 2>/dev/null ||
    cat "/sys/fs/cgroup/memory$of_memory/memory.limit_in_bytes" 2>/dev/null
}
known() {
  case "
$repos" in *"
$1
"*) ;; *) return 1 ;; esac
}
# Processes that have it locked: Lotus does that by fcntl. proc_locks(5)
holders() {
  inode=$(stat -c %i "$1" 2>/dev/null) || return 0
  sed -n "s/^[0-9]*: [A-Z]* .* \\([0-9][0-9]*\\) [0-9a-f]*:[0-9a-f]*:$inode .*/\\1/p" /proc/locks 2>/dev/null
}
each_repo() {
  printf %s "$repos" | while IFS= read -r repo; do
    [ -n "$repo" ] || continue
    say repo "=$repo" "$(stat -L -c %a "$repo/token" 2>/dev/null || echo -)" "$(stat -L -c %Y "$repo/api" 2>/dev/null || echo -)" \\
      "=$(holders "$repo/repo.lock")"
    file "$repo/api"
    file "$repo/storage.json"
    listed "$repo/storage.json"
  done
}
storage() {
  if [ ! -d "$1" ]; then say storage "=$1" absent; return; fi
  if [ "$(stat -L -c %d "$1" 2>/dev/null)" = "$root" ]; then on=root; else on=mount; fi
  say storage "=$1" present "$on"
  file "$1${sectorStoreFile('')}"
}
# Repos of workers that do not run, once each.
idle() {
  if known "$1"; then return 0; fi
  repos="$repos$1
"
  say idle "=$1" "=$2" "=$3"
  file "$1/storage.json"
}
idle_homes() {
  for home in $(homes | cut -d: -f6 | sort -u); do
    repo=\${home%/}/.lotusworker
    if [ -f "$repo/storage.json" ]; then idle "$repo" '' ''; fi
  done
}`;
