import type { DesiredFarm, DesiredWorker } from '../desired/desired.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import type { TaskCode } from '../lotus/task.js';
import type { Observation, ObservedWorker } from '../observed/observed.js';
import { reveal, Secret } from '../secret/secret.js';
import type { RestartMiner } from './miner-action.js';
import { keptByNobody, restartAction } from './miner-restart.js';
import { ownWorkers } from './miner-rules.js';
import { steps, type Plan, type Step } from './plan.js';

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
    const [drained = [], workers = []] = [true, false].map((is) =>
      holders.filter(({ isDrained }) => isDrained === is).map(({ worker }) => worker),
    );
    return { stage: 'finish', old: [...old.values()], workers, drained };
  }
  const wrong = inTheWay(plan, running);
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
  const holders = holdersAmong(runningWorkers(desired, observation));
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
        `Look at what \`sealfarm plan\` says of it; restarted, it has the present one.`,
      ),
    ),
  ];
}

interface Running {
  readonly declared: DesiredWorker;
  readonly seen: ObservedWorker;
}

function runningWorkers({ hosts }: DesiredFarm, observation: Observation): readonly Running[] {
  return hosts.flatMap(({ name, workers }) => {
    const host = observation.hosts.get(name);
    if (host?.reached !== true) return [];
    return workers.flatMap((declared) => {
      const seen = host.workers.get(declared.name);
      return seen?.process === undefined ? [] : [{ declared, seen }];
    });
  });
}

/** Who is cut off from the miner. */
interface Holder {
  readonly worker: string;
  readonly token: Secret;
  readonly isDrained: boolean;
}

function holdersAmong(running: readonly Running[]): readonly Holder[] {
  return running.flatMap(({ declared, seen }) => {
    const token = otherToken(declared, seen);
    const { name: worker, drain, state } = declared;
    return token === undefined
      ? []
      : [{ worker, token, isDrained: drain !== undefined || state !== 'running' }];
  });
}

/** With which it was started, where that is not the present one. */
function otherToken({ env }: DesiredWorker, { process }: ObservedWorker): Secret | undefined {
  const present = env.find(({ name }) => name === TOKEN_VARIABLE)?.value;
  const own = process?.environ.get(TOKEN_VARIABLE);
  if (present === undefined || own === undefined) return undefined;
  const token = tokenIn(own.reveal());
  return token === tokenIn(reveal(present)) ? undefined : new Secret(token);
}

const TOKEN_VARIABLE = 'MINER_API_INFO';

/** Nobody has seen more of the plan. One that is stopped holds the token in its file alone. */
function handsOut(
  { worker, action, changes }: Step,
  { hosts }: DesiredFarm,
  holders: readonly Holder[],
): boolean {
  const isHolder = holders.some((holder) => holder.worker === worker);
  if (action.kind === 'enable-task') return isHolder;
  if (!changes.every(({ field }) => field === TOKEN_VARIABLE)) return false;
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

/** Of `TOKEN:MULTIADDR`. */
function tokenIn(info: string): string {
  return info.slice(0, Math.max(0, info.indexOf(':')));
}

/** Whoever could not be made quiet, or not be restarted afterwards, would be cut off from the miner. */
function inTheWay(plan: Plan, running: readonly Running[]): readonly Diagnostic[] {
  if (hasErrors(plan.diagnostics)) return plan.diagnostics.filter(({ severity }) => severity === 'error');
  const unreached = plan.hosts.filter(({ reached }) => !reached).map(({ host }) => host);
  if (unreached.length > 0)
    return [refusal(`${unreached.join(', ')} cannot be reached`, 'Bring it back first.')];
  if (steps(plan).length > 0)
    return [
      refusal(
        'the farm is not as the file says',
        'Run `sealfarm apply` first, so that restarts change the token alone.',
      ),
    ];
  // The same restart would bring it into effect, and may leave proofs to nobody.
  if ((plan.miner?.pending.length ?? 0) > 0 || plan.diagnostics.some(({ code }) => code === 'SF659'))
    return [
      refusal(
        'a restart of lotus-miner is pending, which would bring more into effect',
        'Run `sealfarm apply --restart-miner` first, or take it back in config.toml.',
      ),
    ];
  const resting = running.filter(
    ({ declared: { drain, state } }) => drain !== undefined || state !== 'running',
  );
  if (resting.length > 0)
    return [
      refusal(
        `${namesOf(resting.map(({ declared }) => declared))} ${resting.length === 1 ? 'is' : 'are'} drained and would not be restarted`,
        'Let it work (`sealfarm resume`), or stop it, first.',
      ),
    ];
  const silent = running.filter(({ seen }) => seen.process?.live.reached !== true);
  if (silent.length === 0) return [];
  return [
    refusal(
      `${namesOf(silent.map(({ declared }) => declared))} runs but does not answer`,
      'Wait until it does, or stop it.',
    ),
  ];
}

function namesOf(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(', ');
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

function refusal(why: string, help: string): Diagnostic {
  return problem(`the token of the miner is not changed: ${why}`, help);
}

/** The miner has another one already. */
function notEnded(why: string, help: string): Diagnostic {
  return problem(`the token of the miner was changed, and not all workers have it: ${why}`, help);
}

function problem(message: string, help: string): Diagnostic {
  return { code: 'SF653', severity: 'error', message, help };
}
