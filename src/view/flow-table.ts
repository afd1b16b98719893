import type { Alike } from '../flow/alike.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { type Cell, nameOfSites } from './flow-tally.js';
import type { Style } from './style.js';
import { displayWidth, padEnd, wrap } from './text.js';

/** Lines of a table that would be too wide, or have too many rows, become a list of this many lines. */
const MOST_LINES = 16;
const MOST_COLUMNS = 13;
/** Columns that names have at least, however narrow the terminal. */
const LEAST_NAMES = 20;

const UNITS: Readonly<Record<SectorSize, readonly [name: string, bytes: number]>> = {
  '2KiB': ['KiB', 2 ** 10],
  '8MiB': ['MiB', 2 ** 20],
  '512MiB': ['MiB', 2 ** 20],
  '32GiB': ['GiB', 2 ** 30],
  '64GiB': ['GiB', 2 ** 30],
};

export interface FlowView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Amounts in a unit that fits the sectors, with its name: `149.3 GiB`, `32 GiB`. */
export function amount(bytes: number, size: SectorSize): string {
  return `${tenths(bytes, size).replace(/\.0$/, '')} ${UNITS[size][0]}`;
}

/** The same without the unit. What is not nothing does not look like it. */
function tenths(bytes: number, size: SectorSize): string {
  const value = bytes / UNITS[size][1];
  return value > 0 && value < 0.1 ? '<0.1' : value.toFixed(1);
}

/** Rows from, columns to; a list where that would be too large for the terminal. What stays on a machine is in brackets. */
export function transferLines(
  sites: readonly Alike[],
  cells: readonly Cell[],
  size: SectorSize,
  { style, width }: FlowView,
): readonly string[] {
  const [givers, takers] = [new Set(cells.map(({ from }) => from)), new Set(cells.map(({ to }) => to))];
  const rows = sites.filter((site) => givers.has(site));
  const columns = sites.filter((site) => takers.has(site));
  const table = tableOf(rows, columns, cells, size, style);
  const fits = columns.length <= MOST_COLUMNS && table.every((line) => displayWidth(line) <= width);
  return fits ? table : listOf(cells, size, width);
}

function tableOf(
  rows: readonly Alike[],
  columns: readonly Alike[],
  cells: readonly Cell[],
  size: SectorSize,
  style: Style,
): readonly string[] {
  const first = rows.map(nameOfSites);
  const indent = Math.max(...first.map(displayWidth));
  const bodies = columns.map((column) => {
    const texts = rows.map((row) => {
      const cell = cells.find(({ from, to }) => from === row && to === column);
      return cell === undefined ? '-' : cellWords(cell, size);
    });
    const head = nameOfSites(column);
    const widest = Math.max(...[head, ...texts].map(displayWidth));
    return [style.dim(padStart(head, widest)), ...texts.map((text) => padStart(text, widest))];
  });
  return ['', ...first].map((name, line) =>
    [`  ${padEnd(name, indent)}`, ...bodies.map((body) => body[line] ?? '')].join('  '),
  );
}

/** The most first. */
function listOf(cells: readonly Cell[], size: SectorSize, width: number): readonly string[] {
  const sorted = cells.toSorted((a, b) => b.between - a.between || b.within - a.within);
  const shown = sorted.slice(0, MOST_LINES);
  const numbers = shown.map((cell) => cellWords(cell, size));
  const widest = Math.max(...numbers.map(displayWidth));
  return [
    ...shown.flatMap(({ from, to }, index) => {
      const number = `  ${padStart(numbers[index] ?? '', widest)}  `;
      const names = wrap(
        `${nameOfSites(from)} → ${nameOfSites(to)}`,
        Math.max(LEAST_NAMES, width - number.length),
        '  ',
      );
      return names.map((line, at) => (at === 0 ? number : ' '.repeat(number.length)) + line);
    }),
    ...(sorted.length > shown.length ? [`  and ${sorted.length - shown.length} more, with --json`] : []),
  ];
}

function cellWords({ between, within }: Cell, size: SectorSize): string {
  const words = [
    ...(between > 0 ? [tenths(between, size)] : []),
    ...(within > 0 ? [`(${tenths(within, size)})`] : []),
  ];
  return words.length === 0 ? '-' : words.join(' ');
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}
