import { displayWidth, padEnd } from './text.js';

const GAP = 2;

/**
 * The lines of each row, cells one below the other, no blanks at the ends of lines.
 * A row that is wider than `width` has its last cell on a line of its own, indented.
 */
export function alignRows(
  rows: readonly (readonly string[])[],
  width: number,
): readonly (readonly string[])[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => padded(cell, widths[column]))
      .join('')
      .trimEnd();
  return rows.map((row) => {
    const whole = line(row);
    const last = row.at(-1) ?? '';
    if (displayWidth(whole) <= width || row.length < 2 || last === '') return [whole];
    const indent = /^ */.exec(row[0] ?? '')?.[0] ?? '';
    return [line(row.slice(0, -1)), `${indent}    ${last}`];
  });
}

/** An empty column takes no room, not even its gap. */
function padded(cell: string, width = 0): string {
  return width === 0 ? '' : padEnd(cell, width + GAP);
}
