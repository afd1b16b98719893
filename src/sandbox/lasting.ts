import { setTimeout as pause } from 'node:timers/promises';
import { INTERVALS } from './speed.js';

/**
 * Ends when so long has gone by since its begin; a length that is changed meanwhile holds at its next look.
 * @param length in milliseconds
 */
export async function lasting(length: () => number): Promise<void> {
  const since = performance.now();
  const left = (): number => length() - (performance.now() - since);
  for (let rest = left(); rest > 0; rest = left()) await pause(Math.min(rest, INTERVALS.look));
}
