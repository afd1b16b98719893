import type { DesiredFarm } from '../desired/desired.js';
import { API_VARIABLES } from '../desired/worker-env.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { TaskCode } from '../lotus/task.js';
import type { Observation } from '../observed/observed.js';
import type { Secret } from '../secret/secret.js';
import type { RestartMiner } from './miner-action.js';
import { keptByNobody, restartAction } from './miner-restart.js';
import { ownWorkers } from './miner-rules.js';
import { steps, type Plan, type Step } from './plan.js';
import { ADOPT_IT, inTheWay, namesOf, notEnded, refusal } from './rotation-refusals.js';
import { holdersAmong, lostAmong, restartedBy, runningWorkers, type Holder } from './token-holders.js';

/** How far a change of the miner's token has come. */
export type RotationStage =
  | { readonly stage: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  | {
      /** The miner has another token than these workers were started with. */
      readonly stage: 'finish';
      readonly old: readonly Secret[];
      /** They are restarted with it. */
      readonly workers: readonly string[];
      /** No plan restarts these. */
      readonly drained: readonly string[];
      /** Nor these, as it is: somebody else started them, or their program is not one for this miner. */
      readonly left: readonly string[];
    }
  | {
      readonly stage: 'begin';
      /** The machine of lotus-miner. */
      readonly host: string;
      readonly action: RestartMiner;
      /** All that run. */
      readonly workers: readonly RotatedWorker[];
      /** Workers that the miner knows and the file does not: nobody gives them another token. */
      readonly strangers: readonly string[];
    };

export interface RotatedWorker {
  readonly host: string;
  readonly worker: string;
  readonly tasks: readonly TaskCode[];
}

/** @param plan what the farm lacks as it is: nothing else may be brought into effect by the restarts */
export function planRotation(desired: DesiredFarm, observation: Observation, plan: Plan): RotationStage {
  const running = runningWorkers(desired, observation);
  const holders = holdersAmong(running);
  if (holders.length > 0 && observation.miner.reached) {
    const others = steps(plan).filter((step) => !handsOut(step, desired, holders));
    if (others.length > 0) return { stage: 'refused', diagnostics: [moreThanToken(others)] };
    const old = new Map(holders.map(({ token }) => [token.reveal(), token]));
    const [drained = [], working = []] = [true, false].map((is) =>
      holders.filter(({ isDrained }) => isDrained === is).map(({ worker }) => worker),
    );
    const restarted = restartedBy(plan);
    const workers = working.filter((name) => restarted.has(name));
    const stay = working.filter((name) => !restarted.has(name));
    const left = [...stay, ...lostAmong(running, observation.miner)];
    return { stage: 'finish', old: [...old.values()], workers, drained, left };
  }
  const wrong = inTheWay(desired, observation, plan);
  if (wrong.length > 0) return { stage: 'refused', diagnostics: wrong };
  const { miner } = desired;
  const machine = observation.minerMachine;
  const [process, ...others] = machine?.reached === true ? machine.processes : [];
  if (miner === undefined || machine?.reached !== true || process === undefined || others.length > 0)
    return refused('it is not clear which lotus-miner runs there', 'Write `miner.repo` and `miner.user`.');
  const names = ownWorkers(machine);
  const action = restartAction(miner, { repo: machine.repo, process, ownWorkers: names });
  if (action === undefined) return { stage: 'refused', diagnostics: [keptByNobody(miner.host, process.pid)] };
  return {
    stage: 'begin',
    host: miner.host,
    action,
    workers: running.map(({ declared: { host, name, tasks } }) => ({ host, worker: name, tasks })),
    strangers: strangersOf(desired, observation, names),
  };
}

/** After all workers were given the present token: who has another one, or could not be looked at. */
export function notHandedOut(desired: DesiredFarm, observation: Observation): readonly Diagnostic[] {
  const unreached = desired.hosts.filter(({ name }) => observation.hosts.get(name)?.reached !== true);
  const running = runningWorkers(desired, observation);
  const holders = holdersAmong(running);
  const [drained, others] = [true, false].map((is) => holders.filter(({ isDrained }) => isDrained === is));
  return [
    ...(unreached.length === 0
      ? []
      : [notEnded(`${namesOf(unreached)} cannot be reached`, 'Bring it back, and run `sealfarm apply`.')]),
    ...(drained ?? []).map(({ worker }) =>
      notEnded(
        `${worker} is drained, was not restarted, and still has another one`,
        `Let it work (\`sealfarm resume ${worker}\`, or \`state: running\` where the file has it drained) and run \`sealfarm apply\`.`,
      ),
    ),
    ...(others ?? []).map(({ worker }) =>
      notEnded(
        `${worker} was not restarted and still has another one`,
        `Look at what \`sealfarm plan\` says of it, and with --restart-to-adopt; restarted, it has the present one.`,
      ),
    ),
    ...lostAmong(running, observation.miner).map((worker) =>
      notEnded(`${worker} was not started by sealfarm, and the miner does not know it`, ADOPT_IT),
    ),
  ];
}

/** Nobody has seen more of the plan. One that is stopped holds the token in its file alone. */
function handsOut(
  { worker, action, changes }: Step,
  { hosts }: DesiredFarm,
  holders: readonly Holder[],
): boolean {
  const isHolder = holders.some((holder) => holder.worker === worker);
  if (action.kind === 'enable-task') return isHolder;
  if (!changes.every(({ field }) => API_VARIABLES.includes(field))) return false;
  if (action.kind === 'restart') return isHolder;
  const declared = hosts.flatMap(({ workers }) => workers).find(({ name }) => name === worker);
  return action.kind === 'write-file' && action.path === declared?.files.envFile;
}

function moreThanToken(others: readonly Step[]): Diagnostic {
  const [first, ...more] = others.map(({ id }) => id);
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return notEnded(
    `the farm is not as the file says in other things, too (${first ?? ''}${rest})`,
    'Run `sealfarm apply` first: it shows all of it, and gives the workers the present token as well.',
  );
}

function strangersOf(
  { hosts }: DesiredFarm,
  { miner }: Observation,
  own: readonly string[],
): readonly string[] {
  const known = new Set([...own, ...hosts.flatMap(({ workers }) => workers.map(({ name }) => name))]);
  if (!miner.reached) return [];
  const names = [...miner.workers.values()].map(({ Info }) => Info.Hostname);
  return [...new Set(names)].filter((name) => !known.has(name));
}

function refused(why: string, help: string): RotationStage {
  return { stage: 'refused', diagnostics: [refusal(why, help)] };
}
