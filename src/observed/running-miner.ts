/**
 * Shell functions that look for a lotus-miner that runs, with coreutils or busybox. Of `repo` and `user`, which are set before,
 * an empty repo stands for any, and an empty user for root, who asks, and the owner of the repo.
 */
export const RUNNING_MINER_FUNCTIONS = `home_of() { case $1 in '') echo "$HOME" ;; *[!A-Za-z0-9._-]*) ;; *) eval "echo ~$1" ;; esac; }
variable() { printf '%s\\n' "$variables" | sed -n "s/^$1=//p" | sed -n 1p; }
words_of() { tr '\\000\\012' '\\012\\040' 2>/dev/null <"$1"; }
same() { [ "$1" = "$2" ] || [ "$1" -ef "$2" ]; }
# Whose process is believed where no user is named: anybody may call a program so, and name a repo of their own.
believed() {
  if [ -n "$user" ]; then [ "$user" = "$1" ]; return; fi
  case $1 in root | "$(id -un)") return 0 ;; esac
  [ -n "$repo" ] && [ "$(stat -c %U "$repo" 2>/dev/null)" = "$1" ]
}
# Calls a function with each one's process: it finds its owner, its repo, its variables and whether they could be seen.
each_miner() {
  for proc in /proc/[0-9]*; do
    { read -r program <"$proc/comm"; } 2>/dev/null || continue
    case $program in lotus-miner*) ;; *) continue ;; esac
    args=$(words_of "$proc/cmdline")
    printf '%s\\n' "$args" | grep -Eq '(^| )run( |$)' || continue
    owner=$(stat -c %U "$proc" 2>/dev/null)
    believed "$owner" || continue
    seen=unseen variables=
    if variables=$(words_of "$proc/environ"); then seen=seen
    # It has ended in this moment.
    elif [ -z "$(words_of "$proc/cmdline")" ]; then continue; fi
    its=$(printf '%s\\n' "$args" | sed -n -e 's/^--*\\(miner-repo\\|storagerepo\\)=//p' -e '/^--*\\(miner-repo\\|storagerepo\\)$/{n;p;}' | sed -n 1p)
    # Where its variables may not be read, it is taken for the one that is meant.
    if [ -z "$its" ] && [ "$seen" = unseen ]; then its=$repo; fi
    its=\${its:-$(variable LOTUS_MINER_PATH)} && its=\${its:-$(variable LOTUS_STORAGE_PATH)}
    home=$(variable HOME) && home=\${home:-$(home_of "$owner")}
    its=\${its:-$home/.lotusminer}
    case $its in '~/'*) its=$home/\${its#??} ;; esac
    [ -z "$repo" ] || same "$repo" "$its" || continue
    "$1" "$proc"
  done
}`;
