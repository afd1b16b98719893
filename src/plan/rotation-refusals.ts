import type { DesiredFarm, DesiredWorker } from '../desired/desired.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import type { Observation } from '../observed/observed.js';
import { foreignStart } from './adopt-rules.js';
import { configProblem } from './config-problem.js';
import { makePlan } from './make-plan.js';
import { steps, type Plan } from './plan.js';
import { isResting, restartedBy, runningWorkers, withAnotherToken, type Running } from './token-holders.js';

/** Whoever could not be made quiet, or not be restarted afterwards, would be cut off from the miner. */
export function inTheWay(desired: DesiredFarm, observation: Observation, plan: Plan): readonly Diagnostic[] {
  const running = runningWorkers(desired, observation);
  if (hasErrors(plan.diagnostics)) return plan.diagnostics.filter(({ severity }) => severity === 'error');
  const unread = configUnread(desired, observation);
  if (unread !== undefined) return [unread];
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
  if (plan.diagnostics.some(({ code }) => code === 'SF585'))
    return [
      refusal(
        'config.toml was written since lotus-miner started, and its restart may bring more into effect',
        'Look at the file, and run `sealfarm apply --restart-miner` first.',
      ),
    ];
  const resting = running.filter(isResting);
  if (resting.length > 0)
    return [
      refusal(
        `${whoOf(resting)} ${resting.length === 1 ? 'is' : 'are'} drained and would not be restarted`,
        'Let it work (`sealfarm resume`), or stop it, first.',
      ),
    ];
  const silent = running.filter(({ seen }) => seen.process?.live.reached !== true);
  if (silent.length > 0)
    return [refusal(`${whoOf(silent)} runs but does not answer`, 'Wait until it does, or stop it.')];
  return notRestarted(desired, observation, running);
}

/** A lotus-miner that cannot read its config.toml does not start again, also where the file asks for nothing in it. */
function configUnread({ miner }: DesiredFarm, { minerMachine }: Observation): Diagnostic | undefined {
  if (miner === undefined || minerMachine?.reached !== true) return undefined;
  const problem = configProblem(miner.host, minerMachine);
  return problem === undefined
    ? undefined
    : refusal(problem.message, problem.help ?? 'Mend config.toml first.');
}

/** A new token alone is no reason to restart what somebody else started; and what else is in the way shows only once it is there. */
function notRestarted(
  desired: DesiredFarm,
  observation: Observation,
  running: readonly Running[],
): readonly Diagnostic[] {
  const { miner } = observation;
  // From then on it knows none of them.
  const after = { ...observation, miner: miner.reached ? { ...miner, workers: new Map() } : miner };
  const plan = makePlan(withAnotherToken(desired), after);
  const restarted = restartedBy(plan);
  const left = running.filter(({ declared }) => !restarted.has(declared.name));
  const [foreign = [], own = []] = [true, false].map((is) =>
    left.filter(({ seen }) => (foreignStart(seen.process) !== undefined) === is),
  );
  return [
    ...(foreign.length === 0
      ? []
      : [
          refusal(
            `${whoOf(foreign)} was not started by sealfarm and would not be restarted afterwards`,
            ADOPT_IT,
          ),
        ]),
    ...(own.length === 0
      ? []
      : [
          refusal(
            `${whoOf(own)} would not be restarted afterwards`,
            'Mend what is said of it first, or stop it.',
          ),
        ]),
    ...plan.diagnostics.filter((one) => own.some(({ declared }) => isAbout(one, declared))),
  ];
}

export const ADOPT_IT = 'Let sealfarm restart it first (`sealfarm apply --restart-to-adopt`), or end it.';

/** Or about its host as a whole. */
function isAbout({ place }: Diagnostic, { host, name }: DesiredWorker): boolean {
  return place?.kind === 'host' && place.host === host && (place.worker ?? name) === name;
}

function whoOf(running: readonly Running[]): string {
  return namesOf(running.map(({ declared }) => declared));
}

export function namesOf(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(', ');
}

export function refusal(why: string, help: string): Diagnostic {
  return problem(`the token of the miner is not changed: ${why}`, help);
}

/** The miner has another one already. */
export function notEnded(why: string, help: string): Diagnostic {
  return problem(`the token of the miner was changed, and not all workers have it: ${why}`, help);
}

function problem(message: string, help: string): Diagnostic {
  return { code: 'SF653', severity: 'error', message, help };
}
