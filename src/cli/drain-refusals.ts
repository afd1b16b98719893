import { nearestTo } from '../config/wording.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { refusals, type Refusal } from '../drain/refusals.js';
import type { Farm, Rollout } from '../farm/farm.js';
import { comesBack } from '../observed/comes-back.js';
import { asDrained, intentsOf } from '../observed/intents.js';
import type { Observation } from '../observed/observed.js';
import { someOf } from '../view/words.js';
import type { TargetWorker } from './targets.js';

/** Why these workers are not drained; that nobody else does what they do may be meant. */
export function refusedDrains(
  targets: readonly TargetWorker[],
  observation: Observation,
  { minAvailable }: Pick<Rollout, 'minAvailable'>,
  { allowLast, stop }: { readonly allowLast?: boolean; readonly stop: boolean },
): readonly Diagnostic[] {
  const { miner } = observation;
  const renamed = targets.flatMap((target) => stillAs(target, observation) ?? []);
  const kept = stop ? targets.flatMap((target) => cannotStop(target, observation) ?? []) : [];
  if (renamed.length + kept.length > 0 || allowLast === true) return [...renamed, ...kept];
  const names = targets.map(({ worker }) => worker.name);
  if (!miner.reached) return [miner.diagnostic];
  return refusals(names, observation, miner, minAvailable).map((refusal) =>
    refusalDiagnostic(refusal, NOTHING_DONE),
  );
}

const NOTHING_DONE = 'Nothing was changed. ';

/**
 * Two drains that are asked for at once each count on the workers of the other: why this one cannot stay. Each is on its
 * hosts before it looks again, so that at least one of them sees the other. What cannot be seen any more may be drained.
 * @param before as the drain saw the farm when it was let begin
 * @param now as the farm is since it is noted
 */
export function crossedDrains(
  targets: readonly TargetWorker[],
  before: Observation,
  now: Observation,
  { minAvailable }: Pick<Rollout, 'minAvailable'>,
): readonly Diagnostic[] {
  const { miner } = before;
  const names = targets.map(({ worker }) => worker.name);
  const known = intentsOf(before);
  const others = [...intentsOf(now)].filter(([name]) => !names.includes(name) && !known.has(name));
  const unseen = lostFromSight(before, now).filter((name) => !names.includes(name) && !known.has(name));
  if (!miner.reached || others.length + unseen.length === 0) return [];
  const askers = [
    ...others.map(([name, { who }]) => `${name} is drained meanwhile by ${who}`),
    ...unseen.map((name) => `${name} cannot be seen any more`),
  ];
  const seen = asDrained(before, new Set([...others.map(([name]) => name), ...unseen]));
  const refused = refusals(names, seen, miner, minAvailable);
  return refused.map((refusal) => refusalDiagnostic(refusal, `It is taken back, as ${someOf(askers, 3)}. `));
}

function lostFromSight(before: Observation, now: Observation): readonly string[] {
  return [...before.hosts].flatMap(([name, host]) =>
    host.reached && now.hosts.get(name)?.reached !== true ? [...host.workers.keys()] : [],
  );
}

/** Under its new name nothing of it can be seen. */
function stillAs({ host, worker }: TargetWorker, { hosts }: Observation): Diagnostic | undefined {
  const seen = hosts.get(host.name);
  const old = worker.renamedFrom;
  if (seen?.reached !== true || old === undefined || seen.departed?.get(old)?.process === undefined)
    return undefined;
  return {
    code: 'SF644',
    severity: 'error',
    message: `${worker.name} still runs as ${old}: it is not known under its new name yet`,
    place: { kind: 'host', host: host.name, worker: worker.name },
    help: 'Nothing was changed. Apply first, which gives it its new name, then drain it; or take `renamedFrom` back.',
  };
}

function cannotStop(
  { host, worker: { name } }: TargetWorker,
  { hosts }: Observation,
): Diagnostic | undefined {
  const seen = hosts.get(host.name);
  const kept = seen?.reached === true ? comesBack(seen.workers.get(name)?.process) : undefined;
  if (kept === undefined) return undefined;
  return {
    code: kept.code,
    severity: 'error',
    message: `${name} cannot be stopped: ${kept.why}`,
    place: { kind: 'host', host: host.name, worker: name },
    help: `${NOTHING_DONE}Say --no-stop to empty it. ${kept.remedy}.`,
  };
}

function refusalDiagnostic(refusal: Refusal, done: string): Diagnostic {
  const names = someOf(refusal.workers, 5);
  switch (refusal.kind) {
    case 'last-of-task':
      return {
        code: 'SF641',
        severity: 'error',
        message: `nobody but ${names} takes ${refusal.task}`,
        help: `${done}Give another worker ${refusal.task} first, or say --allow-last.`,
      };
    case 'too-few': {
      const { task, least } = refusal;
      return {
        code: 'SF633',
        severity: 'error',
        message: `${names} cannot be drained now: fewer than ${least} would go on doing ${task}`,
        help: `${done}Bring the other workers for ${task} back first, or lower \`rollout.minAvailable\`. Where it is meant so, say --allow-last.`,
      };
    }
    case 'only-pc2': {
      const feeders = refusal.feeders.map(({ worker, path }) => `${worker} (${path})`);
      return {
        code: 'SF642',
        severity: 'error',
        message: `what ${someOf(feeders, 3)} seals goes to ${names} alone for PC2, through ${refusal.groups.join(', ')}`,
        help: `${done}Let the path go to the group of another worker with PC2 first, or say --allow-last.`,
      };
    }
    default:
      return unreachable(refusal);
  }
}

/** A group of `--resolve` that neither the file nor the miner's index knows. */
export function unknownGroup(
  { storageGroups }: Farm,
  { miner }: Observation,
  groups: readonly string[],
): Diagnostic | undefined {
  const indexed = miner.reached ? [...miner.storage.values()].flatMap(({ info }) => info.Groups ?? []) : [];
  const known = [...new Set([...storageGroups, ...indexed])];
  const stray = groups.find((group) => !known.includes(group));
  if (stray === undefined) return undefined;
  const meant = nearestTo(stray, known);
  return {
    code: 'SF643',
    severity: 'error',
    message: `--resolve allow-to=${stray}: no such storage group${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    help: `There are: ${known.slice(0, 12).join(', ') || 'none'}`,
  };
}
