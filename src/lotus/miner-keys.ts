import type { TaskCode } from './task.js';

/** What a key of the miner's config.toml can be. */
export type MinerValue = boolean | number | string;

export interface MinerKey {
  readonly section: 'API' | 'Proving' | 'Storage';
  readonly key: string;
  /** What Lotus goes by where the file does not say it: a line that is commented out says nothing. */
  readonly usual: MinerValue;
}

/**
 * The keys of config.toml that sealfarm writes, in the order of Lotus's own file.
 * Lotus: node/config/types.go (StorageMiner, SealerConfig, ProvingConfig, API), node/config/def.go DefaultStorageMiner
 */
export const MINER_KEYS = [
  { section: 'API', key: 'ListenAddress', usual: '/ip4/127.0.0.1/tcp/2345/http' },
  { section: 'API', key: 'RemoteListenAddress', usual: '127.0.0.1:2345' },
  { section: 'Proving', key: 'DisableBuiltinWindowPoSt', usual: false },
  { section: 'Proving', key: 'DisableBuiltinWinningPoSt', usual: false },
  { section: 'Storage', key: 'ParallelFetchLimit', usual: 10 },
  { section: 'Storage', key: 'AllowSectorDownload', usual: true },
  { section: 'Storage', key: 'AllowAddPiece', usual: true },
  { section: 'Storage', key: 'AllowPreCommit1', usual: true },
  { section: 'Storage', key: 'AllowPreCommit2', usual: true },
  { section: 'Storage', key: 'AllowCommit', usual: true },
  { section: 'Storage', key: 'AllowUnseal', usual: true },
  { section: 'Storage', key: 'AllowReplicaUpdate', usual: true },
  { section: 'Storage', key: 'AllowProveReplicaUpdate2', usual: true },
  { section: 'Storage', key: 'AllowRegenSectorKey', usual: true },
  { section: 'Storage', key: 'LocalWorkerName', usual: '' },
  { section: 'Storage', key: 'Assigner', usual: 'utilization' },
  { section: 'Storage', key: 'DisallowRemoteFinalize', usual: false },
] as const satisfies readonly MinerKey[];

export type MinerKeyName = (typeof MINER_KEYS)[number]['key'];

/** The key in `[Storage]` by which the miner does a task itself. Lotus: storage/sealer/manager.go New */
export const ALLOW_KEYS: ReadonlyMap<TaskCode, MinerKeyName> = new Map([
  ['DL', 'AllowSectorDownload'],
  ['AP', 'AllowAddPiece'],
  ['PC1', 'AllowPreCommit1'],
  ['PC2', 'AllowPreCommit2'],
  ['C2', 'AllowCommit'],
  ['UNS', 'AllowUnseal'],
  ['RU', 'AllowReplicaUpdate'],
  ['PR2', 'AllowProveReplicaUpdate2'],
  ['GSK', 'AllowRegenSectorKey'],
]);

/** The proofs that lotus-miner makes itself, and the key in `[Proving]` by which it leaves them to workers. */
export const BUILTIN_POSTS = [
  { code: 'WDP', name: 'WindowPoSt', key: 'DisableBuiltinWindowPoSt' },
  { code: 'WNP', name: 'WinningPoSt', key: 'DisableBuiltinWinningPoSt' },
] as const satisfies readonly {
  readonly code: TaskCode;
  readonly name: string;
  readonly key: MinerKeyName;
}[];

export function minerKey(name: MinerKeyName): MinerKey {
  return MINER_KEYS.find(({ key }) => key === name) ?? MINER_KEYS[0];
}

/** `WindowPoSt and WinningPoSt` */
export function postNames(codes: readonly TaskCode[]): string {
  return BUILTIN_POSTS.filter(({ code }) => codes.includes(code))
    .map(({ name }) => name)
    .join(' and ');
}

/** The variable of the miner's process that outranks the key. Lotus: node/config/load.go FromReader (envconfig) */
export function variableOf({ section, key }: MinerKey): string {
  return `LOTUS_${section}_${key}`.toUpperCase();
}

/** `[Storage] AllowAddPiece`, as it is found in the file. */
export function keyWords({ section, key }: MinerKey): string {
  return `[${section}] ${key}`;
}
