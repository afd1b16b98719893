import { homedir } from 'node:os';
import { join } from 'node:path';
import type { WorkerInfo } from '../../lotus/api.js';
import type { Task } from '../../lotus/task.js';
import { TASKS, taskByRpc } from '../../lotus/task.js';
import type { RpcClient } from '../wire/json-rpc-client.js';
import { createRpcClient } from '../wire/json-rpc-client.js';
import type { ParsedFlags } from '../../lotus/go-flags.js';
import { parseFlags } from '../../lotus/go-flags.js';
import { parseMultiaddr, rpcUrl } from './multiaddr.js';
import { print } from './print.js';
import type { Repo } from './repo.js';
import { readApi } from './repo.js';

export const VERSION = '1.36.2-dev+sandbox';

/** The worker's folder by flag, variable or default. */
export function repoOf(flags: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): Repo {
  return { path: flags.get('worker-repo') ?? env['LOTUS_WORKER_PATH'] ?? join(homedir(), '.lotusworker') };
}

/** The commands that talk to a running worker. @throws Error with what Lotus says */
export async function runCommand(name: string, args: readonly string[], repo: Repo): Promise<void> {
  const parsed = parseFlags(args, { texts: ['id'], booleans: ['all', 'drop-missing', 'really-do-it'] });
  const { multiaddr, token } = readApi(repo);
  const worker = createRpcClient(rpcUrl(parseMultiaddr(multiaddr)), token);
  switch (name) {
    case 'info':
      return info(worker);
    case 'stop':
      await worker.call('Filecoin.StorageDetachAll');
      await worker.call('Filecoin.Shutdown');
      return;
    case 'wait-quiet':
      await worker.call('Filecoin.WaitQuiet', [], 2 ** 31 - 1);
      return;
    case 'tasks':
      return tasks(worker, parsed);
    case 'storage':
      return storage(worker, parsed);
    default:
      throw new Error(`No help topic for '${name}'`);
  }
}

async function info(worker: RpcClient): Promise<void> {
  const { Hostname, Resources } = (await worker.call('Filecoin.Info')) as WorkerInfo;
  const types = Object.keys((await worker.call('Filecoin.TaskTypes')) as object);
  const enabled = (await worker.call('Filecoin.Enabled')) as boolean;
  const local = (await worker.call('Filecoin.StorageLocal')) as Record<string, string>;
  print(`Worker version:  ${VERSION}`);
  print(`Session: ${(await worker.call('Filecoin.ProcessSession')) as string}`);
  print(`Enabled: ${String(enabled)}`);
  print(`Hostname: ${Hostname}`);
  print(`CPUs: ${Resources.CPUs}; GPUs: [${(Resources.GPUs ?? []).join(' ')}]`);
  print(
    `RAM: ${Resources.MemUsed}/${Resources.MemPhysical}; Swap: ${Resources.MemSwapUsed}/${Resources.MemSwap}`,
  );
  print(
    `Task types: ${types
      .map((rpc) => taskByRpc(rpc)?.code ?? rpc)
      .sort()
      .join(' ')}`,
  );
  for (const [id, path] of Object.entries(local)) print(`\n${id}:\n\tLocal: ${path}`);
}

async function tasks(worker: RpcClient, { words, flags }: ParsedFlags): Promise<void> {
  const [verb, ...codes] = words;
  const switchable = TASKS.filter((task) => task.switchable);
  if (verb !== 'enable' && verb !== 'disable') throw new Error(`No help topic for '${verb ?? 'tasks'}'`);
  const chosen = flags.has('all') ? switchable : codes.map((code) => switchableTask(switchable, code));
  if (chosen.length === 0) throw new Error('expected at least one task type');
  for (const task of chosen) {
    await worker.call(verb === 'enable' ? 'Filecoin.TaskEnable' : 'Filecoin.TaskDisable', [task.rpc]);
  }
}

function switchableTask(switchable: readonly Task[], code: string): Task {
  const found = switchable.find((task) => task.code === code);
  if (found === undefined) {
    throw new Error(`unknown task type ${code}; settable: ${switchable.map((task) => task.code).join('|')}`);
  }
  return found;
}

async function storage(worker: RpcClient, { words, flags }: ParsedFlags): Promise<void> {
  const [verb = 'storage', path] = words;
  switch (verb) {
    case 'attach':
      await worker.call('Filecoin.StorageAddLocal', [path ?? '']);
      return;
    case 'detach':
      if (!flags.has('really-do-it')) throw new Error('pass --really-do-it to execute the action');
      await worker.call('Filecoin.StorageDetachLocal', [path ?? '']);
      return;
    case 'redeclare': {
      const id = flags.get('id');
      if (id === undefined && !flags.has('all')) throw new Error('either --all or --id must be specified');
      // A bad manner of Lotus: on the command line what is missing is dropped unless it is told not to.
      const dropMissing = flags.get('drop-missing') !== 'false';
      await worker.call('Filecoin.StorageRedeclareLocal', [id ?? null, dropMissing]);
      return;
    }
    default:
      throw new Error(`No help topic for '${verb}'`);
  }
}
