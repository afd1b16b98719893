import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { StorageId, WorkerInfo } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import type { TaskCode } from '../../lotus/task.js';
import { task, taskByRpc } from '../../lotus/task.js';
import type { RpcMethod, RpcMethods } from '../wire/json-rpc-server.js';
import type { Speed } from '../speed.js';
import type { CallLog, UnfinishedCall } from './call-log.js';
import { TEMP_WORKER_RESTART, type CallError, type CallId } from './miner-api.js';
import type { TransferContext } from './remote-files.js';
import type { SealingCall } from './sealing.js';
import { sealingCalls } from './sealing.js';

/** Lotus: api/version.go WorkerAPIVersion0 */
const WORKER_API_VERSION = 131840;

export interface LocalWorkerOptions extends TransferContext {
  readonly session: string;
  readonly calls: CallLog;
  /** Read once, at the start. */
  readonly info: WorkerInfo;
  readonly tasks: readonly TaskCode[];
  readonly speed: () => Speed;
  /** Ends the process some time after `Shutdown`. */
  readonly shutdown: () => void;
}

export interface LocalWorker {
  readonly methods: RpcMethods;
  /** Whether no call of the miner is unfinished. */
  isIdle(): boolean;
}

/** What a worker answers and does: the lotus-worker program's, and the miner's own. Lotus: worker_local.go */
export function createLocalWorker(options: LocalWorkerOptions): LocalWorker {
  const tasks = new Set(options.tasks.map((code) => task(code).rpc));
  const unfinished = new Set<string>();
  let enabled = true;

  const status: RpcMethods = {
    'Filecoin.Version': () => WORKER_API_VERSION,
    'Filecoin.Info': () => options.info,
    'Filecoin.TaskTypes': () => Object.fromEntries([...tasks].map((rpc) => [rpc, {}])),
    'Filecoin.ProcessSession': () => options.session,
    'Filecoin.Session': () => {
      if (!enabled) throw new Error('worker disabled');
      return options.session;
    },
    'Filecoin.Enabled': () => enabled,
    'Filecoin.SetEnabled': ([on]) => {
      enabled = on === true;
    },
    // In memory only: the next start brings every task back.
    'Filecoin.TaskEnable': ([rpc]) => void tasks.add(switchable(rpc)),
    'Filecoin.TaskDisable': ([rpc]) => void tasks.delete(switchable(rpc)),
    'Filecoin.Shutdown': options.shutdown,
    'Filecoin.WaitQuiet': async () => {
      while (unfinished.size > 0) await pause(50);
    },
  };

  const sealing = sealingCalls(options.speed);
  for (const left of options.calls.left()) void failLeft(options, left, sealing[left.method]);
  const sealingMethods = Object.entries(sealing).map(([method, call]): [string, RpcMethod] => [
    `Filecoin.${method}`,
    ([reference, ...args]) => begin(options, { method, call }, sectorOf(reference), args, unfinished),
  ]);

  return {
    methods: { ...status, ...storageMethods(options), ...Object.fromEntries(sealingMethods) },
    isIdle: () => unfinished.size === 0,
  };
}

function storageMethods({ storage }: LocalWorkerOptions): RpcMethods {
  return {
    'Filecoin.Paths': () => storage.paths(),
    'Filecoin.StorageLocal': () =>
      Object.fromEntries(storage.paths().map(({ ID, LocalPath }) => [ID, LocalPath])),
    'Filecoin.StorageAddLocal': ([path]) => storage.add(String(path)),
    'Filecoin.StorageDetachLocal': ([path]) => storage.detach(String(path)),
    'Filecoin.StorageDetachAll': () => storage.detachAll(),
    'Filecoin.StorageRedeclareLocal': ([id, dropMissing]) =>
      storage.redeclare(id as StorageId | null, dropMissing === true),
  };
}

function switchable(rpc: unknown): string {
  const found = taskByRpc(String(rpc));
  if (found?.switchable !== true) throw new Error(`task type '${String(rpc)}' cannot be switched`);
  return found.rpc;
}

function sectorOf(reference: unknown): SectorId {
  return (reference as { readonly ID: SectorId }).ID;
}

/** What the process before had not done is lost; the miner is told so at the start. */
async function failLeft(
  { miner, info, calls }: LocalWorkerOptions,
  { id }: UnfinishedCall,
  call: SealingCall | undefined,
): Promise<void> {
  const error = { Code: TEMP_WORKER_RESTART, Message: `worker [name: ${info.Hostname}] restarted` };
  // An error here is the miner's answer that it waits for no such call.
  if (call !== undefined) await miner.giveBack(call.returns, id, call.noResult, error).catch(() => undefined);
  calls.returned(id);
}

/** Answers with the call's ID at once; the result goes to the miner when it is there. */
function begin(
  context: LocalWorkerOptions,
  { method, call }: { readonly method: string; readonly call: SealingCall },
  sector: SectorId,
  args: readonly unknown[],
  unfinished: Set<string>,
): CallId {
  const id: CallId = { Sector: sector, ID: randomUUID() };
  unfinished.add(id.ID);
  context.calls.began({ id, method });
  void finish(context, call, id, args).finally(() => {
    context.calls.returned(id);
    unfinished.delete(id.ID);
  });
  return id;
}

async function finish(
  context: TransferContext,
  call: SealingCall,
  id: CallId,
  args: readonly unknown[],
): Promise<void> {
  let result: readonly unknown[] = call.noResult;
  let error: CallError | null = null;
  try {
    result = await call.work(context, id.Sector, args);
  } catch (thrown) {
    error = { Code: 0, Message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  // An error here is the miner's answer that it does not want the result.
  await context.miner.giveBack(call.returns, id, result, error).catch(() => undefined);
}
