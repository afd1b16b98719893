import type { DesiredHost, DesiredWorker } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { MinerObservation, ObservedHost } from '../observed/observed.js';
import { reveal } from '../secret/secret.js';
import { registeredAs } from '../observed/registered.js';
import type { Step } from './plan.js';

/**
 * Why no worker may be started on a host: it would wait for the miner, for ever. What one of its workers does all the
 * time is known to be possible, whatever sshd says.
 */
export function noWayToMiner(
  { name, workers }: DesiredHost,
  host: ObservedHost,
  miner: MinerObservation,
): Diagnostic | undefined {
  const { noWayToMiner: why } = host;
  if (why === undefined) return undefined;
  const hasWay = (worker: DesiredWorker): boolean =>
    registeredAs(miner, worker.name)?.Enabled === true && goesThere(worker, host);
  if (workers.some(hasWay)) return undefined;
  return {
    code: 'SF595',
    severity: 'error',
    message: `its workers do not reach the miner, which others do: ${why.message}`,
    place: { kind: 'host', host: name },
    help: 'Look at routes and firewalls between this host and `miner.api`. Until then no worker is started or restarted there.',
  };
}

/** Whether it talks to the miner at the declared address already, and not at an earlier one. */
function goesThere({ name, env }: DesiredWorker, { workers }: ObservedHost): boolean {
  const declared = env.find((variable) => variable.name === API_INFO)?.value;
  const now = workers.get(name)?.process?.environ.get(API_INFO);
  return (
    declared !== undefined && now !== undefined && addressIn(reveal(declared)) === addressIn(reveal(now))
  );
}

const API_INFO = 'MINER_API_INFO';

/** Of `TOKEN:MULTIADDR`. */
function addressIn(info: string): string {
  return info.slice(info.indexOf(':') + 1);
}

/** Whether after this step a process must reach the miner. */
export function needsMiner({ action }: Step): boolean {
  return action.kind === 'start' || action.kind === 'restart';
}
