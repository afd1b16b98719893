import type { WrittenMulticoreSdr } from '../config/written.gen.js';
import { lost, type Report } from './report.js';

const DEFAULT_PRODUCERS = 3;

/** Lotus counts the threads of PC1 by `1` alone, rust-fil-proofs takes `true` as well. */
export function readMulticore(
  env: Readonly<Record<string, string>>,
  report: Report,
): WrittenMulticoreSdr | undefined {
  const use = env['FIL_PROOFS_USE_MULTICORE_SDR'];
  if (use !== '1' && use !== 'true') return undefined;
  if (use === 'true')
    report(
      lost(
        'FIL_PROOFS_USE_MULTICORE_SDR is true, for which Lotus counts one thread for each PC1; with `multicoreSdr` it counts all of them',
        'Look with `sealfarm capacity` whether as many PC1 still fit.',
      ),
    );
  const text = env['FIL_PROOFS_MULTICORE_SDR_PRODUCERS'] ?? String(DEFAULT_PRODUCERS);
  const producers = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (producers < 1 || producers > 1024) {
    report(
      lost(
        `FIL_PROOFS_MULTICORE_SDR_PRODUCERS is no number from 1 to 1024: ${DEFAULT_PRODUCERS} are written`,
        'Write `multicoreSdr: { producers: … }`.',
      ),
    );
    return true;
  }
  return producers === DEFAULT_PRODUCERS ? true : { producers };
}
