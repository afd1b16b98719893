import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Miner } from '../farm/farm.js';
import type { Deadline, ProvingSchedule } from '../lotus/proving.js';
import { findMiner } from './as-miner.js';
import { answerLines, decode, WORD_FUNCTIONS } from './asking.js';

const HEAD = 'sealfarm-proving 1';
const END = 'sealfarm-proving end';

/**
 * Asks when WindowPoSts are due, on the host of lotus-miner, for a POSIX shell. lotus-miner's API does not tell it: its command
 * asks the node, by the variables with which the running miner does. They may hold a token, and are in nobody's arguments.
 * Lotus: cli/spcli/proving.go
 */
export function provingScript(miner: Pick<Miner, 'repo' | 'user'>): string {
  return [WORD_FUNCTIONS, findMiner(miner), ASK, ''].join('\n');
}

const ASK = `set_to() { printf "%s='%s'; export %s\\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\\\\\''/g")" "$1"; }
ask() {
  {
    for name in FULLNODE_API_INFO LOTUS_PATH; do
      value=$(variable "$name")
      [ -z "$value" ] || set_to "$name" "$value"
    done
    # It prints times in the zone of its process.
    set_to TZ UTC
    set_to LOTUS_MINER_PATH "$repo"
    set_to HOME "$home"
    echo "unset MINER_API_INFO STORAGE_API_INFO; exec lotus-miner proving $1 </dev/null"
  } | as_user sh 2>&1
}
# A banner may end without a line break.
echo; echo '${HEAD}'
if [ "$met" -gt 1 ]; then
  say info 1 "=$met lotus-miner run there: write miner.repo and miner.user"
elif id -u "$user" >/dev/null 2>&1; then
  # Before the node is asked, which may take minutes.
  echo "clock $(date +%s)"
  said=$(ask info)
  say info $? "=$said"
  said=$(ask deadlines)
  say deadlines $? "=$said"
else
  say info 1 "=there is no user $user"
fi
echo '${END}'`;

/** What the machine of the miner tells. */
export interface ToldProving {
  readonly schedule: ProvingSchedule;
  /** Of its clock, in milliseconds since 1970. */
  readonly clock: number;
}

/**
 * Reads what the script has said. Fails with SF586 where it tells no schedule.
 * @param redact makes a line of the miner fit to be shown
 */
export function parseProving(
  host: string,
  stdout: string,
  redact: (line: string) => string,
): Result<ToldProving> {
  const lines = answerLines(host, stdout, HEAD, END);
  if (!lines.ok) return lines;
  const words = new Map(lines.value.map(([kind = '', ...rest]) => [kind, rest]));
  const [infoStatus = '1', info = '-'] = words.get('info') ?? [];
  const [status = '1', deadlines = '-'] = words.get('deadlines') ?? [];
  const schedule =
    infoStatus === '0' && status === '0' ? scheduleIn(decode(info), decode(deadlines)) : undefined;
  const clock = Number(words.get('clock')?.[0]) * 1000;
  if (schedule !== undefined && Number.isFinite(clock)) return success({ schedule, clock });
  const said = decode(infoStatus === '0' ? deadlines : info);
  return failure(untold(host, redact(complaintIn(said))));
}

/** Undefined for what no lotus-miner prints. */
function scheduleIn(info: string, list: string): ProvingSchedule | undefined {
  const number = (label: string): number => {
    const [, digits] = new RegExp(`^${label}:\\s+(-?\\d+)`, 'm').exec(info) ?? [];
    return digits === undefined ? NaN : Number(digits);
  };
  const anchor = anchorIn(info);
  if (anchor === undefined) return undefined;
  const recovering = number('Recovering');
  const schedule = {
    anchor,
    epoch: number('Current Epoch'),
    index: number('Deadline Index'),
    challenge: number('Deadline Challenge'),
    open: number('Deadline Open'),
    close: number('Deadline Close'),
    deadlines: deadlinesIn(list),
    ...(Number.isNaN(recovering) ? {} : { recovering }),
  };
  const { epoch, index, challenge, open, close, deadlines } = schedule;
  const isWhole =
    Number.isInteger(epoch) && challenge <= open && open < close && epoch < close && index < deadlines.length;
  return isWhole && index >= 0 ? schedule : undefined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `4500114 (01 Jul 25 08:07 UTC, 9 hours 20 minutes ago)`, as Go's RFC822 has it. Lotus: cli/util/epoch.go EpochTimeTs */
const PERIOD_START = /^Proving Period Start:\s+(-?\d+) \((\d\d) ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d) UTC, /m;

function anchorIn(info: string): ProvingSchedule['anchor'] | undefined {
  const [, epoch, day, name = '', year, hour, minute] = PERIOD_START.exec(info) ?? [];
  const month = MONTHS.indexOf(name);
  if (epoch === undefined || month < 0) return undefined;
  const at = Date.UTC(2000 + Number(year), month, Number(day), Number(hour), Number(minute));
  return { epoch: Number(epoch), at };
}

/** `0  08:07:30  2  4690 (3)  1  (current)`: deadline, when it opens (since 1.28), partitions, live sectors (faults), proven. */
const ROW = /^(\d+)\s+(?:\d+:\d+:\d+\s+)?(\d+)\s+(\d+) \((\d+)\)\s+(\d+)(?:\s+\(current\))?\s*$/gm;

/** Of a proving period. Lotus: WPoStPeriodDeadlines in policy.go of go-state-types */
const PERIOD_DEADLINES = 48;

/** None where one is missing: what is due in it would be a guess. */
function deadlinesIn(list: string): readonly Deadline[] {
  const rows = [...list.matchAll(ROW)].map(([, ...numbers]) => numbers.map(Number));
  return rows.length === PERIOD_DEADLINES && rows.every(([at], place) => at === place)
    ? rows.map(([, partitions = 0, sectors = 0, faults = 0, proven = 0]) => ({
        partitions,
        sectors,
        proven,
        ...(faults === 0 ? {} : { faults }),
      }))
    : [];
}

/** What it complains of, the last of its words otherwise. */
function complaintIn(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^\s*ERROR/.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim();
}

function untold(host: string, complaint: string): Diagnostic {
  return {
    code: 'SF586',
    severity: 'error',
    message: `lotus-miner on ${host} does not tell when a WindowPoSt is due: ${complaint}`,
    place: { kind: 'host', host },
    help: 'Look whether `lotus-miner proving info` and `lotus-miner proving deadlines` answer there for its user: they need the node, by LOTUS_PATH or FULLNODE_API_INFO.',
  };
}
