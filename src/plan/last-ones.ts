import type { DesiredFarm } from '../desired/desired.js';
import type { Diagnostic, Severity } from '../diagnostic/diagnostic.js';
import { BUILTIN_POSTS } from '../lotus/miner-keys.js';
import { task, type TaskCode } from '../lotus/task.js';
import type { Observation } from '../observed/observed.js';
import { leavesToWorkers } from './miner-machine.js';
import type { Plan, Step, Turn } from './plan.js';
import type { Member } from './waves.js';

type Order = Pick<Plan, 'waves'>;

/** Whether the miner proves by itself stands in its config.toml, which is seen where its machine is looked at. */
export function lastPosts(
  { waves }: Order,
  planned: readonly Step[],
  desired: DesiredFarm,
  observation: Observation,
): readonly Diagnostic[] {
  const turns = waves.flatMap((wave) => wave.turns);
  const endings = endingsIn(planned);
  return BUILTIN_POSTS.flatMap(({ code, name, key }) => {
    const left = leavesToWorkers(desired, observation, key);
    if (left === false) return [];
    return turns
      .filter(({ alone }) => alone.includes(`last-of-task ${code}`))
      .map(({ host, worker }): Diagnostic => {
        const ending = endings.get(worker);
        // One that is restarted has its turn when no proof is due.
        const severity: Severity = left === true && ending !== undefined ? 'error' : 'warning';
        const when = ending?.forProofs ?? ': while it is away';
        const nobody =
          left === true ? `proves: lotus-miner has ${key} set` : `proves if the miner has ${key} set`;
        return {
          code: 'SF562',
          severity,
          message: `${worker} is the only worker for ${name} that runs${when}, nobody ${nobody}`,
          place: { kind: 'host', host, worker },
          help:
            ending === undefined
              ? 'See that no deadline opens meanwhile (lotus-miner proving deadlines), or start a second one first.'
              : `Start another one for ${name} first, or take ${key} out of the config.toml of the miner.`,
        };
      });
  });
}

/** What nobody does any more when a worker has gone that does not come back. */
export function lastSealers(
  { waves }: Order,
  planned: readonly Step[],
  members: readonly Member[],
  desired: DesiredFarm,
): readonly Diagnostic[] {
  const endings = endingsIn(planned);
  const starting = new Set(planned.flatMap(({ action, worker }) => (action.kind === 'start' ? worker : [])));
  const coming = members.filter(({ worker, steps }) => starting.has(worker) || steps.length > 0);
  const fed = fedGroups(desired);
  return waves
    .flatMap((wave) => wave.turns)
    .flatMap((turn): readonly Diagnostic[] => {
      const ending = endings.get(turn.worker);
      const what = ending === undefined ? '' : lostWords(turn, coming, fed);
      return what === '' ? [] : [lost(turn, what, ending?.forTasks ?? '')];
    });
}

/** Those to which the sealing paths of workers that stay let sectors go. */
function fedGroups({ hosts }: DesiredFarm): ReadonlySet<string> {
  const staying = hosts.flatMap(({ workers }) => workers.filter(({ state }) => state === 'running'));
  return new Set(
    staying.flatMap(({ storage }) =>
      storage.flatMap(({ settings }) => (settings.CanSeal ? settings.AllowTo : [])),
    ),
  );
}

/** `PC2, C2`, or `PC2 of group-1`, which goes without saying where nobody does PC2 at all. Proofs are another matter. */
function lostWords({ alone }: Turn, coming: readonly Member[], fed: ReadonlySet<string>): string {
  const names = (start: string): readonly string[] =>
    alone.flatMap((loss) => (loss.startsWith(start) ? [loss.slice(start.length)] : []));
  const codes = names('last-of-task ').filter(
    (code) =>
      task(code as TaskCode).kind === 'sealing' &&
      !coming.some(({ tasks }) => tasks.includes(code as TaskCode)),
  );
  const groups = names('only-pc2-of-group ').filter(
    (group) =>
      fed.has(group) && !coming.some(({ tasks, groups }) => tasks.includes('PC2') && groups.includes(group)),
  );
  const ofGroups = codes.includes('PC2') || groups.length === 0 ? [] : [`PC2 of ${groups.join(', ')}`];
  return [...codes, ...ofGroups].join(', ');
}

function lost({ host, worker }: Turn, what: string, ending: string): Diagnostic {
  return {
    code: 'SF565',
    severity: 'warning',
    message: `${worker} is the only worker for ${what} that runs, and ${ending}: from then on nobody does it`,
    place: { kind: 'host', host, worker },
    help: 'Give another worker the task first. Sectors that still need it wait until somebody does it.',
  };
}

interface Ending {
  readonly forProofs: string;
  readonly forTasks: string;
}

/** Of workers that do not come back: from when on they do nothing. The proofs of a drained one stay on until its end. */
function endingsIn(planned: readonly Step[]): ReadonlyMap<string, Ending> {
  return new Map(
    planned.flatMap(({ worker = '', action }) => {
      if (action.kind === 'remove-worker') {
        const forTasks = 'it is stopped for good';
        return [[worker, { forTasks, forProofs: `, and ${forTasks}: from then on` }] as const];
      }
      if (action.kind !== 'drain') return [];
      const forTasks = `the file wants it ${action.stop ? 'stopped' : 'drained'}`;
      const from = action.stop ? 'from then on' : 'once its process has ended';
      return [[worker, { forTasks, forProofs: `, and ${forTasks}: ${from}` }] as const];
    }),
  );
}
