import type { MinerConfig } from '../farm/farm.js';
import { ALLOW_KEYS, MINER_KEYS, type MinerKeyName, type MinerValue } from '../lotus/miner-keys.js';
import type { WantedKey } from './edit-config.js';

/** The keys of config.toml that the farm's file says something of, in the order of Lotus's own file. */
export function wantedKeys(config: MinerConfig): readonly WantedKey[] {
  const values = valuesOf(config);
  return MINER_KEYS.flatMap((key) => {
    const value = values.get(key.key);
    return value === undefined ? [] : [{ key, value }];
  });
}

function valuesOf(config: MinerConfig): ReadonlyMap<MinerKeyName, MinerValue | undefined> {
  const { tasks } = config;
  const allowed = [...ALLOW_KEYS].map(([code, key]) => [key, tasks?.includes(code)] as const);
  return new Map<MinerKeyName, MinerValue | undefined>([
    ['ListenAddress', config.listen],
    ['RemoteListenAddress', config.remoteListen],
    ['DisableBuiltinWindowPoSt', config.disableBuiltinWindowPoSt],
    ['DisableBuiltinWinningPoSt', config.disableBuiltinWinningPoSt],
    ['ParallelFetchLimit', config.parallelFetchLimit],
    ...allowed,
    ['LocalWorkerName', config.localWorkerName],
    ['Assigner', config.assigner],
    ['DisallowRemoteFinalize', config.disallowRemoteFinalize],
  ]);
}
