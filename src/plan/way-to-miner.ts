import type { DesiredHost } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { MinerObservation, ObservedHost } from '../observed/observed.js';
import { registeredAs } from '../observed/registered.js';
import type { Step } from './plan.js';

/**
 * Why no worker may be started on a host: it would wait for the miner, for ever. What one of its workers does all the
 * time is known to be possible, whatever sshd says.
 */
export function noWayToMiner(
  { name, workers }: DesiredHost,
  { noWayToMiner: why }: ObservedHost,
  miner: MinerObservation,
): Diagnostic | undefined {
  if (why === undefined) return undefined;
  if (workers.some((worker) => registeredAs(miner, worker.name)?.Enabled === true)) return undefined;
  return {
    code: 'SF595',
    severity: 'error',
    message: `its workers do not reach the miner, which others do: ${why.message}`,
    place: { kind: 'host', host: name },
    help: 'Look at routes and firewalls between this host and `miner.api`. Until then no worker is started or restarted there.',
  };
}

/** Whether after this step a process must reach the miner. */
export function needsMiner({ action }: Step): boolean {
  return action.kind === 'start' || action.kind === 'restart';
}
