import { desire } from '../../src/desired/desire.js';
import type { Farm, Host } from '../../src/farm/farm.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { makePlan } from '../../src/plan/make-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, guideFarm, TOKEN } from '../support/farm.js';
import {
  aJob,
  changeMiner,
  changeWorker,
  drained,
  EMPTY_ANSWER,
  inPlace,
  sessionOf,
  stopped,
  unreached,
} from '../support/observation.js';
import { assembleHost } from '../../src/observed/parse-answer.js';

type Seen = Observation & { readonly miner: ObservedMiner };

export const NOW = new Date('2026-03-01T12:00:06Z');
const INTENT = { who: 'alice@laptop', when: '2026-02-28T09:00:00Z', why: 'disk replacement' };

function planned(farm: Farm, seen: Observation, token = TOKEN): Plan {
  const intents = [...seen.hosts.values()].flatMap((host) =>
    host.reached ? Object.entries(host.manifest?.intents ?? {}) : [],
  );
  return makePlan(desire(farm, token, new Map(intents)), seen);
}

/** Hosts with one PC1 worker each: pc1-01, pc1-02, … */
function pc1Farm(count: number, limit: number, more: Partial<Farm> = {}): Farm {
  const hosts = Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return aHost({
      name: `pc1-host-${number}`,
      address: `10.0.1.${index + 1}`,
      workers: [
        aWorker({
          name: `pc1-${number}`,
          listen: { host: `10.0.1.${index + 1}`, port: 3456 },
          tasks: ['AP', 'PC1'],
          limits: new Map([['PC1', limit]]),
        }),
      ],
    });
  });
  return aFarm({ hosts, ...more });
}

/** Jobs of PC1 that have run since these times. */
function busy(seen: Seen, starts: Readonly<Record<string, readonly string[]>>): Seen {
  let sector = 0;
  const jobs = Object.entries(starts).map(([worker, times]) => {
    const own = times.map((Start) => aJob('PC1', (sector += 1), { Start }));
    return [sessionOf(worker), own] as const;
  });
  return changeMiner(seen, { jobs: new Map(jobs) });
}

function firstWorker(farm: Farm, change: (worker: Host['workers'][number]) => Host['workers'][number]): Farm {
  const [first, ...others] = farm.hosts;
  if (first === undefined) throw new Error('a farm without a host');
  return { ...farm, hosts: [{ ...first, workers: first.workers.map(change) }, ...others] };
}

function nothingToDo(): Plan {
  return planned(guideFarm(), inPlace(guideFarm()));
}

/** Hosts on which there is nothing, with their disks mounted. */
function firstInstall(): Plan {
  const farm = guideFarm();
  const placed = inPlace(farm);
  const hosts = farm.hosts.map((host) => {
    const folder = { exists: true, onRootFileSystem: false, entries: [] };
    const storage = host.workers.flatMap((worker) =>
      worker.storage.map(({ path }) => [path, folder] as const),
    );
    return [
      host.name,
      assembleHost(host, { ...EMPTY_ANSWER, storage: new Map(storage) }, new Map()),
    ] as const;
  });
  const miner = { ...placed.miner, workers: new Map(), storage: new Map() };
  return planned(farm, { hosts: new Map(hosts), miner });
}

function restartOfBusyWorker(): Plan {
  const farm = guideFarm();
  const seen = busy(inPlace(farm), {
    'worker-1': ['2026-03-01T09:19:00Z', '2026-03-01T10:40:00Z', '2026-03-01T11:58:00Z'],
  });
  return planned(
    firstWorker(farm, (worker) => ({ ...worker, env: new Map([['RUST_LOG', 'debug']]) })),
    seen,
  );
}

function limitsOfManyHosts(): Plan {
  const rollout = { ...aFarm().rollout, maxUnavailable: 4, canary: true, largePlan: 100 };
  const seen = busy(inPlace(pc1Farm(24, 4)), {
    'pc1-03': ['2026-03-01T08:00:00Z', '2026-03-01T09:00:00Z'],
    'pc1-17': ['2026-02-28T23:30:00Z'],
  });
  const wanted = pc1Farm(24, 6, { rollout });
  const hosts = wanted.hosts.map((host, index) => (index === 23 ? (pc1Farm(24, 4).hosts[23] ?? host) : host));
  return planned({ ...wanted, hosts }, seen);
}

