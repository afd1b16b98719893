import { existsSync } from 'node:fs';
import { layout, MINER_ID, readJson, writeFileAtomically } from '../layout.js';
import type { Deadline } from '../../lotus/proving.js';

/** Lotus: go-state-types/builtin, chain/actors/builtin/miner */
const DEADLINES = 48;
const WINDOW = 60;
const LOOKBACK = 20;
const FAULT_CUTOFF = 70;
const EPOCH_MS = 30_000;

/** What the chain has of a sandbox's miner. */
export interface ProvingTable {
  /** When the first deadline opens, or opened. Milliseconds since 1970. */
  readonly firstOpens: number;
  /** By number of the deadline; what is not there has no sectors. */
  readonly deadlines: Readonly<Record<number, Deadline>>;
  /** Epochs by which the node lags behind the chain; none without it. */
  readonly lag?: number;
}

const NOTHING: ProvingTable = { firstOpens: 0, deadlines: {} };

export function setProving(dir: string, table: ProvingTable): void {
  writeFileAtomically(layout(dir).minerProving, JSON.stringify(table));
}

function readProving(file: string): ProvingTable {
  return existsSync(file) ? (readJson(file) as ProvingTable) : NOTHING;
}

/** `lotus-miner proving info`, as far as anybody reads it. Lotus: cli/spcli/proving.go */
export function provingInfo(file: string, now: number): string {
  const table = readProving(file);
  const { epoch, index, open } = place(table, now);
  const period = open - index * WINDOW;
  const dated = (value: number): string =>
    epochTime(epoch, value).replace('(', `(${goTime(timeOf(table, value))}, `);
  const at = (label: string, value: number): string => `${label.padEnd(21)} ${epochTime(epoch, value)}`;
  return [
    `Miner: f0${MINER_ID}`,
    `Current Epoch:           ${epoch}`,
    `Proving Period Boundary: ${period % (DEADLINES * WINDOW)}`,
    `Proving Period Start:    ${dated(period)}`,
    `Next Period Start:       ${dated(period + DEADLINES * WINDOW)}`,
    '',
    'Faults:      0 (0.00%)',
    'Recovering:  0',
    `Deadline Index:       ${index}`,
    `Deadline Sectors:     ${table.deadlines[index]?.sectors ?? 0}`,
    at('Deadline Open:', open),
    at('Deadline Close:', open + WINDOW),
    at('Deadline Challenge:', open - LOOKBACK),
    at('Deadline FaultCutoff:', open - FAULT_CUTOFF),
  ].join('\n');
}

/** `lotus-miner proving deadlines`; proofs count for the window that is open. */
export function provingDeadlines(file: string, now: number): string {
  const { deadlines } = readProving(file);
  const { index } = place(readProving(file), now);
  const rows = Array.from({ length: DEADLINES }, (_, at) => {
    const {
      partitions,
      sectors,
      proven,
      faults = 0,
    } = deadlines[at] ?? {
      partitions: 0,
      sectors: 0,
      proven: 0,
    };
    const cells = [String(at), '00:00:00', String(partitions), `${sectors} (${faults})`, String(proven)];
    return [...cells, ...(at === index ? ['(current)'] : [])].join('  ');
  });
  const head = 'deadline  open  partitions  sectors (faults)  proven partitions';
  return [`Miner: f0${MINER_ID}`, head, ...rows].join('\n');
}

/** Epochs are counted so that the first deadline opens with one. */
function place(
  { firstOpens, lag = 0 }: ProvingTable,
  now: number,
): { epoch: number; index: number; open: number } {
  const epoch = START + Math.floor((now - firstOpens) / EPOCH_MS) - lag;
  const turn = Math.floor((epoch - START) / WINDOW);
  return { epoch, index: ((turn % DEADLINES) + DEADLINES) % DEADLINES, open: START + turn * WINDOW };
}

const START = DEADLINES * WINDOW * 1000;

function timeOf({ firstOpens }: ProvingTable, epoch: number): Date {
  return new Date(firstOpens + (epoch - START) * EPOCH_MS);
}

/** `02 Jan 26 03:04 UTC`, in the zone of the process. Go: time.RFC822 */
function goTime(time: Date): string {
  const [, month, day, year, clock] = time.toString().split(' ');
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(time);
  const name = zone.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${day ?? ''} ${month ?? ''} ${year?.slice(2) ?? ''} ${clock?.slice(0, 5) ?? ''} ${name}`;
}

function epochTime(now: number, epoch: number): string {
  if (epoch === now) return `${epoch} (now)`;
  const minutes = Math.round((Math.abs(epoch - now) * EPOCH_MS) / 60_000);
  return `${epoch} (${epoch < now ? `${minutes} minutes ago` : `in ${minutes} minutes`})`;
}
