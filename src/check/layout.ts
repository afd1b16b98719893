import type { Finding } from '../config/finding.js';
import type { Farm, Hardware } from '../farm/farm.js';

/** What the checks of a layout go by: the file, and what the machines have. */
export interface Layout {
  readonly farm: Farm;
  /** By host; hosts whose hardware nobody knows are not in it. */
  readonly hardware: ReadonlyMap<string, Hardware>;
}

/** One thing that a valid file can still get wrong with Lotus. */
export type LayoutCheck = (layout: Layout) => Iterable<Finding>;

/** As the file says; a host may leave it to the machine. */
export function declaredHardware(farm: Farm): ReadonlyMap<string, Hardware> {
  return new Map(
    farm.hosts.flatMap(({ name, hardware }) => (hardware === undefined ? [] : [[name, hardware] as const])),
  );
}
