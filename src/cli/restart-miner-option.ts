import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm } from '../farm/farm.js';
import { DEFAULT_RESTART } from '../farm/miner-restart.js';
import { steps, type Plan } from '../plan/plan.js';
import { loadCheckedFarm } from './load-farm.js';

export const RESTART_MINER =
  'restart lotus-miner where its config.toml or its program on disk waits for that, or a variable outranks config.toml, as soon as no WindowPoSt is due';

/** With `--restart-miner` the file counts as if it said `restart: whenSafe`, also where nobody knows by what lotus-miner goes. */
export function loaderFor({ restartMiner }: { readonly restartMiner?: boolean }): typeof loadCheckedFarm {
  if (restartMiner !== true) return loadCheckedFarm;
  return async (file, terminal) => {
    const farm = await loadCheckedFarm(file, terminal);
    return farm === undefined ? undefined : restartingMiner(farm);
  };
}

function restartingMiner(farm: Farm): Farm {
  const restart = { ...(farm.miner.restart ?? DEFAULT_RESTART), when: 'asked' } as const;
  return { ...farm, miner: { ...farm.miner, restart } };
}

/** Why nothing comes of `--restart-miner`, where the plan itself does not say it. */
export function notRestarted({ miner }: Farm, plan: Plan): readonly Diagnostic[] {
  if (steps(plan).some(({ action }) => action.kind === 'restart-miner')) return [];
  if (miner.host === undefined)
    return [notNeeded('the file does not name the machine of lotus-miner', 'Write `miner.host`.')];
  const { name } = miner.host;
  // Other things may be said of that machine, as of workers there.
  const isSaid = plan.diagnostics.some(
    ({ code, severity, place }) =>
      place?.kind === 'host' && place.host === name && (severity === 'error' || code.startsWith('SF58')),
  );
  if (isSaid || (plan.miner?.pending.length ?? 0) > 0) return [];
  return [
    notNeeded(
      'it goes by all that its config.toml says, and no other program is seen on disk',
      'Leave `--restart-miner` out. Another program on disk is seen by root or the user of lotus-miner, and not in a container: else restart it by hand, when `lotus-miner proving deadlines` has none open or near.',
    ),
  ];
}

function notNeeded(why: string, help: string): Diagnostic {
  return { code: 'SF588', severity: 'warning', message: `lotus-miner is not restarted: ${why}`, help };
}
