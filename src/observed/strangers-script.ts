import { shellQuote } from '../host/shell.js';
import { PARENTS_FUNCTIONS } from './loops-script.js';
import { UNSET } from './unit-directives.js';

/**
 * Tells of the workers that somebody else keeps, after `ours` is set to the processes of those that are known. By
 * ASKING_FUNCTIONS, as the SSH user: whoever may not read another user's environment takes its workers for strangers.
 * Of each a line `stranger`; of those whose repo is asked for by `mayTell` a line `told` with all they were started with.
 * With `ours_too=yes` sealfarm's own are told as well.
 */
export const STRANGERS_FUNCTIONS = `${PARENTS_FUNCTIONS}
process_of() { echo "$2"; }
# Workers that somebody else keeps. sealfarm's own name their variables; of others the names alone are told.
strangers() {
  others= own=
  for proc in /proc/[0-9]*; do
    { read -r program <"$proc/comm"; } 2>/dev/null || continue
    case $program in lotus-worker*) ;; *) continue ;; esac
    case " $ours " in *" \${proc#/proc/} "*) continue ;; esac
    others="$others $proc/environ"
  done
  [ "\${ours_too:-}" = yes ] || own=$(grep -ls SEALFARM_VARIABLES= $others </dev/null)
  for proc in $others; do
    case $own in *"$proc"*) continue ;; esac
    proc=\${proc%/environ}
    variables=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/environ")
    args=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/cmdline")
    printf '%s\\n' "$args" | grep -qx run || continue
    repo=$(printf '%s\\n' "$args" | sed -n -e 's/^--*worker-*repo=//p' -e '/^--*worker-*repo$/{n;p;}' | sed -n 1p)
    repo=\${repo:-$(variable LOTUS_WORKER_PATH)} && repo=\${repo:-$(variable WORKER_PATH)}
    uid=$(uid_of "\${proc#/proc/}")
    home=$(variable HOME)
    # As Lotus, where nothing says it. Where the environment may not be read, it may say another one.
    [ -n "$home" ] || [ -z "$variables" ] || home=$(passwd_of "$uid" | cut -d: -f6)
    repo=\${repo:-\${home:+$home/.lotusworker}}
    case $repo in
      '~/'*) repo=\${home:+$home\${repo#?}} ;;
      /* | '') ;;
      *) repo=$(readlink "$proc/cwd")/$repo ;;
    esac
    repo=$(plainest "$repo")
    listens=$(cat "$repo/api" 2>/dev/null || variable LOTUS_WORKER_LISTEN)
    names=$(printf '%s\\n' "$variables" | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p')
    say stranger "\${proc#/proc/}" "$uid" "=$repo" "=$listens" "=$names"
    if may_tell "$repo" && [ -r "$proc/environ" ]; then told "\${proc#/proc/}"; also "$repo" "\${proc#/proc/}"; fi
  done
}
# For whoever asks more of them.
also() { :; }
# What it was told, and where it comes from. The environment comes whole: it may hold secrets.
told() {
  uid=$(uid_of "$1") owner=$(passwd_of "$uid" | cut -d: -f1)
  say told "$(encode <"/proc/$1/cmdline")" "$(encode <"/proc/$1/environ")" "=$(readlink "/proc/$1/cwd")" "=\${owner:-$uid}" \\
    "=$(cat /proc/sys/kernel/hostname)" "=$(parents "$1")" \\
    "=$(sed -n -e '/^NSpid:/p' -e '/^Cpus_allowed_list:/p' -e '/^SigIgn:/p' "/proc/$1/status"; cgroups "$1")" \\
    "=$(sed -n 's/^Max open files *\\([0-9a-z]*\\) .*/\\1/p' "/proc/$1/limits")" "=$(unit_of "$1")" \\
    "$(since "$1")" "=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)" \\
    "$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)"
}
# By whose rights it runs: the folder in /proc is root's where its program has rights of its own.
uid_of() { sed -n 's/^Uid:[[:space:]]*[0-9]*[[:space:]]*\\([0-9]*\\).*/\\1/p' "/proc/$1/status" 2>/dev/null; }
# A user by number: systems that do not list all of theirs tell one.
passwd_of() { getent passwd "$1" 2>/dev/null || sed -n "/^[^:]*:[^:]*:$1:/{p;q;}" /etc/passwd; }
# When a process was started, in seconds since 1970: what the folder in /proc says is when somebody first looked there.
began() { set -- $(since "\${1#/proc/}"); echo "$1"; }
# The same, and in the kernel's own ticks: no other process ever has both the number and these.
since() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null)
  set -- \${stat##*) }
  echo "$(($(sed -n 's/^btime //p' /proc/stat) + \${20:-0} / $(getconf CLK_TCK 2>/dev/null || echo 100))) \${20:-0}"
}
# Its own and that of the first process of all, each in one line.
cgroups() {
  echo "Cgroup:$(tr '\\012' ' ' <"/proc/$1/cgroup")"
  echo "CgroupOfInit:$(tr '\\012' ' ' </proc/1/cgroup)"
}
unit_of() {
  unit=$(sed -n -e 's/^0::.*\\/\\([^/]*\\.service\\)$/\\1/p' -e 's/^[0-9]*:name=systemd:.*\\/\\([^/]*\\.service\\)$/\\1/p' "/proc/$1/cgroup" | sed -n 1p)
  [ -n "$unit" ] || return 0
  # The system's own systemd does not know those of a user's, or knows another one by that name.
  if grep -q "/user@[^/]*\\.service/.*/$unit\\$" "/proc/$1/cgroup"; then echo "Id=$unit"; return 0; fi
  systemctl show -p Id,MainPID,UnitFileState,FragmentPath,${[...UNSET.keys()].join(',')} "$unit" 2>/dev/null
  # Who else is ended with it.
  others=0
  for other in /proc/[0-9]*; do
    case $({ cat "$other/comm"; } 2>/dev/null) in lotus-worker*) ;; *) continue ;; esac
    [ "$other" = "/proc/$1" ] || ! { grep -qF "/$unit" "$other/cgroup"; } 2>/dev/null || others=$((others + 1))
  done
  echo "OtherWorkers=$others"
}
# One folder may be spelled in many ways: without \`//\`, \`/./\` and \`/../\`, and without a slash at its end.
plainest() {
  [ -z "$1" ] || printf '%s/\\n' "$1" | sed -e 's://*:/:g' -e ':d' -e 's:/\\./:/:' -e td \\
    -e ':u' -e 's:/[^/][^/]*/\\.\\./:/:' -e tu -e 's:^/\\.\\./:/:' -e 's:\\(.\\)/$:\\1:'
}
variable() { printf '%s\\n' "$variables" | sed -n "s/^$1=//p" | sed -n 1p; }`;

/** Whose whole environment is told: it may hold secrets, and concerns only those that are taken over. */
export function mayTell(repos: readonly string[]): string {
  if (repos.length === 0) return 'may_tell() { return 1; }';
  return `may_tell() { case $1 in ${repos.map(shellQuote).join(' | ')}) ;; *) return 1 ;; esac; }`;
}
