import type { DesiredFarm, DesiredWorker } from '../desired/desired.js';
import { API_VARIABLES } from '../desired/worker-env.js';
import { lotusName } from '../observed/declared-names.js';
import type { MinerObservation, Observation, ObservedWorker } from '../observed/observed.js';
import { registeredAs } from '../observed/registered.js';
import { reveal, Secret } from '../secret/secret.js';
import { foreignStart } from './adopt-rules.js';
import { steps, type Plan } from './plan.js';

/** A worker of the file that runs. */
export interface Running {
  readonly declared: DesiredWorker;
  readonly seen: ObservedWorker;
}

export function runningWorkers({ hosts }: DesiredFarm, observation: Observation): readonly Running[] {
  return hosts.flatMap(({ name, workers }) => {
    const host = observation.hosts.get(name);
    if (host?.reached !== true) return [];
    return workers.flatMap((declared) => {
      const seen = host.workers.get(declared.name);
      return seen?.process === undefined ? [] : [{ declared, seen }];
    });
  });
}

/** Whoever is drained, or to be stopped: no plan restarts it. */
export function isResting({ declared: { drain, state } }: Running): boolean {
  return drain !== undefined || state !== 'running';
}

/** Who is cut off from the miner. */
export interface Holder {
  readonly worker: string;
  readonly token: Secret;
  readonly isDrained: boolean;
}

export function holdersAmong(running: readonly Running[]): readonly Holder[] {
  return running.flatMap((one) => {
    const token = otherToken(one);
    return token === undefined ? [] : [{ worker: one.declared.name, token, isDrained: isResting(one) }];
  });
}

/** With which it was started, where that is not the present one. */
function otherToken({ declared: { env }, seen: { process } }: Running): Secret | undefined {
  const present = env.find(({ name }) => name === TOKEN_VARIABLE)?.value;
  const own = process?.environ.get(TOKEN_VARIABLE);
  if (present === undefined || own === undefined) return undefined;
  const token = tokenIn(own.reveal());
  return token === tokenIn(reveal(present)) ? undefined : new Secret(token);
}

const TOKEN_VARIABLE = 'MINER_API_INFO';

/** Of `TOKEN:MULTIADDR`. */
function tokenIn(info: string): string {
  return info.slice(0, Math.max(0, info.indexOf(':')));
}

/** Whoever somebody else started by the repo of the miner shows no token: one that is cut off is not registered any more. */
export function lostAmong(running: readonly Running[], miner: MinerObservation): readonly string[] {
  if (!miner.reached) return [];
  return running
    .filter(({ seen: { process } }) => {
      const told = foreignStart(process);
      if (told === undefined || told.environ.has(TOKEN_VARIABLE)) return false;
      return registeredAs(miner, lotusName(told)) === undefined;
    })
    .map(({ declared }) => declared.name);
}

/** The same farm, once the miner gives another token. */
export function withAnotherToken(desired: DesiredFarm): DesiredFarm {
  const another = (worker: DesiredWorker): DesiredWorker => ({
    ...worker,
    env: worker.env.map((entry) =>
      API_VARIABLES.includes(entry.name)
        ? { ...entry, value: new Secret(`another-${reveal(entry.value)}`) }
        : entry,
    ),
  });
  return {
    ...desired,
    hosts: desired.hosts.map((host) => ({ ...host, workers: host.workers.map(another) })),
  };
}

/** Workers that a plan restarts. */
export function restartedBy(plan: Plan): ReadonlySet<string> {
  return new Set(
    steps(plan).flatMap(({ action, worker }) =>
      action.kind === 'restart' && worker !== undefined ? [worker] : [],
    ),
  );
}
