import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { releaseOf, seriesOf } from '../../lotus/release.js';
import { placeOf, seenWorkers, type LiveCheck, type LiveContext, type SeenWorker } from './context.js';

/**
 * Workers of another Lotus than the others. The miner takes a worker whose API has the major and minor number of its
 * own code, which it does not tell: the workers it has taken show it. Lotus: node/impl/remoteworker.go
 */
export const versionSkew: LiveCheck = function* (context) {
  const answering = seenWorkers(context).flatMap((seen) => {
    const version = context.versions.workers.get(seen.worker.name);
    return version === undefined ? [] : [{ seen, version }];
  });
  const taken = answering.filter(({ seen }) => seen.registered?.Enabled === true);
  const wanted = mostCommon((taken.length > 0 ? taken : answering).map(({ version }) => version));
  for (const { seen, version } of answering) {
    if (wanted === undefined || version === wanted) continue;
    yield skew(seen, version, wanted, context);
  }
};

/** What the miner may still take can have other faults, limits and defaults. */
export const programSkew: LiveCheck = function* (context) {
  const miner = context.versions.miner;
  if (miner === undefined) return;
  for (const seen of seenWorkers(context)) {
    const program = seen.facts?.version;
    if (program === undefined || releaseOf(program) === releaseOf(miner)) continue;
    const message = `this program is lotus-worker ${releaseOf(program)}, and the miner runs ${releaseOf(miner)}`;
    const place = placeOf(seen, seen.worker.binary);
    const help =
      'Install the lotus-worker that belongs to the miner, and restart the workers that run another one.';
    // One of another API ends at its start, or is not taken.
    const left = seen.observed.process !== undefined && seen.registered?.Enabled !== true;
    yield left && seriesOf(program) !== seriesOf(miner)
      ? {
          code: 'SF524',
          severity: 'error',
          message: `the miner has not taken this worker: ${message}`,
          place,
          help,
        }
      : { code: 'SF524', severity: 'warning', message, place, help };
  }
};

function skew(seen: SeenWorker, version: number, wanted: number, { versions }: LiveContext): Diagnostic {
  const numbers = `worker API ${versionWords(version)}, the other workers ${versionWords(wanted)}`;
  const help = `Install the same lotus-worker on all hosts${versions.miner === undefined ? '' : `, that of the miner (${versions.miner})`}, and restart the worker.`;
  const place = placeOf(seen);
  // The last number does not matter to the miner.
  const refused = version >> 8 !== wanted >> 8 && seen.registered?.Enabled !== true;
  return refused
    ? {
        code: 'SF524',
        severity: 'error',
        message: `the miner does not take this worker: it has the ${numbers}`,
        place,
        help,
      }
    : {
        code: 'SF524',
        severity: 'warning',
        message: `the worker is of another Lotus: it has the ${numbers}`,
        place,
        help,
      };
}

function mostCommon(versions: readonly number[]): number | undefined {
  const count = (version: number): number => versions.filter((other) => other === version).length;
  return [...new Set(versions)].sort((a, b) => count(b) - count(a) || b - a)[0];
}

/** `1.7.0` */
function versionWords(version: number): string {
  return [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.');
}
