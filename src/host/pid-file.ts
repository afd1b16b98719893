/**
 * A function for a POSIX shell: whether the process of a pid file (`PID STARTTIME BOOT-ID`) still lives, so that a recycled
 * process id is never taken for the worker. Sets pid.
 */
export const BY_FILE = `boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
by_file() {
  pid= start= at= stat=
  [ -r "$1" ] && read -r pid start at <"$1"
  { read -r stat <"/proc/\${pid:-none}/stat"; } 2>/dev/null || :
  # The second word is the program's name and may hold blanks and brackets.
  set -- \${stat##*) }
  [ -n "$pid" ] && [ "$at" = "$boot" ] && [ "\${1:-Z}" != Z ] && [ "\${20:-}" = "$start" ]
}`;
