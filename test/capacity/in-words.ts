import type { Count, WorkerCapacity } from '../../src/capacity/capacity.js';

/** `5 limit`, `0 memory 62/40` with bytes in GiB, `unlimited`. */
function countWords(counted: Count): string {
  if (counted.count === 'unlimited') return counted.count;
  const { count, binds, needs } = counted;
  if (needs === undefined) return `${count} ${binds}`;
  const unit = binds === 'threads' || binds === 'gpus' ? 1 : 2 ** 30;
  return `${count} ${binds} ${needs.needed / unit}/${needs.available / unit}`;
}

/** `AP 5 limit` of each task that is in the mix. */
export function mixWords({ tasks }: WorkerCapacity): readonly string[] {
  return tasks.flatMap(({ code, mixed }) => (mixed === undefined ? [] : [`${code} ${countWords(mixed)}`]));
}

/** By task. */
export function aloneWords({ tasks }: WorkerCapacity): Readonly<Record<string, string>> {
  return Object.fromEntries(tasks.map(({ code, alone }) => [code, countWords(alone)]));
}
