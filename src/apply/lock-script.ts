import { parseHolder, type SeenLock } from '../host/lock-holder.js';
import { shellQuote } from '../host/shell.js';

/** Exit status of a lock that somebody else holds. */
export const HELD = 4;

const BOOT_ID = '$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)';

/**
 * `mkdir` succeeds for one alone; who holds the lock stands in it for everyone to read. On a full disk there may be room for
 * the folder and none for the words: it is given up again then.
 * @param holder one line of JSON, to which the host adds its boot id
 */
export function lockScript(lock: string, holder: string): string {
  const folder = shellQuote(lock);
  return `set -u
mkdir -p ${shellQuote(lock.slice(0, lock.lastIndexOf('/')))} || exit 1
if why=$(mkdir ${folder} 2>&1); then
  # Shells alone do not say why a write failed.
  why=$( { printf '%s,"boot":"%s"}\\n' ${shellQuote(holder.slice(0, -1))} "${BOOT_ID}" | cat >${folder}/holder; } 2>&1) && exit 0
  rm -f ${folder}/holder
  rmdir ${folder}
  printf '%s\\n' "$why" >&2
  exit 1
fi
[ -d ${folder} ] || { printf '%s\\n' "$why" >&2; exit 1; }
${describe(folder)}
exit ${HELD}
`;
}

/** Says nothing where there is no lock, else what `parseSeenLock` reads. */
export function lookScript(lock: string): string {
  return `[ -e ${shellQuote(lock)} ] || exit 0\n${describe(shellQuote(lock))}\n`;
}

/** The host's boot id and the lock's age in seconds, both perhaps empty; then the holder. */
function describe(folder: string): string {
  return `made=$(stat -c %Y ${folder} 2>/dev/null) && age=$(($(date +%s) - made)) || age=
printf '%s %s\\n' "${BOOT_ID}" "$age"
cat ${folder}/holder 2>/dev/null || :`;
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
 * Ends with status HELD where the lock has another holder by now, which is then left alone.
 * @param ours what the holder's words must have in them; empty for a lock that nobody signed
 */
export function unlockScript(lock: string, ours?: string): string {
  const folder = shellQuote(lock);
  const others = ours === '' ? '?*) exit' : `*${shellQuote(ours ?? '')}*) ;; *) exit`;
  const check = `[ ! -e ${folder} ] || case $(cat ${folder}/holder 2>/dev/null) in ${others} ${HELD} ;; esac\n`;
  return `${ours === undefined ? '' : check}rm -f ${folder}/holder
rmdir ${folder} 2>/dev/null || [ ! -e ${folder} ]
`;
}
