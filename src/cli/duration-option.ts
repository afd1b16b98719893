import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../farm/duration.js';

/** For commands that lock hosts. */
export const LOCK_TIMEOUT =
  'how long to wait while somebody else holds the lock of a host (default: not at all)';

/** `6h`, `1h30m`; in milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('Write a duration such as 90s, 30m or 12h.');
  return milliseconds;
}
