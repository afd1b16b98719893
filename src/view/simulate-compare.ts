import type { Farm } from '../farm/farm.js';
import { TRANSFER_KINDS } from '../flow/flow.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { Outcome } from '../simulate/outcome.js';
import { STAGES, type Transfer } from '../simulate/tally.js';
import { isBeyondChance } from '../simulate/what-if.js';
import { formatBytes } from './bytes.js';
import { alignRows } from './columns.js';
import { outcomeJson } from './simulate-json.js';
import {
  betweenMachines,
  cargoWords,
  decimal,
  perSector,
  rate,
  roomWords,
  verdicts,
} from './simulate-words.js';
import type { SimulationView } from './simulate.js';
import { cut, wrap } from './text.js';

/** One of the layouts that are held against each other. */
export interface Side {
  readonly file: string;
  readonly farm: Farm;
  readonly outcome: Outcome;
  /** As asked for. */
  readonly maxSealing?: number | undefined;
}

/** Layouts side by side: a column for each, then the bottleneck of each in words. */
export function formatComparison(sides: readonly Side[], { style, width }: SimulationView): string {
  const row = (name: string, of: (side: Side) => string): readonly string[] => [name, ...sides.map(of)];
  const rows = [
    ['', ...columnNames(sides, width)].map(style.dim),
    row('sectors a day', ({ outcome }) => rate(outcome.sectorsPerDay)),
    row('sealed a day', sealedPerDay),
    row('finished', ({ outcome }) => String(outcome.finished)),
    row('in work at the end', ({ outcome }) => String(outcome.inWork)),
    ...STAGES.filter((task) => sides.some((side) => waiting(side, task) !== '0')).map((task) =>
      row(`waiting for ${task}`, (side) => waiting(side, task)),
    ),
    row('moved per finished sector', ({ outcome }) => perSector(outcome.bytesBetweenMachines, outcome)),
    ...TRANSFER_KINDS.map((cargo) =>
      row(`  ${cargoWords(cargo)}`, ({ outcome }) => perSector(movedBytes(outcome, cargo), outcome)),
    ),
  ];
  const words = sides.flatMap(({ file, outcome, maxSealing }) => [
    '',
    style.bold(file),
    ...verdicts(outcome, style).flatMap((text) => wrap(text, width, '  ')),
    ...roomWords(outcome, maxSealing).flatMap((text) => wrap(text, width, '  ').map(style.yellow)),
  ]);
  const chance = chanceWords(sides).flatMap((text) => wrap(text, width, '  '));
  return [...alignRows(rows, width).flat(), ...chance, ...words].join('\n');
}

/** The longest name of a row, and the gap behind it. */
const FIRST_COLUMN = 27;

/** The files, without the folders and the names that all have, so that the columns stay beside each other. */
function columnNames(sides: readonly Side[], width: number): readonly string[] {
  let parts: readonly (readonly string[])[] = sides.map(({ file }) => file.split('/'));
  const agree = (at: number): boolean =>
    parts.every((one) => one.length > 1 && one.at(at) === parts[0]?.at(at));
  while (agree(0)) parts = parts.map((one) => one.slice(1));
  while (agree(-1)) parts = parts.map((one) => one.slice(0, -1));
  const most = Math.max(10, Math.floor((width - FIRST_COLUMN) / sides.length) - 2);
  return parts.map((one) => cut(one.join('/'), most));
}

/** Each side by its file. */
export function comparisonJson(sides: readonly Side[]): unknown {
  return {
    formatVersion: 1,
    layouts: sides.map(({ file, farm, outcome }) => ({ file, farm: farm.name, ...outcomeJson(outcome) })),
  };
}

function sealedPerDay({ farm, outcome }: Side): string {
  return formatBytes(outcome.sectorsPerDay * SECTOR_SIZES[farm.sectorSize].bytes);
}

function waiting({ outcome: { stages } }: Side, task: PipelineTask): string {
  return decimal(stages.find((stage) => stage.task === task)?.queue.mean ?? 0);
}

function movedBytes(outcome: Outcome, cargo: Transfer['cargo']): number {
  const moved = betweenMachines(outcome).filter((transfer) => transfer.cargo === cargo);
  return moved.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What looks like a difference and is none. */
function chanceWords(sides: readonly Side[]): readonly string[] {
  const [first, ...others] = sides.map(({ outcome }) => outcome);
  if (first === undefined || others.every(({ sectorsPerDay }) => sectorsPerDay === first.sectorsPerDay))
    return [];
  return others.some(({ sectorsPerDay }) => isBeyondChance(sectorsPerDay, first))
    ? []
    : ['The difference in sectors a day is no more than chance.'];
}
