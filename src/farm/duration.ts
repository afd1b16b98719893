const DURATION = /^(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** Milliseconds of the parts, in their order. */
const UNITS = [3_600_000, 60_000, 1000, 1];

/** How a duration is written, for help. */
export const DURATION_HELP = 'Write hours, minutes, seconds and milliseconds as in 1h30m, 90s or 250ms.';

/** Milliseconds of a duration such as `6h`, `1h30m`, `90s` or `250ms`; undefined for anything else. */
export function parseDuration(written: string): number | undefined {
  const match = DURATION.exec(written);
  if (match === null || written === '') return undefined;
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? '0'), 0);
}
