import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { StorageId, StorageInfo } from '../lotus/api.js';
import {
  settingChanges,
  settingsFrom,
  type SectorStoreSettings,
  type SettingName,
} from '../lotus/sectorstore.js';
import { task, type TaskCode } from '../lotus/task.js';
import type { Action } from '../plan/plan.js';
import type { MinerApi } from '../rpc/miner-api.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { ApplyContext } from './context.js';

type Redeclare = Extract<Action, { kind: 'redeclare' }>;

/** Where a change was made, for messages. */
export interface Target {
  readonly host: string;
  readonly worker: string;
}

/**
 * Gives the index a path's settings, as the worker itself does when it redeclares: but not the sectors it finds there, for
 * one that leaves in that moment would stay declared. Lotus reports some failures as success, so every change is read back.
 * Lotus: storage/paths/local.go Redeclare, storage/paths/index.go StorageAttach
 */
export async function redeclare(
  { miner }: ApplyContext,
  target: Target,
  api: WorkerApi,
  { id, path, settings }: Redeclare,
): Promise<Result<undefined>> {
  const known = await miner.storageInfo(id);
  if (!known.ok) {
    const declared = await declareAnew(api, id, known.diagnostic);
    if (!declared.ok) return declared;
  }
  const present = known.ok ? known : await miner.storageInfo(id);
  if (!present.ok) return present;
  // The worker declares what its file has, and that may be not what is wanted now.
  if (differing(present.value, settings).length > 0) {
    const told = await giveSettings(miner, present.value, settings);
    if (!told.ok) return told;
  }
  const indexed = await miner.storageInfo(id);
  if (!indexed.ok) return indexed;
  const left = differing(indexed.value, settings);
  return left.length === 0
    ? success(undefined)
    : notInEffect(target, `${left.join(', ')} of ${path} in the miner's index`);
}

function differing(indexed: StorageInfo, settings: SectorStoreSettings): readonly SettingName[] {
  return settingChanges(settingsFrom(indexed), settings).map(({ name }) => name);
}

async function giveSettings(
  miner: MinerApi,
  known: StorageInfo,
  settings: SectorStoreSettings,
): Promise<Result<undefined>> {
  const stat = await miner.storageStat(known.ID);
  return stat.ok ? miner.storageAttach({ ...known, ...settings }, stat.value) : stat;
}

/**
 * A miner that was restarted does not know the path of a busy worker, and so nothing is taken from there.
 * drop-missing false: files that cannot be seen for a moment must not leave the index.
 */
function declareAnew(api: WorkerApi, id: StorageId, unknown: Diagnostic): Promise<Result<undefined>> {
  return unknown.code === 'SF410' ? api.storageRedeclareLocal(id, false) : Promise.resolve(failure(unknown));
}

export async function attach(target: Target, api: WorkerApi, path: string): Promise<Result<undefined>> {
  const told = await api.storageAddLocal(path);
  if (!told.ok) return told;
  return checkPaths(target, api, path, true);
}

/** Whether the worker has a path attached now, as wanted. */
export async function checkPaths(
  target: Target,
  api: WorkerApi,
  path: string,
  wanted: boolean,
): Promise<Result<undefined>> {
  const paths = await api.paths();
  if (!paths.ok) return paths;
  const attached = paths.value.some(({ LocalPath }) => withoutTrailingSlash(LocalPath) === path);
  return attached === wanted
    ? success(undefined)
    : notInEffect(target, `${path} being ${wanted ? 'attached' : 'detached'}`);
}

/** Switches tasks one after the other and reads back what the worker takes then. */
export async function switchTasks(
  target: Target,
  api: WorkerApi,
  codes: readonly TaskCode[],
  on: boolean,
): Promise<Result<undefined>> {
  for (const code of codes) {
    const told = on ? await api.taskEnable(task(code).rpc) : await api.taskDisable(task(code).rpc);
    if (!told.ok) return told;
  }
  const types = await api.taskTypes();
  if (!types.ok) return types;
  const wrong = codes.filter((code) => types.value.includes(task(code).rpc) !== on);
  return wrong.length === 0
    ? success(undefined)
    : notInEffect(target, `${wrong.join(', ')} being ${on ? 'on' : 'off'}`);
}

function notInEffect(target: Target, what: string): Result<undefined> {
  return failure({
    code: 'SF606',
    severity: 'error',
    message: `${target.worker} took the change, but Lotus does not show ${what}`,
    place: { kind: 'host', ...target },
    help: "Look at the worker's log, and plan again to see what is in effect.",
  });
}
