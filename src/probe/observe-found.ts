import pLimit from 'p-limit';
import type { Result } from '../diagnostic/result.js';
import { success } from '../diagnostic/result.js';
import { canonicalIp, isLoopback, isWildcard, parseSocketAddress } from '../farm/address.js';
import type { SocketAddress } from '../farm/farm.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { taskByRpc } from '../lotus/task.js';
import { readWorkerRun } from '../lotus/worker-run.js';
import type { FoundHost, FoundMachine, FoundWorker } from '../observed/found.js';
import { foundScript, placesScript } from '../observed/found-script.js';
import { writtenAddress } from '../observed/listening.js';
import { parseFound } from '../observed/parse-found.js';
import { environmentOf, type Told } from '../observed/unmanaged.js';
import { Secret } from '../secret/secret.js';
import type { Connections } from './connections.js';

/** Channels of one connection that are open at a time. */
const ASKED_AT_ONCE = 4;

/**
 * One exec on a host of which nothing is declared, then each worker's own word on the tasks it takes and the storage paths it has
 * open now; one exec more where no list has one of these. Fails with SF501, or with what kept the host from being reached.
 */
export async function observeFound(host: string, connections: Connections): Promise<Result<FoundHost>> {
  const output = await connections.remote(host).exec(foundScript());
  const found = output.ok ? parseFound(host, output.value.stdout) : output;
  if (!found.ok) return found;
  const limit = pLimit(ASKED_AT_ONCE);
  const workers = await Promise.all(
    found.value.workers.map((worker) => limit(() => withItsWord(host, worker, found.value, connections))),
  );
  return withOpenPlaces(host, { ...found.value, workers }, connections);
}

/** Paths that were taken out of the list of a worker that has them open. */
async function withOpenPlaces(
  host: string,
  found: FoundHost,
  connections: Connections,
): Promise<Result<FoundHost>> {
  const open = found.workers.flatMap(({ paths = [] }) => paths.map((path) => path.LocalPath));
  const unseen = open.filter(
    (path) => /^\/\P{Cc}+$/u.test(path) && !found.places.has(withoutTrailingSlash(path)),
  );
  if (unseen.length === 0) return success(found);
  const output = await connections.remote(host).exec(placesScript(unseen));
  const more = output.ok ? parseFound(host, output.value.stdout) : output;
  if (!more.ok) return more;
  return success({ ...found, places: new Map([...found.places, ...more.value.places]) });
}

/**
 * A worker has the token of its miner: its own goes nowhere but to where it listens, from its own host. The file `api` of its repo
 * says it, and may be of a worker before it, or of whoever may write there: what the worker was told wins over it.
 */
async function withItsWord(
  host: string,
  worker: FoundWorker,
  { repos, machine }: FoundHost,
  connections: Connections,
): Promise<FoundWorker> {
  const { told, repo = '' } = worker;
  const info = told?.environ.get('MINER_API_INFO')?.reveal() ?? '';
  const token = info.slice(0, Math.max(0, info.indexOf(':')));
  if (told === undefined || told.starter.kind === 'container' || token === '') return worker;
  const listens = writtenAddress(repos.get(repo), told);
  if (listens === undefined || !isItsOwn(listens, told, machine)) return worker;
  const name = `the worker of ${repo}`;
  const api = connections.worker(host, name, listens, new Secret(token));
  const [types, paths] = await Promise.all([api.taskTypes(), api.paths()]);
  return {
    ...worker,
    ...(types.ok ? { tasks: new Set(types.value.flatMap((rpc) => taskByRpc(rpc)?.code ?? [])) } : {}),
    ...(paths.ok ? { paths: paths.value } : {}),
  };
}

/** As it was told; where that is all addresses of the machine, one of these. */
function isItsOwn({ host, port }: SocketAddress, told: Told, { addresses = [] }: FoundMachine): boolean {
  const listen = toldToListen(told);
  if (listen === undefined || listen.port !== port) return false;
  if (!isWildcard(listen)) return listen.host === host;
  return canonicalIp(host) !== undefined && (isLoopback(host) || addresses.includes(host));
}

/** Undefined where nobody knows: by a name, or in words that Lotus itself would not take. */
function toldToListen({ args, environ }: Told): SocketAddress | undefined {
  try {
    return parseSocketAddress(readWorkerRun(args, environmentOf(environ)).listen);
  } catch {
    return undefined;
  }
}
