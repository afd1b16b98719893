import { formatSocketAddress } from '../../src/farm/address.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { workerLayout } from '../../src/host/layout.js';
import { formatManifest, type DrainIntent } from '../../src/host/manifest.js';
import type {
  DepartedWorker,
  ObservedHost,
  ObservedMiner,
  Observation,
} from '../../src/observed/observed.js';
import { aFarm, aHost, aStorage, aWorker } from './farm.js';
import { sha256 } from './observation.js';

export type Seen = Observation & { readonly miner: ObservedMiner };

/** `worker-2` with a port and a path of its own. */
export function numbered(number: number, overrides: Partial<Worker> = {}): Worker {
  return aWorker({
    name: `worker-${number}`,
    listen: { host: '10.0.0.11', port: 3455 + number },
    storage: [aStorage({ path: `/mnt/nvme${number}/seal` })],
    ...overrides,
  });
}

export function onOneHost(...workers: readonly Worker[]): Farm {
  return aFarm({ hosts: [aHost({ workers })] });
}

/** The look at a farm, with these workers in the file no more. */
export function left(seen: Seen, names: readonly string[], of: Farm): Seen {
  return changeHosts(seen, (host) => {
    const declared = of.hosts.find(({ name }) => name === host.name);
    if (declared === undefined) return host;
    const gone = [...host.workers].filter(([one]) => names.includes(one));
    const departed = gone.map(([one, observed]): [string, DepartedWorker] => {
      const { repo, listen } = declared.workers.find((candidate) => candidate.name === one) ?? aWorker();
      const files = workerLayout(declared, { name: one, repo });
      return [one, { ...observed, files, repo, listen: formatSocketAddress(listen) }];
    });
    const running = gone.filter(([, { process }]) => process !== undefined).map(([one]) => one);
    const workers = new Map([...host.workers].filter(([one]) => !names.includes(one)));
    const forgotten = running.length === 0 ? {} : { forgotten: running };
    return { ...host, workers, departed: new Map(departed), ...forgotten };
  });
}

/** The same look, but with something else seen of one that left. */
export function changeDeparted(
  seen: Seen,
  name: string,
  change: (before: DepartedWorker) => DepartedWorker,
): Seen {
  return changeHosts(seen, (host) => {
    const before = host.departed?.get(name);
    if (before === undefined) return host;
    return { ...host, departed: new Map([...(host.departed ?? []), [name, change(before)]]) };
  });
}

/** Of which nothing on the host tells any more where it was. */
export function withoutRepo({ repo: _, listen: __, ...rest }: DepartedWorker): DepartedWorker {
  return { ...rest, envFile: { state: 'absent' }, storageJson: { state: 'absent' }, storage: new Map() };
}

/** The same look, but each host remembers this one drain. */
export function withIntent(seen: Seen, name: string, intent: DrainIntent): Seen {
  return changeHosts(seen, (host) => {
    if (host.manifest === undefined) return host;
    const manifest = { ...host.manifest, intents: { [name]: intent } };
    return { ...host, manifest, manifestSha256: sha256(formatManifest(manifest)) };
  });
}

/** The same look, but each host tells that sealfarm wrote these files. */
export function withWritten(seen: Seen, paths: readonly string[]): Seen {
  const written = new Map(paths.map((path) => [path, new Set([sha256(path)])]));
  return changeHosts(seen, (host) => ({ ...host, written }));
}

function changeHosts(seen: Seen, change: (host: ObservedHost) => ObservedHost): Seen {
  const hosts = [...seen.hosts].map(([name, host]) => [name, host.reached ? change(host) : host] as const);
  return { ...seen, hosts: new Map(hosts) };
}
