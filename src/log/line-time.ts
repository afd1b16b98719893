/** As Lotus begins its lines: zap's ISO8601TimeEncoder, `2026-01-02T03:04:05.678Z` or with `+0100`. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)/;

/** Milliseconds since 1970 at the beginning of a line; undefined where it has no time. */
export function timeOf(line: string): number | undefined {
  const [, clock, zone] = STAMP.exec(line) ?? [];
  if (clock === undefined || zone === undefined) return undefined;
  const time = Date.parse(clock + zone.replace(/(\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(time) ? undefined : time;
}
