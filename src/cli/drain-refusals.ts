import { nearestTo } from '../config/wording.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { refusals, type Refusal } from '../drain/refusals.js';
import type { Farm } from '../farm/farm.js';
import type { Observation } from '../observed/observed.js';
import { someOf } from '../view/words.js';

/** Why these workers shall not be drained unless that is said to be meant. */
export function lastOfTheirKind(workers: readonly string[], observation: Observation): readonly Diagnostic[] {
  const { miner } = observation;
  return miner.reached ? refusals(workers, observation, miner).map(refusalDiagnostic) : [];
}

function refusalDiagnostic(refusal: Refusal): Diagnostic {
  const names = someOf(refusal.workers, 5);
  switch (refusal.kind) {
    case 'last-of-task':
      return {
        code: 'SF641',
        severity: 'error',
        message: `nobody but ${names} takes ${refusal.task}`,
        help: `Nothing was changed. Give another worker ${refusal.task} first, or say --allow-last.`,
      };
    case 'only-pc2': {
      const feeders = refusal.feeders.map(({ worker, path }) => `${worker} (${path})`);
      return {
        code: 'SF642',
        severity: 'error',
        message: `what ${someOf(feeders, 3)} seals goes to ${names} alone for PC2, through ${refusal.groups.join(', ')}`,
        help: 'Nothing was changed. Let the path go to the group of another worker with PC2 first, or say --allow-last.',
      };
    }
    default:
      return unreachable(refusal);
  }
}

/** A group of `--resolve` that the file does not declare. */
export function unknownGroup({ storageGroups }: Farm, groups: readonly string[]): Diagnostic | undefined {
  const stray = groups.find((group) => !storageGroups.includes(group));
  if (stray === undefined) return undefined;
  const meant = nearestTo(stray, storageGroups);
  return {
    code: 'SF643',
    severity: 'error',
    message: `--resolve allow-to=${stray}: no such storage group${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    help: `The file declares: ${storageGroups.slice(0, 12).join(', ') || 'none'}`,
  };
}
