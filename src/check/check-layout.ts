import type { Finding } from '../config/finding.js';
import type { Farm } from '../farm/farm.js';
import { HARDWARE_CHECKS } from './hardware-checks.js';
import { declaredHardware, type Layout } from './layout.js';
import { ROUTE_CHECKS } from './route-checks.js';

/** Everything that is found wrong with a layout, without looking at a host. */
export function checkLayout(layout: Layout): readonly Finding[] {
  return [...HARDWARE_CHECKS, ...ROUTE_CHECKS].flatMap((check) => [...check(layout)]);
}

/** The same of a file alone, by the hardware it declares. */
export function checkFarm(farm: Farm): readonly Finding[] {
  return checkLayout({ farm, hardware: declaredHardware(farm) });
}
