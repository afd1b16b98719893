import { success } from '../diagnostic/result.js';
import type { DrainIntent } from '../host/manifest.js';
import { intentsOf, withRenamed } from '../observed/intents.js';
import { planIntents, type IntentChanges } from '../plan/intent-plan.js';
import type { Plan } from '../plan/plan.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import { carryOut, type CarryOutOptions, type Outcome } from './carry-out.js';
import type { OnFarm } from './on-farm.js';
import type { TargetWorker } from './targets.js';
import type { Terminal } from './terminal.js';

/** What a worker's drain shall be; undefined where it shall work. `present` is the drain that holds now. */
export type Wanted = (present: DrainIntent | undefined) => DrainIntent | undefined;

/** Changes what the hosts remember of drains, so that it outlives this command, crashes and reboots. */
export function changeIntents(
  on: OnFarm,
  terminal: Terminal,
  probe: FarmProbe,
  targets: readonly TargetWorker[],
  wanted: Wanted,
  options: CarryOutOptions,
): Promise<Outcome> {
  const { workspace } = on;
  const replan = (seen: FarmProbe): Plan => {
    const present = withRenamed(intentsOf(seen.observation), workspace.farm);
    const changes: IntentChanges = new Map(
      targets.map(({ worker }) => [worker.name, wanted(present.get(worker.name))]),
    );
    const after = [...new Map<string, DrainIntent | undefined>([...present, ...changes])];
    const holding = new Map(
      after.flatMap(([name, intent]) => (intent === undefined ? [] : [[name, intent]])),
    );
    return planIntents(workspace.desired(holding), seen.observation, changes);
  };
  return carryOut(on, terminal, replan(probe), { ...options, unseen: true }, (fresh) =>
    success(replan(fresh)),
  );
}

/**
 * Not written down on its host, a drain would be forgotten by a restart: such a worker is left at work. What cannot be written
 * is an error of the plan at the worker or its host, or SF513, which is at no host.
 */
export function isUndone({ host, worker }: TargetWorker, { undone, wrong }: Outcome): boolean {
  const places = wrong.flatMap(({ severity, place, code }): Outcome['undone'] => {
    if (severity !== 'error') return [];
    if (code === 'SF513') return [{ host: host.name }];
    return place?.kind === 'host' ? [place] : [];
  });
  return [...undone, ...places].some(
    (one) => one.host === host.name && (one.worker ?? worker.name) === worker.name,
  );
}
