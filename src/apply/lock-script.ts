import { parseHolder, type SeenLock } from '../host/lock-holder.js';
import { shellQuote } from '../host/shell.js';

/** Exit status of a lock that somebody else holds. */
export const HELD = 4;

const BOOT_ID = '$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)';

/** Prints who holds $lock: a file with the words, or a folder that has it, as earlier versions made. */
const HOLDER = 'cat "$lock/holder" 2>/dev/null || cat "$lock" 2>/dev/null';

/** The host's boot id and the lock's age in seconds, both perhaps empty; then the holder. */
const DESCRIBE = `made=$(stat -c %Y "$lock" 2>/dev/null) && age=$(($(date +%s) - made)) || age=
printf '%s %s\\n' "${BOOT_ID}" "$age"
${HOLDER} || :`;

/**
 * `ln` succeeds for one alone, and the file has its words before it has the name that locks: no lock is ever unsigned, whoever is
 * killed when.
 * @param holder one line of JSON, to which the host adds its boot id
 */
export function lockScript(lock: string, holder: string): string {
  return `set -u
lock=${shellQuote(lock)}
mkdir -p "\${lock%/*}" || exit 1
# What one that was cut off left is nobody's.
for old in "$lock".*.sealfarm-tmp; do
  taker=\${old%.sealfarm-tmp}
  [ -d "/proc/\${taker##*.}" ] || rm -f "$old"
done
temp=$lock.$$.sealfarm-tmp
trap 'rm -f "$temp"' EXIT
# A shell that a signal ends does not clean up by itself.
trap 'exit 1' HUP INT TERM
# Shells alone do not say why a write failed.
why=$( { printf '%s,"boot":"%s"}\\n' ${shellQuote(holder.slice(0, -1))} "${BOOT_ID}" | cat >"$temp" && sync "$temp"; } 2>&1) || {
  printf '%s\\n' "$why" >&2
  exit 1
}
# More than once, as the lock may be given back right after it could not be had.
for try in 1 2 3; do
  if [ ! -d "$lock" ] && why=$(ln "$temp" "$lock" 2>&1) && [ ! -d "$lock" ]; then exit 0; fi
  # Earlier versions lock by a folder, and into one that comes this moment \`ln\` puts the link.
  if [ -d "$lock" ]; then rm -f "$lock/\${temp##*/}"; fi
  if [ -e "$lock" ]; then
${DESCRIBE}
    exit ${HELD}
  fi
done
printf '%s\\n' "$why" >&2
exit 1
`;
}

/** Says nothing where there is no lock, else what `parseSeenLock` reads. */
export function lookScript(lock: string): string {
  return `lock=${shellQuote(lock)}\n[ -e "$lock" ] || exit 0\n${DESCRIBE}\n`;
}

export function parseSeenLock(answer: string): SeenLock {
  const [first = '', text = ''] = answer.split('\n', 2);
  const [boot = '', seconds = ''] = first.split(' ');
  const holder = parseHolder(text.trim());
  return {
    text: text.trim(),
    ...(holder === undefined ? {} : { holder }),
    ...(boot === '' ? {} : { boot }),
    ...(/^\d+$/.test(seconds) ? { age: Number(seconds) } : {}),
  };
}

/**
 * What a write that was cut off left beside its file, or among the versions kept of it. Who gives back or takes away a lock does it,
 * as nobody writes then, and as the file itself may never be written again.
 */
const SWEEP = `for temp in "\${lock%/*}"/backups/.*.sealfarm-tmp "\${lock%/*}"/backups/*/.*.sealfarm-tmp; do
  [ ! -e "$temp" ] || rm -f "$temp" || :
done
written=\${lock%/*}/written
if [ -r "$written" ]; then
  while IFS= read -r line; do
    path=\${line#*  }
    temp=\${path%/*}/.\${path##*/}.sealfarm-tmp
    [ ! -e "$temp" ] || rm -f "$temp" || :
  done <"$written"
fi`;

/**
 * Of one whose taking nobody saw the end of: without its file it cannot lock any more, also where it goes on by itself.
 * @param run what the words of the taker have in them
 */
export function takeBackScript(lock: string, run: string): string {
  return `for temp in ${shellQuote(lock)}.*.sealfarm-tmp; do
  if grep -qF ${shellQuote(run)} "$temp" 2>/dev/null; then rm -f "$temp"; fi
done
${unlockScript(lock, run)}`;
}

/**
 * Ends with status HELD where the lock has another holder by now, which is then left alone.
 * @param ours what the holder's words must have in them; empty for a lock that nobody signed
 */
export function unlockScript(lock: string, ours?: string): string {
  const others = ours === '' ? '?*) exit' : `*${shellQuote(ours ?? '')}*) ;; *) exit`;
  const check = `case $(${HOLDER}) in ${others} ${HELD} ;; esac\n`;
  return `lock=${shellQuote(lock)}
[ -e "$lock" ] || exit 0
${ours === undefined ? '' : check}${SWEEP}
if [ -d "$lock" ]; then
  rm -f "$lock/holder"
  rmdir "$lock" 2>/dev/null || [ ! -e "$lock" ]
else
  rm -f "$lock"
fi
`;
}
