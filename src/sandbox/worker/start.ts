import { mkdirSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerInfo } from '../../lotus/api.js';
import type { TaskCode } from '../../lotus/task.js';
import { MARK, SECTOR_SIZE, readState } from '../layout.js';
import { DEFAULT_SPEED, INTERVALS } from '../speed.js';
import { createRpcClient } from '../wire/json-rpc-client.js';
import { createRpcServer, listen } from '../wire/json-rpc-server.js';
import type { Settings } from '../../lotus/go-flags.js';
import type { Hardware } from './hardware.js';
import { readHardware, visibleGpus } from './hardware.js';
import { CallLog } from './call-log.js';
import { createLocalWorker } from './local-worker.js';
import { LocalStorage } from './local-storage.js';
import type { MinerApi } from './miner-api.js';
import { minerApi } from './miner-api.js';
import type { Endpoint } from './multiaddr.js';
import { parseApiInfo, rpcUrl } from './multiaddr.js';
import { log } from './print.js';
import { keepRegistered } from './registration.js';
import { remoteHandler } from './remote-files.js';
import type { Repo } from './repo.js';
import { close, initialise, lock, writeApi } from './repo.js';
import { resourcesFromEnvironment } from '../../lotus/resource-env.js';
import { chosenTasks } from '../../lotus/task-choice.js';

type Environment = NodeJS.ProcessEnv;

/** Lotus: the major and minor part of api/version.go MinerAPIVersion0 */
const MINER_API_VERSION = 131840;

/**
 * `lotus-worker run`, in the order of cmd/lotus-worker/main.go. Returns when the worker is registered and
 * leaves it running.
 * @throws Error with what Lotus says before it exits with status 0
 */
export async function startWorker(
  repo: Repo,
  settings: Settings,
  env: Environment,
  exit: () => void,
): Promise<void> {
  log('INFO', 'Starting lotus worker');
  checkFileLimit(env);
  const tasks = chosenTasks(settings);
  const { token, endpoint } = parseApiInfo(env['MINER_API_INFO']);
  const miner = minerApi(createRpcClient(rpcUrl(endpoint), token));
  await reachMiner(miner);
  fetchParameters(tasks, env);
  initialise(repo, settings.boolean('no-local-storage', 'LOTUS_WORKER_NO_LOCAL_STORAGE') ?? false);
  lock(repo);
  process.once('exit', () => {
    close(repo);
  });

  const address = await listenAddress(settings, endpoint);
  const hardware = readHardware(env['SANDBOX_HARDWARE']);
  const url = `http://${address.host}:${address.port}`;
  const storage = new LocalStorage({
    repo: repo.path,
    url: `${url}/remote`,
    miner,
    disk: hardware.disk,
    size: SECTOR_SIZE,
  });
  const worker = createLocalWorker({
    storage,
    miner,
    token,
    session: randomUUID(),
    calls: new CallLog(repo.path),
    info: workerInfo(settings, env, hardware),
    tasks,
    speed: () => readState(env[MARK] ?? '')?.speed ?? DEFAULT_SPEED,
    shutdown: () => void pause(INTERVALS.shutdown).then(() => process.kill(process.pid, 'SIGINT')),
  });

  let opened = false;
  const other = remoteHandler(() => (opened ? storage : undefined));
  // Lotus asks the miner about each token that comes in. Lotus: cmd/lotus-worker/sealworker/rpc.go WorkerHandler
  let refused = false;
  const server = createRpcServer({ methods: worker.methods, token, isValid: () => !refused, other });
  await listen(server, address.host, address.port);
  writeApi(repo, { multiaddr: `/ip4/${address.host}/tcp/${address.port}/http`, token });
  endOnInterrupt(server, exit);
  opened = true;
  await storage.openAll();
  log('INFO', 'Opened local storage; connecting to master');
  const onRefused = (): void => {
    refused = true;
  };
  await keepRegistered({ miner, storage, worker, url: `${url}/rpc/v0`, onRefused });
}

/**
 * Lotus wants 100000 open files. Where a container allows fewer even to root, its most is enough.
 * The shell in front of this program says what it was started with, as Node raises its own limit.
 */
function checkFileLimit(env: Environment): void {
  const [soft, hard] = (env['SANDBOX_FILE_LIMITS'] ?? '').split(':').map(Number);
  if (soft === undefined || hard === undefined || Number.isNaN(soft)) return;
  const wanted = Math.min(100_000, Number.isNaN(hard) ? Infinity : hard);
  if (soft < wanted) {
    throw new Error(`soft file descriptor limit (ulimit -n) too low, want ${wanted}, current ${soft}`);
  }
}

/** For ever, once a second: a wrong token looks no different from a miner that is down. */
async function reachMiner(miner: MinerApi): Promise<void> {
  for (;;) {
    try {
      const { APIVersion } = await miner.version();
      if (APIVersion >> 8 !== MINER_API_VERSION >> 8) {
        throw new VersionError(`lotus-miner API version doesn't match: expected: ${MINER_API_VERSION}`);
      }
      return;
    } catch (error) {
      if (error instanceof VersionError) throw error;
      process.stdout.write('\r\x1b[0KConnecting to miner API... ');
      await pause(1000);
    }
  }
}

class VersionError extends Error {}

function fetchParameters(tasks: readonly TaskCode[], env: Environment): void {
  const cache = env['FIL_PROOFS_PARAMETER_CACHE'];
  if (cache === undefined || cache === '') return;
  if (tasks.some((code) => ['C2', 'PR2', 'WDP', 'WNP'].includes(code))) mkdirSync(cache, { recursive: true });
}

/** The address listened on, which is also the one announced: 0.0.0.0 stands for the way to the miner. */
async function listenAddress(settings: Settings, miner: Endpoint): Promise<Endpoint> {
  const written = settings.text('listen', 'LOTUS_WORKER_LISTEN') ?? '0.0.0.0:3456';
  const colon = written.lastIndexOf(':');
  const port = Number(written.slice(colon + 1));
  const host = written.slice(0, colon);
  if (colon < 0 || !Number.isInteger(port))
    throw new Error(`listen address ${written}: missing port in address`);
  return { host: host === '0.0.0.0' ? await localAddressTowards(miner) : host, port };
}

function localAddressTowards(miner: Endpoint): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(miner.port, miner.host, () => {
      resolve(socket.localAddress ?? '127.0.0.1');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Read once: what changes in the environment later, Lotus never learns. */
function workerInfo(settings: Settings, env: Environment, hardware: Hardware): WorkerInfo {
  const noSwap = settings.boolean('no-swap', 'LOTUS_WORKER_NO_SWAP') ?? false;
  return {
    Hostname: settings.text('name', 'LOTUS_WORKER_NAME') ?? hardware.hostname,
    IgnoreResources: false,
    Resources: {
      MemPhysical: hardware.memory,
      MemUsed: 2 ** 31,
      MemSwap: noSwap ? 0 : hardware.swap,
      MemSwapUsed: 0,
      CPUs: hardware.cpus,
      GPUs: visibleGpus(hardware.gpus, env),
      Resources: resourcesFromEnvironment(env),
    },
  };
}

/** The only signal Lotus handles: no task is waited for. SIGTERM kills at once, as it does any process. */
function endOnInterrupt(server: Server, exit: () => void): void {
  process.once('SIGINT', () => {
    log('WARN', 'Shutting down...');
    server.close();
    log('WARN', 'Graceful shutdown successful');
    exit();
  });
}
