import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { FILE_TYPES } from '../../lotus/file-type.js';
import { SECTOR_SIZE, layout, readState } from '../layout.js';
import { DEFAULT_SPEED, INTERVALS } from '../speed.js';
import type { RpcClient } from '../wire/json-rpc-client.js';
import { RpcError } from '../wire/json-rpc-client.js';
import type { RpcMethods } from '../wire/json-rpc-server.js';
import { createRpcServer, listen } from '../wire/json-rpc-server.js';
import type { Hardware } from '../worker/hardware.js';
import { CallLog } from '../worker/call-log.js';
import { createLocalWorker } from '../worker/local-worker.js';
import { LocalStorage } from '../worker/local-storage.js';
import { minerApi } from '../worker/miner-api.js';
import { reportForEver } from '../worker/registration.js';
import { remoteHandler, removeEverywhere } from '../worker/remote-files.js';
import { resourcesFromEnvironment } from '../../lotus/resource-env.js';
import { apiToken } from './api-secret.js';
import { Dispatcher } from './dispatcher.js';
import { minerSettings } from './config.js';
import { createEventLog } from './event-log.js';
import { IndexStore } from './index-store.js';
import { MinerState } from './miner-state.js';
import { Pipeline } from './pipeline.js';
import { minerMethods } from './rpc.js';
import { Workers } from './workers.js';

const VERSION = '1.36.2-dev+sandbox';
const GiB = 2 ** 30;
const HARDWARE: Hardware = {
  hostname: hostname(),
  memory: 256 * GiB,
  swap: 0,
  cpus: 32,
  gpus: [],
  // More than a sandbox comes to: where the long-term storage is full, sectors stay in FinalizeSector for ever.
  disk: 4096 * 1024 * GiB,
};

/** The sandbox's lotus-miner: `miner-main DIR`. */
async function main(dir: string): Promise<void> {
  const state = readState(dir);
  if (state === undefined) throw new Error(`no sandbox in ${dir}`);
  const files = layout(dir);
  const token = apiToken(dir);
  // As the machine that it runs on knows it.
  process.title = 'lotus-miner run';
  const settings = minerSettings(files.minerConfig, process.env);
  const speed = () => readState(dir)?.speed ?? DEFAULT_SPEED;

  // The miner is a worker of its own, and talks to itself by the same methods as all others do.
  const methods: Record<string, (params: readonly unknown[]) => unknown> = {};
  const self = minerApi(callDirectly(methods));

  const events = createEventLog(files.events);
  const index = new IndexStore(events.emit);
  const dispatcher = new Dispatcher({ index, emit: events.emit, onCalls: save, ...settings });
  const workers = new Workers({
    token,
    emit: events.emit,
    onRegistered: () => {
      dispatcher.tick();
    },
    onDisabled: (worker) => {
      dispatcher.unassign(worker);
    },
    onChange: () => {
      dispatcher.tick();
    },
  });
  dispatcher.use(workers);
  const pipeline = new Pipeline({
    schedule: (task, sector) => dispatcher.schedule(task, sector),
    releaseUnsealed: (sector) => removeEverywhere(self, token, sector, FILE_TYPES.unsealed),
    speed,
    emit: events.emit,
    onChange: save,
  });

  const kept = new MinerState(files);
  let restored = false;
  function save(): void {
    if (restored) kept.save({ sectors: pipeline.sectors(), calls: dispatcher.calls.list() });
  }

  const api = settings.listen ?? { host: state.minerAddress, port: state.ports.miner };
  const url = `http://${settings.remoteListen ?? `${state.minerAddress}:${state.ports.miner}`}/remote`;
  const storage = new LocalStorage({
    repo: files.miner,
    url,
    miner: self,
    disk: HARDWARE.disk,
    size: SECTOR_SIZE,
  });
  const version = existsSync(files.minerVersion) ? readFileSync(files.minerVersion, 'utf8') : VERSION;
  const session = randomUUID();
  const parts = { session, version, token, index, workers, dispatcher, pipeline, events, storage };
  Object.assign(methods, minerMethods(parts));
  const left = kept.load();

  // Before any worker can return one of these calls.
  dispatcher.calls.restore(left.calls);
  pipeline.restore(left.sectors);
  restored = true;

  const server = createRpcServer({ methods, token, other: remoteHandler(() => storage) });
  await listen(server, api.host, api.port).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
  // Where lotus-miner's own commands find it.
  writeFileSync(files.minerApi, `/ip4/${api.host}/tcp/${api.port}/http`);
  process.once('exit', () => {
    rmSync(files.minerApi, { force: true });
  });
  await storage.openAll();
  void reportForEver(storage);
  const worker = createLocalWorker({
    storage,
    miner: self,
    token,
    session: randomUUID(),
    calls: new CallLog(files.miner),
    info: ownInfo(settings.localWorkerName),
    tasks: settings.tasks,
    speed,
    shutdown: () => undefined,
  });
  await workers.register(callDirectly(worker.methods));
  process.once('SIGINT', () => process.exit(0));
  for (;;) {
    await pause(INTERVALS.heartbeat + workers.list().length * 10);
    await workers.heartbeat();
  }
}

/** A client of methods in this process, with the same errors as one by HTTP. */
function callDirectly(methods: RpcMethods): RpcClient {
  return {
    async call(name, params = []) {
      const method = methods[name];
      if (method === undefined) throw new RpcError(`method '${name}' not found`);
      try {
        return await method(params);
      } catch (error) {
        throw new RpcError(error instanceof Error ? error.message : String(error), { cause: error });
      }
    },
  };
}

function ownInfo(name: string) {
  return {
    Hostname: name === '' ? HARDWARE.hostname : name,
    IgnoreResources: false,
    Resources: {
      MemPhysical: HARDWARE.memory,
      MemUsed: 2 * GiB,
      MemSwap: HARDWARE.swap,
      MemSwapUsed: 0,
      CPUs: HARDWARE.cpus,
      GPUs: HARDWARE.gpus,
      Resources: resourcesFromEnvironment({}),
    },
  };
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
