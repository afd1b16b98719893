import type { WrittenFarm, WrittenHost } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { canonicalIp } from '../farm/address.js';
import { isName } from '../farm/texts.js';
import {
  A_NEW_FILE,
  type AboutFarm,
  type AskedHost,
  type Imported,
  type ImportedHost,
  type ImportOf,
  type Into,
  wayTo,
} from './imported.js';
import { readHost } from './read-host.js';
import { listed } from './report.js';
import { sharedStores } from './shared-stores.js';

/** What stands in the file where nobody knows the size: no size that the file takes, so that `validate` names the place. */
export const UNKNOWN_SIZE = 'TODO';

/** The farm that these hosts are, with all that each of them has. @param into names of hosts that it has already stay */
export function importFarm(asked: readonly AskedHost[], about: AboutFarm, into: Into = A_NEW_FILE): Imported {
  const { machines, diagnostics: twice } = oncePerMachine(asked);
  const { told, diagnostics: unclear } = toldApart(
    machines.map((host) => ({ host, known: into.known(host) })),
  );
  const diagnostics = [...twice, ...unclear];
  const names = new Set(into.hosts);
  const taken = { names: new Set(into.workers) };
  const readings = told.map(({ host: one, known }) => {
    const name = known?.name ?? hostName(one.address, one.found.machine.hostname, names);
    return { asked: one, ...readHost(name, one, about, taken, known) };
  });
  const hosts = readings.map(({ host }) => host).toSorted((a, b) => HOST_ORDER.compare(a.name, b.name));
  return {
    farm: farmOf(hosts, about),
    comments: {
      hosts: new Map(hosts.map(({ name, comments }) => [name, comments])),
      workers: new Map(
        hosts.map(({ name, workers }) => [
          name,
          new Map(workers.map((worker) => [worker.name, worker.comments])),
        ]),
      ),
    },
    diagnostics: [
      ...diagnostics,
      ...readings.flatMap((reading) => reading.diagnostics),
      ...sharedStores(readings),
    ],
  };
}

/** seal-9 before seal-10. */
export const HOST_ORDER = new Intl.Collator('en', { numeric: true });

/**
 * The name that a person or ssh_config gave it; of an address, what the machine calls itself.
 * @param hostname undefined where it was not reached
 * @param names that are given; the new one joins them
 */
export function hostName(address: string, hostname = '', names: Set<string>): string {
  const plain = address.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+/, '');
  const wishes = canonicalIp(address) === undefined ? [plain, hostname] : [hostname, plain];
  let name = wishes.find((wish) => isName(wish) && !names.has(wish));
  for (let number = names.size + 1; name === undefined; number++)
    if (!names.has(`host-${number}`)) name = `host-${number}`;
  names.add(name);
  return name;
}

interface KnownAs {
  readonly host: AskedHost;
  readonly known: ImportOf | undefined;
}

/** Without those that are taken for one host of the file: nobody knows which of them it is. */
function toldApart(machines: readonly KnownAs[]): {
  readonly told: readonly KnownAs[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const alike = ({ known }: KnownAs): readonly KnownAs[] =>
    known === undefined ? [] : machines.filter((other) => other.known?.name === known.name);
  const isClear = (one: KnownAs): boolean => alike(one).length <= 1;
  return {
    told: machines.filter(isClear),
    diagnostics: machines
      .filter((one) => !isClear(one))
      .map((one): Diagnostic => {
        const others = alike(one).filter((other) => other !== one);
        return {
          code: 'SF666',
          severity: 'warning',
          message: `${wayTo(one.host)} left out: ${listed(others.map(({ host }) => wayTo(host)))} would be ${one.known?.name ?? ''} of the file, too, and is another machine`,
          place: { kind: 'host', host: one.host.address },
          help: 'Name that one alone which is this host; of the other look why it has the same name, address or worker.',
        };
      }),
  };
}

/** Each machine by the first of the names that were given. */
export function oncePerMachine<T extends AskedHost>(
  asked: readonly T[],
): {
  readonly machines: readonly T[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const first = new Map<string, T>();
  const diagnostics: Diagnostic[] = [];
  for (const host of asked) {
    const { bootId, hostname } = host.found.machine;
    const known = first.get(`${bootId} ${hostname}`);
    if (known === undefined) first.set(`${bootId} ${hostname}`, host);
    else
      diagnostics.push({
        code: 'SF666',
        severity: 'warning',
        message: `${host.address} left out: it is the same machine as ${known.address}`,
        place: { kind: 'host', host: host.address },
        help: 'Name each machine once.',
      });
  }
  return { machines: [...first.values()], diagnostics };
}

function farmOf(hosts: readonly ImportedHost[], { name, sectorSize, miner }: AboutFarm): WrittenFarm {
  const groups = hosts.flatMap(({ workers }) =>
    workers.flatMap(({ written }) =>
      (written.storage ?? []).flatMap(({ groups: own = [], allowTo = [] }) => [...own, ...allowTo]),
    ),
  );
  const declared = [...new Set(groups)].toSorted(HOST_ORDER.compare);
  return {
    version: 1,
    farm: name,
    // What is not known is to be wrong.
    sectorSize: (sectorSize ?? UNKNOWN_SIZE) as WrittenFarm['sectorSize'],
    miner: {
      ...(miner.api === undefined ? {} : { api: miner.api }),
      ...(miner.marketsApi === undefined ? {} : { marketsApi: miner.marketsApi }),
      token: miner.token,
      ...(miner.host === undefined ? {} : { host: miner.host }),
    },
    ...(declared.length === 0
      ? {}
      : { storageGroups: Object.fromEntries(declared.map((group) => [group, {}])) }),
    hosts: Object.fromEntries(hosts.map((host) => [host.name, writtenHost(host)])),
  };
}

function writtenHost({ written, workers }: ImportedHost): WrittenHost {
  if (workers.length === 0) return written;
  return { ...written, workers: Object.fromEntries(workers.map((worker) => [worker.name, worker.written])) };
}
