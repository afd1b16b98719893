import type { MaybeSecret } from '../secret/secret.js';
import { oneLine } from './text.js';

/** `1 file`, `2 files`, `2 boxes` with its own plural. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The first `most` of a list; the others only as a number. */
export function someOf(items: readonly string[], most: number): string {
  // One item takes no more room than saying that there is one more.
  if (items.length <= most + 1) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

/** A value as it may be shown; absent is `(none)`, a secret is `(secret)`. */
export function shown(value: MaybeSecret | undefined): string {
  if (value === undefined) return '(none)';
  return oneLine(String(value));
}

/** How long ago, in at most two units: `6s`, `12m`, `2h41m`, `3d4h`. `since` is ISO 8601. */
export function age(since: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(since)) / 1000);
  // A host's clock may be ahead; an answer may hold no time at all.
  if (!(seconds > 0)) return '0s';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return `${seconds}s`;
  if (hours < 1) return `${minutes}m`;
  if (hours < 24) return `${hours}h${withoutZero(minutes % 60, 'm')}`;
  return `${Math.floor(hours / 24)}d${withoutZero(hours % 24, 'h')}`;
}

function withoutZero(number: number, unit: string): string {
  return number === 0 ? '' : `${number}${unit}`;
}

/** `since 12:01 UTC (6s)`, with the date when it was not today. `since` is ISO 8601. */
export function sinceWhen(since: string, now: Date): string {
  const time = new Date(since);
  if (Number.isNaN(time.getTime())) return `since ${oneLine(since)}`;
  const iso = time.toISOString();
  const today = iso.slice(0, 10) === now.toISOString().slice(0, 10);
  return `since ${today ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC (${age(since, now)})`;
}

/**
 * Names of hosts, runs of numbers folded as `sealfarm.yaml` writes them: `pc1-[01-24], store-1`.
 * Runs shorter than three stay as they are.
 */
export function foldNames(names: readonly string[]): readonly string[] {
  const folded: string[] = [];
  for (let at = 0; at < names.length;) {
    const run = runLength(names.slice(at));
    const first = names[at] ?? '';
    const number = /\d+$/.exec(names[at + run - 1] ?? '')?.[0] ?? '';
    folded.push(run < 3 ? first : first.replace(/\d+$/, (start) => `[${start}-${number}]`));
    at += run < 3 ? 1 : run;
  }
  return folded;
}

/** So many names, or runs of them, are read. */
const MOST_NAMES = 12;

/** Names of hosts or workers in a line: runs folded, and a number for those that are too many. */
export function someNames(names: readonly string[]): string {
  return someOf(foldNames(names), MOST_NAMES);
}

/** How many names from the first on count up by one, all with the same width of digits or all without leading zeros. */
function runLength(names: readonly string[]): number {
  const match = /^(.*?)(\d+)$/.exec(names[0] ?? '');
  if (match === null) return 1;
  const [, stem = '', digits = ''] = match;
  const next = (step: number): string => stem + String(Number(digits) + step).padStart(digits.length, '0');
  let length = 1;
  while (length < names.length && names[length] === next(length)) length += 1;
  return length;
}
