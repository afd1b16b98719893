import { shellQuote } from '../host/shell.js';
import { LOG_HEAD, type LogPosition, type LogRange } from './log.js';

/**
 * What the file holds up to its present end. It may have gigabytes, so the host itself finds about where to begin:
 * never too late, and where it counts lines two more: the first may be torn as the worker goes on writing, and the last may
 * have no end yet.
 */
export function fileHistoryScript(file: string, range: LogRange): string {
  return `set -u
log=${shellQuote(file)}
echo
problem=$(LC_ALL=C head -c 1 "$log" 2>&1 >/dev/null)
case $problem in
  '') ;;
  *'ermission denied'*) echo '${LOG_HEAD} denied file'; exit 0 ;;
  *'o such file'*) echo '${LOG_HEAD} absent'; exit 0 ;;
  *) printf '%s\\n' "$problem" >&2; exit 1 ;;
esac
set -- $(stat -L -c '%i %s' "$log")
inode=$1 size=$2
start=${startOf(range)}
if [ "$start" -lt 0 ]; then start=0; fi
echo "${LOG_HEAD} file $inode $start"
tail -c "+$((start + 1))" "$log" | head -c "$((size - start))"
`;
}

function startOf({ since, lines }: LogRange): string {
  if (since !== undefined)
    return `$(LC_ALL=C awk -v day=${dayBefore(since)} '${FIND_DAY}' "$log")
start=\${start:-$size}`;
  return lines === undefined ? '0' : `$((size - $(tail -n ${lines + 2} "$log" | wc -c)))`;
}

/** By the first day of a line alone, which needs no time zone when it is a day earlier. */
const FIND_DAY =
  '/^[0-9][0-9][0-9][0-9]-[0-9][0-9]-/ && substr($0, 1, 10) >= day { printf "%.0f", at; exit } { at += length($0) + 1 }';

function dayBefore(time: number): string {
  return new Date(time - 86_400_000).toISOString().slice(0, 10);
}

/** What comes after a position; all of a file that is another one by now. One that is not there yet is waited for. */
export function fileFollowScript(file: string, from: LogPosition): string {
  const { inode, offset } = from.kind === 'file' ? from : { inode: '-', offset: 0 };
  return `set -u
log=${shellQuote(file)}
until found=$(stat -L -c '%i %s' "$log" 2>/dev/null); do sleep 1; done
set -- $found
start=0
if [ "$1" = '${inode}' ] && [ "$2" -ge ${offset} ]; then start=${offset}; fi
echo
echo "${LOG_HEAD} file $1 $start"
exec tail -c "+$((start + 1))" -F "$log"
`;
}
