/** When WindowPoSts of a miner are due, as the chain has it. Epochs, which are numbered from genesis. */
export interface ProvingSchedule {
  /** The present one. */
  readonly epoch: number;
  /** Place in `deadlines` of the deadline that is open, or of the next one where the first period has not begun. */
  readonly index: number;
  /** From here on the miner computes its proof. Lotus: storage/wdpost/wdpost_changehandler.go */
  readonly challenge: number;
  readonly open: number;
  readonly close: number;
  /** All of a proving period, in their order. */
  readonly deadlines: readonly Deadline[];
  /** Faulty sectors of all deadlines that are to be proven again; absent where that is not told. */
  readonly recovering?: number;
  /** When an epoch of the chain began, in milliseconds since 1970; rounded down to a minute. */
  readonly anchor: { readonly epoch: number; readonly at: number };
}

export interface Deadline {
  /** Partitions with live sectors. */
  readonly partitions: number;
  /** Live sectors. */
  readonly sectors: number;
  /** Those of them that are faulty: they are proven only once they are declared to be recovering. Absent for none. */
  readonly faults?: number;
  /** Partitions whose proof is on chain, in the window that is open. */
  readonly proven: number;
}

/** A deadline for which the miner must be up. */
export interface DueDeadline {
  readonly index: number;
  readonly isOpen: boolean;
  /** Epoch from which on nothing is due, as far as can be foreseen; absent where there is always one due. */
  readonly until?: number;
}

/**
 * The first deadline that keeps the miner from being restarted now: one that is open and not proven, or one for which the
 * miner begins to compute within `margin` epochs. Where no sector is to be proven nothing is due, nor where all are faulty and none
 * is to recover; of partitions of which some are so nobody tells, and their deadline counts until it closes. A proof that is on chain
 * stays: if the chain is reorganised, the node sends its message again and not the miner.
 * Lotus: go-state-types/dline (windows follow each other without a gap), storage/wdpost/wdpost_run.go (what is proven)
 */
export function dueDeadline(schedule: ProvingSchedule, margin: number): DueDeadline | undefined {
  const windows = windowsOf(schedule);
  const isBusy = ({ from, close }: Window, epoch: number): boolean => epoch >= from - margin && epoch < close;
  const due = windows.find((window) => isBusy(window, schedule.epoch));
  if (due === undefined) return undefined;
  const until = windows
    .filter(({ turn }) => turn < schedule.deadlines.length)
    .map(({ close }) => close)
    .find((close) => !windows.some((window) => isBusy(window, close)));
  const isOpen = due.open <= schedule.epoch;
  return { index: due.index, isOpen, ...(until === undefined ? {} : { until }) };
}

interface Window {
  /** How many deadlines from now. */
  readonly turn: number;
  readonly index: number;
  /** From here on it is computed. */
  readonly from: number;
  readonly open: number;
  readonly close: number;
}

const NO_SECTORS: Deadline = { partitions: 0, sectors: 0, proven: 0 };

/** Epochs before a deadline opens. Lotus: FaultDeclarationCutoff in policy.go of go-state-types */
const FAULT_CUTOFF = 70;

/** Of two periods from now on, so that it is seen what follows on any of the first. */
function windowsOf(schedule: ProvingSchedule): readonly Window[] {
  const { epoch, index, challenge, open, close, deadlines, recovering } = schedule;
  const [length, lookback, count] = [close - open, open - challenge, deadlines.length];
  return Array.from({ length: count * 2 }, (_, turn) => turn).flatMap((turn) => {
    const at = (index + turn) % count;
    const { partitions, sectors, proven, faults = 0 } = deadlines[at] ?? NO_SECTORS;
    const isOver = turn === 0 && open <= epoch && proven >= partitions;
    const opens = open + turn * length;
    // Later than that none of them can be declared to be recovering.
    const isLost = faults >= sectors && recovering === 0 && epoch >= opens - FAULT_CUTOFF;
    if (sectors === 0 || isOver || isLost) return [];
    return [{ turn, index: at, from: opens - lookback, open: opens, close: opens + length }];
  });
}

/** As the times of epochs are printed, in milliseconds. */
const ROUNDED = 60_000;

/** So many epochs the head of a chain may be behind the clock, as Lotus judges it. Lotus: cli/info.go SyncBasefeeCheck */
const IN_STEP = 5;

/**
 * Milliseconds, at the least, by which the chain that a node knows is behind a clock, or below 0 ahead of it; 0 where both are in
 * step. A node that lags behind tells of a deadline that is over, while another one is open.
 * @param delay milliseconds from one epoch to the next
 * @param now milliseconds since 1970
 */
export function chainLag(
  { epoch, anchor }: Pick<ProvingSchedule, 'epoch' | 'anchor'>,
  delay: number,
  now: number,
): number {
  const most = now - (anchor.at + (epoch - anchor.epoch) * delay);
  const least = most - ROUNDED;
  if (least > IN_STEP * delay) return least;
  return most < -IN_STEP * delay ? most : 0;
}