function groupsChangedLive(): Plan {
  const farm = guideFarm();
  const other = 'example-seal-group-2';
  const hosts = farm.hosts.map((host) =>
    host.name === 'host-1'
      ? host
      : {
          ...host,
          workers: host.workers.map((worker) => ({
            ...worker,
            storage: worker.storage.map((path) => ({ ...path, allowTo: [other, 'example-seal-group-1'] })),
          })),
        },
  );
  return planned({ ...farm, hosts }, inPlace(farm));
}

function drainedWorker(): Plan {
  const farm = guideFarm();
  const seen = changeWorker(drained(inPlace(farm), 'worker-3', INTENT), 'worker-3', stopped);
  return planned(
    firstWorker(farm, (worker) => ({ ...worker, limits: new Map([['PC1', 3]]) })),
    drained(seen, 'worker-2', { ...INTENT, who: 'bob@desk', why: 'new memory' }),
  );
}

/** The file wants one drained that does PC1, and one stopped that nobody stands in for. */
function drainedByTheFile(): Plan {
  const farm = guideFarm();
  const states = { 'worker-2': 'stopped', 'worker-3': 'drained' } as const;
  const hosts = farm.hosts.map((host) => ({
    ...host,
    workers: host.workers.map((worker) => ({
      ...worker,
      state: worker.name in states ? states[worker.name as keyof typeof states] : worker.state,
    })),
  }));
  return planned({ ...farm, hosts }, busy(inPlace(farm), { 'worker-3': ['2026-03-01T09:19:00Z'] }));
}

function unreachableHost(): Plan {
  const farm = pc1Farm(3, 6);
  const seen = inPlace(pc1Farm(3, 4));
  const away = unreached('Cannot connect to pc1-host-02: connection refused').diagnostic;
  const diagnostic = {
    ...away,
    place: { kind: 'host', host: 'pc1-host-02' },
    help: 'Is the machine up, and does SSH listen on 10.0.1.2:22?',
  } as const;
  return planned(farm, {
    ...seen,
    hosts: new Map([...seen.hosts, ['pc1-host-02', { reached: false, diagnostic }]]),
  });
}

/** A path that still holds a sector is in the file no more. */
function refused(): Plan {
  const path = aStorage({ path: '/mnt/nvme1/seal' });
  const before = firstWorker(guideFarm(), (worker) => ({ ...worker, storage: [...worker.storage, path] }));
  const seen = inPlace(before);
  const id = [...seen.miner.storage.keys()].find((key) => !inPlace(guideFarm()).miner.storage.has(key));
  const held = { Miner: 1000, Number: 7, SectorFileType: 4 };
  return planned(guideFarm(), changeMiner(seen, { sectors: new Map([[id ?? '', [held]]]) }));
}

function tokenChanged(): Plan {
  return planned(guideFarm(), inPlace(guideFarm()), new Secret(`${TOKEN.reveal()}-rotated`));
}

function movedToSystemd(): Plan {
  const farm = guideFarm();
  const [first, ...others] = farm.hosts;
  if (first === undefined) throw new Error('a farm without a host');
  const seen = busy(inPlace(farm), { 'worker-1': ['2026-03-01T09:19:00Z'] });
  return planned({ ...farm, hosts: [{ ...first, serviceManager: 'systemd' }, ...others] }, seen);
}

/** Plans as they are seen in the life of a farm. */
export const SCENES: readonly (readonly [name: string, plan: () => Plan])[] = [
  ['nothing-to-do', nothingToDo],
  ['first-install', firstInstall],
  ['restart-of-busy-worker', restartOfBusyWorker],
  ['limits-of-many-hosts', limitsOfManyHosts],
  ['groups-changed-live', groupsChangedLive],
  ['drained-worker', drainedWorker],
  ['drained-by-the-file', drainedByTheFile],
  ['unreachable-host', unreachableHost],
  ['refused', refused],
  ['token-changed', tokenChanged],
  ['moved-to-systemd', movedToSystemd],
];
