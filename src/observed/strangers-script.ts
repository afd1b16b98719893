/**
 * Tells of the workers that somebody else keeps, after `ours` is set to the processes of those that are known. By
 * ASKING_FUNCTIONS, as the SSH user: whoever may not read another user's environment takes its workers for strangers.
 */
export const STRANGERS_FUNCTIONS = `process_of() { echo "$2"; }
# Workers that somebody else keeps. sealfarm's own name their variables; of others the names alone are told.
strangers() {
  for proc in /proc/[0-9]*; do
    { read -r program <"$proc/comm"; } 2>/dev/null || continue
    case $program in lotus-worker*) ;; *) continue ;; esac
    case " $ours " in *" \${proc#/proc/} "*) continue ;; esac
    args=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/cmdline")
    variables=$(tr '\\000\\012' '\\012\\040' 2>/dev/null <"$proc/environ")
    printf '%s\\n' "$args" | grep -qx run || continue
    case $variables in *SEALFARM_VARIABLES=*) continue ;; esac
    repo=$(printf '%s\\n' "$args" | sed -n -e 's/^--*worker-*repo=//p' -e '/^--*worker-*repo$/{n;p;}' | sed -n 1p)
    repo=\${repo:-$(variable LOTUS_WORKER_PATH)} && repo=\${repo:-$(variable WORKER_PATH)}
    home=$(variable HOME)
    repo=\${repo:-\${home:+$home/.lotusworker}}
    listens=$(cat "$repo/api" 2>/dev/null || variable LOTUS_WORKER_LISTEN)
    names=$(printf '%s\\n' "$variables" | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p')
    echo "stranger \${proc#/proc/} $(stat -c %u "$proc" 2>/dev/null) $(word "$repo") $(word "$listens") $(word "$names")"
  done
}
variable() { printf '%s\\n' "$variables" | sed -n "s/^$1=//p" | sed -n 1p; }`;
