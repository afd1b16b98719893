import { quote } from '../../config/wording.js';
import type { PlacedWorker } from '../../farm/rules/rule.js';
import { listed } from '../hardware/words.js';

const MOST = 3;

/** `'worker-1', 'worker-2' and 'worker-3'`; the fourth and further ones only as a number. */
export function quoted(names: readonly string[]): string {
  const more = names.length - MOST;
  return listed([...names.slice(0, MOST).map(quote), ...(more > 0 ? [`${more} more`] : [])]);
}

/** The names of workers, each once. */
export function workerNames(workers: readonly PlacedWorker[]): readonly string[] {
  return [...new Set(workers.map(({ worker }) => worker.name))];
}
