import { checkLive } from '../../src/check/live-checks.js';
import type { LiveContext } from '../../src/check/live/context.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Farm, Host } from '../../src/farm/farm.js';
import { workerLayout } from '../../src/host/layout.js';
import type { StorageInfo, WorkerResources } from '../../src/lotus/api.js';
import type { HostFacts, PlaceFacts, RoomFacts, WorkerFacts } from '../../src/observed/facts.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { parameterFolder, parentFolder } from '../../src/observed/used-folders.js';
import { aFarm } from './farm.js';
import { changeMiner, indexed, inPlace } from './observation.js';

export const GiB = 2 ** 30;
export const TiB = 2 ** 40;
const NOW = new Date('2026-03-01T12:00:00Z');

export function aRoom(overrides: Partial<RoomFacts> = {}): RoomFacts {
  return { mount: '/mnt/nvme0', source: '/dev/nvme0n1', size: 16 * TiB, free: 15 * TiB, ...overrides };
}

export function aPlace(path: string, overrides: Partial<PlaceFacts> = {}): PlaceFacts {
  return {
    exists: true,
    room: aRoom(),
    type: 'xfs',
    identity: `66304:${path}`,
    physicalPath: path,
    ...overrides,
  };
}

/** A machine with room for everything, on which nothing is wrong. */
export function someFacts({ workers, paths }: Host): HostFacts {
  const folders = workers.flatMap((worker) => [parameterFolder(worker), parentFolder(worker)]);
  return {
    hardware: {
      cpus: 64,
      memory: 512 * GiB,
      swap: 0,
      gpus: 0,
      l3Groups: 8,
      disk: new Map([['/mnt/nvme0', 16 * TiB]]),
    },
    cores: 32,
    numa: [],
    hugepages: [],
    mounts: [],
    gpus: { driver: 'absent', gpus: [], onBus: 0, module: false },
    fileLimit: 1_048_576,
    hardFileLimit: 1_048_576,
    places: new Map(workers.flatMap(({ storage }) => storage.map(({ path }) => [path, aPlace(path)]))),
    caches: new Map(folders.map((folder) => [folder, { exists: true, files: 12, room: aRoom() }])),
    workers: new Map(
      workers.map((worker) => {
        const { envFile, tokenFile } = workerLayout({ paths, serviceManager: 'process' }, worker);
        const secretModes = new Map([envFile, tokenFile].map((file) => [file, '600']));
        return [worker.name, { program: 'ok', secretModes, openFiles: 1_048_576, gpuLocks: [] }];
      }),
    ),
    clockAhead: 0,
  };
}

export interface Seen extends LiveContext {
  readonly observation: Observation & { readonly miner: ObservedMiner };
}

/** A farm as it is seen when all is in place, its machines are well and the miner keeps the finished sectors. */
export function healthy(farm: Farm = aFarm()): Seen {
  const observation = inPlace(farm);
  return {
    farm,
    observation: changeMiner(observation, {
      storage: new Map([...observation.miner.storage, ['miner-store', indexed(MINER_STORE)]]),
    }),
    facts: new Map(farm.hosts.map((host) => [host.name, someFacts(host)])),
    versions: { miner: '1.36.2+mainnet', workers: new Map() },
    now: NOW,
  };
}

const MINER_STORE: StorageInfo = {
  ID: 'miner-store', URLs: ['http://10.0.0.10:2345/remote'], Weight: 10, CanSeal: false, CanStore: true, MaxStorage: 0,
  Groups: null, AllowTo: null, AllowTypes: null, DenyTypes: null, AllowMiners: null, DenyMiners: null,
}; // prettier-ignore

/** The same look, but with other facts of one host. */
export function withFacts(seen: Seen, host: string, change: (before: HostFacts) => Partial<HostFacts>): Seen {
  const before = seen.facts.get(host);
  if (before === undefined) throw new Error(`no facts of ${host}`);
  return { ...seen, facts: new Map([...seen.facts, [host, { ...before, ...change(before) }]]) };
}

/** The same look, but with other facts of the usual worker. */
export function withWorkerFacts(seen: Seen, change: Partial<WorkerFacts>): Seen {
  return withFacts(seen, 'host-1', ({ workers }) => {
    const before = workers.get('worker-1');
    if (before === undefined) throw new Error('no facts of worker-1');
    return { workers: new Map([...workers, ['worker-1', { ...before, ...change }]]) };
  });
}

export function withMiner(seen: Seen, change: Partial<ObservedMiner>): Seen {
  return { ...seen, observation: changeMiner(seen.observation, change) };
}

/** The same look, but a worker registered with other resources. */
export function withRegistered(seen: Seen, worker: string, change: Partial<WorkerResources>): Seen {
  const workers = [...seen.observation.miner.workers].map(([session, stats]) => {
    if (stats.Info.Hostname !== worker) return [session, stats] as const;
    const Resources = { ...stats.Info.Resources, ...change };
    return [session, { ...stats, Info: { ...stats.Info, Resources } }] as const;
  });
  return withMiner(seen, { workers: new Map(workers) });
}

/** `SF123 error`, one for each finding of all live checks. */
export function liveCodes(context: LiveContext): readonly string[] {
  return checkLive(context).map(({ code, severity }) => `${code} ${severity}`);
}

/** The one finding of a look. */
export function theFinding(context: LiveContext): Diagnostic {
  const [first, ...others] = checkLive(context);
  if (first === undefined || others.length > 0)
    throw new Error(`not one finding: ${liveCodes(context).join(', ')}`);
  return first;
}
