import pLimit from 'p-limit';
import type { Result } from '../diagnostic/result.js';
import { success } from '../diagnostic/result.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { taskByRpc } from '../lotus/task.js';
import type { FoundHost, FoundWorker } from '../observed/found.js';
import { foundScript } from '../observed/found-script.js';
import { parseFound } from '../observed/parse-found.js';
import { Secret } from '../secret/secret.js';
import type { Connections } from './connections.js';

/** Channels of one connection that are open at a time. */
const ASKED_AT_ONCE = 4;

/**
 * One exec on a host of which nothing is declared, then each worker's own word on the tasks it takes now. Fails with SF501, or
 * with what kept the host from being reached.
 */
export async function observeFound(host: string, connections: Connections): Promise<Result<FoundHost>> {
  const output = await connections.remote(host).exec(foundScript());
  const found = output.ok ? parseFound(host, output.value.stdout) : output;
  if (!found.ok) return found;
  const limit = pLimit(ASKED_AT_ONCE);
  const workers = await Promise.all(
    found.value.workers.map((worker) => limit(() => withTasks(host, worker, found.value, connections))),
  );
  return success({ ...found.value, workers });
}

/** A worker has the token of its miner: its own goes nowhere but to the address in its own repo, from its own host. */
async function withTasks(
  host: string,
  worker: FoundWorker,
  { repos }: FoundHost,
  connections: Connections,
): Promise<FoundWorker> {
  const { told, repo = '' } = worker;
  const api = repos.get(repo)?.api;
  const info = told?.environ.get('MINER_API_INFO')?.reveal() ?? '';
  const token = info.slice(0, Math.max(0, info.indexOf(':')));
  if (told === undefined || told.starter.kind === 'container' || api?.state !== 'present' || token === '')
    return worker;
  const listens = parseMinerAddress(api.text.reveal().trim());
  if (!listens.ok) return worker;
  const name = `the worker of ${repo}`;
  const types = await connections.worker(host, name, listens.address, new Secret(token)).taskTypes();
  if (!types.ok) return worker;
  return { ...worker, tasks: new Set(types.value.flatMap((rpc) => taskByRpc(rpc)?.code ?? [])) };
}
