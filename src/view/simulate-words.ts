import { unreachable } from '../diagnostic/unreachable.js';
import type { PipelineTask } from '../lotus/selector.js';
import {
  bindingIn,
  type Bottleneck,
  type Outcome,
  type StageOutcome,
  type Stuck,
} from '../simulate/outcome.js';
import type { Transfer } from '../simulate/tally.js';
import type { HeldBy } from '../simulate/shortage.js';
import { formatBytes } from './bytes.js';
import { bindingWords } from './capacity-words.js';
import type { Style } from './style.js';
import { count } from './words.js';

const DAY = 86_400_000;

export function scarceWords(thing: HeldBy): string {
  if (thing === 'transfers') return 'transfers';
  return bindingWords(thing === 'max-concurrent' ? 'limit' : thing);
}

/** Where sectors are stuck, and what holds the farm up. */
export function verdicts(outcome: Outcome, { red }: Style): readonly string[] {
  return [...outcome.stuck.map((one) => red(stuckWords(one))), ...bottleneckWords(outcome)];
}

/** What holds the others up, in a sentence; nothing where they all wait for what is stuck. */
function bottleneckWords(outcome: Outcome): readonly string[] {
  const { bottleneck, stuck, sectorsPerDay } = outcome;
  if (stuck.length > 0 && sectorsPerDay === 0) return [];
  if (bottleneck === undefined) {
    return stuck.length > 0
      ? []
      : ['No stage holds the others up: each could take more for at least half the time.'];
  }
  const stage = outcome.stages.find((one) => one.task === bottleneck.task);
  const found = stage === undefined ? [] : bindingIn(stage);
  const reasons = found.length === 0 ? [bottleneck.binds] : found;
  const tasks = heldUpTogether(outcome, bottleneck, reasons);
  const [are, their] = tasks.length === 1 ? ['is', 'its'] : ['are', 'their'];
  const wanted = reasons.filter((reason) => !WHY.has(reason)).map(scarceWords);
  const why = [
    ...(wanted.length === 0 ? [] : [`for want of ${listed(wanted)}`]),
    ...reasons.flatMap((reason) => WHY.get(reason)?.(their) ?? []),
  ];
  return [
    `${listed(tasks)} ${are} the bottleneck: ${percent(bottleneck.full)} of the time ${their} workers could take no more, ${listed(why)}.`,
  ];
}

/** What is not said as a want. */
const WHY: ReadonlyMap<HeldBy, (their: string) => string> = new Map<HeldBy, (their: string) => string>([
  ['max-concurrent', (their) => `because of ${their} limit`],
  ['transfers', () => 'because files were still on their way to them'],
]);

/** A stage that sectors hardly wait for is not held up, however full its workers are. */
const WAITED_FOR = 0.5;

/** The bottleneck, with the stages that wait for the same resources of the same workers. */
function heldUpTogether(
  { stages, workers }: Outcome,
  { task, full }: Bottleneck,
  reasons: readonly HeldBy[],
): readonly PipelineTask[] {
  const shares = (other: PipelineTask): boolean =>
    workers.some(({ running }) => running.has(task) && running.has(other));
  const isHeldUp = (stage: StageOutcome): boolean =>
    stage.queue.mean >= WAITED_FOR &&
    // Each stage has a limit of its own, and files of its own to wait for.
    bindingIn(stage).some((reason) => !WHY.has(reason) && reasons.includes(reason)) &&
    stage.full >= 0.95 * full &&
    shares(stage.task);
  return stages.filter((stage) => stage.task === task || isHeldUp(stage)).map((stage) => stage.task);
}

function stuckWords({ task, sectors, why }: Stuck): string {
  const who = `${count(sectors, 'sector')} ${sectors === 1 ? 'waits' : 'wait'} for ${task} for ever`;
  switch (why) {
    case 'no-worker':
      return `${who}: no worker does it.`;
    case 'never-admitted':
      return `${who}: no worker that does it has enough RAM, threads or GPUs for even one; \`sealfarm capacity\` shows what is missing.`;
    case 'groups':
      return `${who}: the storage groups let no worker that does it fetch the files; \`sealfarm flow\` shows the closed ways.`;
    case 'data-elsewhere':
      return `${who}: no worker that does it has the files, and they are not fetched for it.`;
    case 'no-room':
      return `${who}: no worker that does it has room for the files, and none becomes free.`;
    case 'path':
      return `${who}: no worker that does it has a storage path that may hold the files.`;
    default:
      return unreachable(why);
  }
}

/** Too many sectors at once fill the disks with files that nobody can go on with. */
export function roomWords({ stages, stuck }: Outcome, maxSealing: number | undefined): readonly string[] {
  const failed = stages.filter(({ failures }) => failures > 0);
  const times = failed.map(({ task, failures }) => `${task} ${count(failures, 'time')}`);
  const isJammed = failed.length > 0 || stuck.some(({ task, why }) => task !== 'GET' && why === 'no-room');
  return [
    ...(failed.length === 0
      ? []
      : [`Failed for want of disk space, and tried again a minute later: ${times.join(', ')}.`]),
    ...(isJammed && maxSealing === undefined
      ? ['A limit of sectors in work avoids that: try --max-sealing.']
      : []),
  ];
}

const CARGO: Readonly<Record<Transfer['cargo'], string>> = {
  unsealed: 'unsealed, for PC1',
  'pc1-output': 'PC1 output, for PC2',
  finished: 'finished, into storage',
};

export function cargoWords(cargo: Transfer['cargo']): string {
  return CARGO[cargo];
}

/** Those over the network: a transfer may also be between two workers of one machine. */
export function betweenMachines({ transfers, workers }: Outcome): Outcome['transfers'] {
  const hosts = new Map(workers.map(({ name, host }) => [name, host]));
  return transfers.filter(({ from, to }) => hosts.get(from) !== hosts.get(to));
}

/** Bytes for each sector that was finished in the same time; `-` where none was. */
export function perSector(bytes: number, { finishedSince }: Outcome): string {
  return finishedSince === 0 ? '-' : formatBytes(bytes / finishedSince);
}

/** How far a run has come. @param now milliseconds of `horizon` */
export function simulatingWords(now: number, horizon: number): string {
  return `Simulating: day ${Math.floor(now / DAY) + 1} of ${Math.ceil(horizon / DAY)}`;
}

const PERIODS = [
  [DAY, 'days'],
  [3_600_000, 'hours'],
  [60_000, 'minutes'],
  [1000, 'seconds'],
] as const;

/** `7 days`, `13.8 hours`: in the largest unit of which there are two. */
export function period(milliseconds: number): string {
  const [unit, name] = PERIODS.find(([length]) => milliseconds >= 2 * length) ?? [1000, 'seconds'];
  return `${decimal(milliseconds / unit)} ${name}`;
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}

/** One decimal, none for whole numbers and large ones. */
export function decimal(number: number): string {
  return number >= 1000 ? number.toFixed(0) : number.toFixed(1).replace(/\.0$/, '');
}

/** Sectors a day: one decimal, two for a farm that seals few. */
export function rate(sectorsPerDay: number): string {
  return sectorsPerDay < 10 ? String(Number(sectorsPerDay.toFixed(2))) : decimal(sectorsPerDay);
}

/** `PC1`, `PC2 and C2`, `AP, PC1 and PC2` */
function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' and ');
}
