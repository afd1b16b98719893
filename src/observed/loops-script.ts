/** Programs that run another one, and end with it. */
const IN_FRONT = 'sudo su runuser doas timeout flock script time unshare strace tini dumb-init sg'.split(' ');

/** Programs that become another one. */
const IN_PLACE = 'env nohup nice ionice numactl taskset chrt setsid stdbuf command'.split(' ');
/** One of both, with its own words, for awk. */
// A slash within brackets would end the pattern for some.
const FRONT = `([^ \\t]*\\/)?(${[...IN_FRONT, ...IN_PLACE].join('|')})[ \\t](.*[ \\t])?`;

/**
 * `parents PID` tells of those who started a process, the nearest first, a line `PID NAME` each; of a shell that starts
 * it again when it ends also `loop PID`. A shell's words and its script may hold a token: they leave the host as that one bit.
 */
export const PARENTS_FUNCTIONS = `parents() {
  up=$1 below= ends_with_it=yes
  while below=$up && up=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$up/status" 2>/dev/null) && [ "\${up:-0}" -gt 0 ]; do
    { read -r comm <"/proc/$up/comm"; } 2>/dev/null || { ends_with_it=; continue; }
    echo "$up $comm"
    [ -n "$ends_with_it" ] || continue
    if is_shell "$up" "$comm"; then ! loops "$up" "$below" || echo "loop $up"; continue; fi
    # Whatever else stands between goes on when the worker ends, and so does the shell above it.
    case $comm in ${IN_FRONT.join(' | ')}) ;; *) ends_with_it= ;; esac
  done
}
# What is run by its own name is known by its program.
is_shell() {
  case $2 in sh | bash | dash | ash | zsh | ksh) return 0 ;; esac
  case $(readlink "/proc/$1/exe") in */sh | */bash | */dash | */ash | */zsh | */ksh* | */busybox) ;; *) return 1 ;; esac
}
# Whether a shell starts what runs below it again and again, by its words or its script: bash has that open as 255, others as 10.
# What is typed at a prompt cannot be seen.
loops() {
  for text in cmdline fd/255 fd/10; do
    [ -f "/proc/$1/$text" ] || continue
    head -c 65536 "/proc/$1/$text" 2>/dev/null | tr '\\000' '\\012' | tr -d '\\042\\047' |
      awk -v script="$(script_of "$2")" "$starts_again"
    # An awk that fails at it says nothing against a loop.
    [ "$?" -eq 1 ] || return 0
  done
  return 1
}
# The name of a script, where a process is one.
script_of() {
  case $({ cat "/proc/$1/comm"; } 2>/dev/null) in lotus-worker*) return ;; esac
  command=$(tr '\\000' '\\012' <"/proc/$1/cmdline" 2>/dev/null)
  {
    printf '%s\\n' "$command" | grep -E '^[^ =-][^ =]*(/[^ =]*|[.]sh)$' | sed 's:.*/::' |
      grep -vE '^((ba|da|a|z|k)?sh|busybox|${IN_FRONT.join('|')}|lotus-worker.*)$'
    # One that was found by PATH has no slash: what stands in front of it is what the shell starts, too.
    printf '%s\\n' "$command" | sed -e 's:.*/::' -e 1q | grep -xE '${IN_FRONT.join('|')}'
  } | sed -n 1p
}
# One command a time; quotes are gone. Functions may stand below the loop that calls them, so all is read twice.
starts_again='
function starts(word) {
  if ($1 ~ /^(echo|printf|logger)$/) return 0
  if ($0 ~ /(lotus-worker|[$]).*[ \\t]run([ \\t]|$)/) return 1
  # Its words, or all of it, may stand elsewhere.
  if ($0 ~ /^[A-Za-z_][A-Za-z0-9_]*=[[].*lotus-worker/) return 1
  if (script == "" && $0 ~ /^[ \\t]*(${FRONT})?([^ \\t]*\\/)?lotus-worker[^ \\t]*[ \\t](.*[ \\t])?[$]/)
    return $0 !~ /[ \\t](info|resources|set|stop|storage|tasks|wait-quiet)([ \\t]|$)/
  for (word = 1; word <= NF; word++) {
    if ($word in starter) return 1
    name = $word
    sub(/.*\\//, "", name)
    if (script != "" && name == script) return 1
  }
  return 0
}
# What was told to the script, or to the function.
function passed_on() { return $0 ~ /^[ \\t]*(${FRONT})?[$][@*]([ \\t]|$)/ }
function shift() { sub(/^[ \\t]*[^ \\t]+[ \\t]*/, "") }
{ line = line $0 }
/[\\\\]$/ { sub(/[\\\\]$/, " ", line); next }
{
  sub(/(^|[ \\t])#.*/, "", line)
  while (match(line, /[$][{][^}]*[}]/)) line = substr(line, 1, RSTART) substr(line, RSTART + 2, RLENGTH - 3) substr(line, RSTART + RLENGTH)
  while (match(line, /[A-Za-z_][A-Za-z0-9_-]*[ \\t]*[(][ \\t]*[)]/)) {
    name = substr(line, RSTART, RLENGTH)
    sub(/[ \\t]*[(].*/, "", name)
    line = substr(line, 1, RSTART - 1) ";function " name ";" substr(line, RSTART + RLENGTH)
  }
  # An array, and all of one.
  gsub(/=[(]/, "=[ ", line)
  gsub(/[[][@*][]]/, "", line)
  gsub(/[{]/, ";begin;", line)
  gsub(/[}]/, ";end;", line)
  parts = split(line, part, /[;&|()]/)
  for (at = 1; at <= parts; at++) command[++commands] = part[at]
  line = ""
}
END {
  for (reading = 1; reading <= 2; reading++) {
    depth = 0
    within = ""
    ran = 0
    for (at = 1; at <= commands; at++) {
      $0 = command[at]
      while ($1 ~ /^(do|then|else|elif|if|!|export|local|readonly)$/) shift()
      if ($1 == "function") { within = $2; braces = 0; continue }
      if ($1 == "begin") { braces++; continue }
      if ($1 == "end") { if (--braces <= 0) within = ""; continue }
      if ($1 == "done") { if (depth > 0) depth--; continue }
      if ($1 ~ /^(while|until|for|select)$/) {
        list = $1 ~ /^(for|select)$/ && NF > 1
        endless[depth + 1] = (depth > 0 && endless[depth]) || !list
        depth++
        if (list) continue
        shift()
      }
      if (ran && $0 ~ /^[ \\t]*(exec +)?(([^ ]*\\/)?(ba|da|a|z|k)?sh +)?[$]0( |$)/) found = 1
      if (passed_on() && depth > 0 && endless[depth]) {
        if (within != "") keeper[within] = 1
        else found = 1
      }
      if (!starts()) continue
      if ($1 in keeper) found = 1
      ran = 1
      if (within != "") starter[within] = 1
      if (match($1, /^[A-Za-z_][A-Za-z0-9_]*=/)) starter["$" substr($1, 1, RLENGTH - 1)] = 1
      if (depth > 0 && endless[depth]) found = 1
    }
  }
  exit !found
}'`;
