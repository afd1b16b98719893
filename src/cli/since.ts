import { parseDuration } from '../farm/duration.js';

/** How a point in time is written, for help. */
export const SINCE_HELP =
  'Write how long ago, as in 90s, 30m or 12h, or a time: 2026-01-31, 2026-01-31T12:30 or 2026-01-31T12:30:00Z.';

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Milliseconds since 1970 of `2h` (ago) or a time, which is the operator's own where it has no zone; undefined for
 * anything else.
 */
export function parseSince(written: string, now: number): number | undefined {
  const duration = parseDuration(written);
  if (duration !== undefined) return Math.max(0, now - duration);
  const [, day, clock = '00:00', zone = ''] = TIME.exec(written) ?? [];
  if (day === undefined) return undefined;
  const time = Date.parse(`${day}T${clock}${zone}`);
  return Number.isNaN(time) ? undefined : Math.max(0, time);
}
