/** Of each file so many of its versions before are kept, the newest. */
export const MOST_BACKUPS = 20;

/**
 * `keep COMMAND…` puts what COMMAND makes of $target into $backups, for its owner alone, and sets $stamp; of the versions kept
 * before, the oldest go.
 */
export const KEEP_FUNCTION = `keep() {
  umask 077
  mkdir -p "$backups"
  stamp=$(date -u +%Y%m%dT%H%M%SZ)-$$
  suffix=$(printf %s "$target" | tr / _)
  # Whole or not at all: somebody may go back to it.
  copy=$backups/.$$.sealfarm-tmp
  # What one that was cut off left, too.
  rm -f "$backups"/.*.sealfarm-tmp
  "$@" "$target" >"$copy"
  sync "$copy"
  mv -f "$copy" "$backups/$stamp$suffix"
  set --
  # Neither a time nor a number has a _ in it, and every suffix begins with one.
  for old in "$backups"/[0-9]*T[0-9]*Z-[0-9]*_*; do
    name=\${old##*/}
    if [ "_\${name#*_}" = "$suffix" ]; then set -- "$@" "$old"; fi
  done
  while [ $# -gt ${MOST_BACKUPS} ]; do rm -f "$1"; shift; done
}
# The token has one place on a host: the backup of a file that holds it has a mask there.
masked() { LC_ALL=C sed '/${secretNames()}/s/=.*/=(secret)/' "$@"; }`;

/** Lines that give a variable whose value may be secret, for sed; also indented, exported or commented out by hand. */
function secretNames(): string {
  const names = ['API_INFO', 'TOKEN', 'SECRET', 'PASS', 'PRIVATE'];
  const all = [...names, ...names.map((name) => name.toLowerCase())].join('\\|');
  return `^[^=]*\\(${all}\\)[^=]*=`;
}

/** Where a version before is kept; `stamp` is its time and the number of the process that kept it. */
export function backupPath(backups: string, stamp: string, path: string): string {
  return `${backups}/${stamp}${path.replaceAll('/', '_')}`;
}
