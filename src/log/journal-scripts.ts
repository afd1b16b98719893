import { shellQuote } from '../host/shell.js';
import { LOG_HEAD, type LogPosition, type LogRange } from './log.js';

/** Entries as JSON, for their cursors: with one, reading goes on after a break just behind the last line seen. */
const READ =
  'LC_ALL=C journalctl --quiet --no-pager --all --output=json --output-fields=MESSAGE --unit="$unit"';

export function journalHistoryScript(unit: string, { since, lines }: LogRange): string {
  const from = since === undefined ? '' : ` --since=@${Math.max(0, Math.floor(since / 1000))}`;
  // With both, old versions of journalctl show the first lines since then.
  const last = lines === undefined ? '' : since === undefined ? ` --lines=${lines}` : ` | tail -n ${lines}`;
  return `set -u
unit=${shellQuote(unit)}
${MAY_READ}
echo "${LOG_HEAD} journal $(date +%s)"
${READ}${from}${last}
`;
}

/** journalctl shows nothing, without a word, to a user who may read nothing: only without --quiet it says so. */
const MAY_READ = `echo
if [ -z "$(journalctl --quiet --no-pager --lines=1 --output=cat --unit="$unit" 2>/dev/null)" ]; then
  hint=$(LC_ALL=C journalctl --no-pager --lines=1 --unit="$unit" 2>&1 >/dev/null)
  case $hint in
    *'insufficient permissions'* | *'not seeing messages'*) echo '${LOG_HEAD} denied journal'; exit 0 ;;
  esac
fi`;

export function journalFollowScript(unit: string, from: LogPosition): string {
  return `set -u
unit=${shellQuote(unit)}
echo
echo "${LOG_HEAD} journal ${from.kind === 'journal' ? from.clock : '$(date +%s)'}"
exec env ${READ} ${startOf(from)}--no-tail --follow
`;
}

function startOf(from: LogPosition): string {
  if (from.kind !== 'journal') return '';
  return from.cursor === undefined ? `--since=@${from.clock} ` : `--after-cursor=${shellQuote(from.cursor)} `;
}
