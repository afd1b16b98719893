import type { WrittenMulticoreSdr } from '../config/written.gen.js';
import { isMulticoreSdr, sdrProducers, USUAL_PRODUCERS } from '../lotus/multicore-sdr.js';
import { lost, type Report } from './report.js';

/** Lotus counts the threads of PC1 by `1` alone, rust-fil-proofs takes `true` and others as well. */
export function readMulticore(
  env: Readonly<Record<string, string>>,
  report: Report,
): WrittenMulticoreSdr | undefined {
  const use = env['FIL_PROOFS_USE_MULTICORE_SDR'];
  if (use === undefined || !isMulticoreSdr(use)) return undefined;
  if (use !== '1')
    report(
      lost(
        `FIL_PROOFS_USE_MULTICORE_SDR is ${use}, for which Lotus counts one thread for each PC1; with \`multicoreSdr\` it counts all of them`,
        'Look with `sealfarm capacity` whether as many PC1 still fit.',
      ),
    );
  const producers = sdrProducers(env['FIL_PROOFS_MULTICORE_SDR_PRODUCERS']);
  if (producers === undefined) {
    report(
      lost(
        `FIL_PROOFS_MULTICORE_SDR_PRODUCERS is no number from 1 to 1024: ${USUAL_PRODUCERS} are written`,
        'Write `multicoreSdr: { producers: … }`.',
      ),
    );
    return true;
  }
  return producers === USUAL_PRODUCERS ? true : { producers };
}
