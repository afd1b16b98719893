import { parseDuration } from '../farm/duration.js';
import { type Durations, DURATION_NAMES } from './durations.js';

const NAMES = `${DURATION_NAMES.slice(0, -1).join(', ')} or ${DURATION_NAMES.slice(-1).join('')}`;

/**
 * Durations as a person writes them, `PC1=4h,PC2=25m`, above the given ones.
 * A text says what is wrong with them.
 */
export function readDurations(written: string, defaults: Durations): Durations | string {
  const durations = new Map<keyof Durations, number>();
  for (const part of written.split(',')) {
    const [, word = '', text = ''] = /^\s*([A-Za-z0-9]+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    const name = DURATION_NAMES.find((known) => known.toLowerCase() === word.toLowerCase());
    if (name === undefined) return `write NAME=TIME, where NAME is ${NAMES}; not '${part.trim()}'`;
    const milliseconds = parseDuration(text);
    if (milliseconds === undefined) return `${name}: '${text}' is no duration such as 90s, 25m or 4h`;
    if (durations.has(name)) return `${name} is written twice`;
    // Or sectors without end would be begun before any time had passed.
    if (name === 'PC1' && milliseconds === 0) return 'PC1 must last longer than 0s';
    durations.set(name, milliseconds);
  }
  return { ...defaults, ...Object.fromEntries(durations) };
}
