import { finding, type Finding, type YamlPath } from '../config/finding.js';
import { didYouMean, quote } from '../config/wording.js';
import { canonicalIp, isWildcard, parseSocketAddress } from './address.js';
import type { Host, HostPaths, SocketAddress, Worker } from './farm.js';
import type { NamedWorker } from './named-hosts.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { checkName } from './texts.js';
import { layered, readSettings, type WorkerSettings } from './worker-settings.js';

export const DEFAULT_BINARY = '/usr/local/bin/lotus-worker';
export const DEFAULT_PORT = 3456;
/** Stands in where the real one is reported as wrong, so that reading can go on. */
const NO_ADDRESS: SocketAddress = { host: '', port: 0 };

/** What a worker has from around it. */
export interface WorkerContext {
  readonly defaults: WorkerSettings;
  /** Defaults already worked in. */
  readonly profiles: ReadonlyMap<string, WorkerSettings>;
  /** The host's address; missing where it is reported as wrong. */
  readonly address: string | undefined;
  readonly paths: HostPaths;
  readonly serviceManager: Host['serviceManager'];
}

/** A worker with its profile and all defaults worked in. */
export function readWorker(
  { name, written, yaml }: NamedWorker,
  context: WorkerContext,
  report: Report,
): Worker {
  checkName(name, yaml, report);
  const own = readSettings(written, yaml, report);
  const settings = layered(settingsBelow(written.profile, yaml, context, report), own);
  return {
    name,
    binary: settings.binary ?? DEFAULT_BINARY,
    repo: settings.repo ?? `${context.paths.state}/workers/${name}`,
    listen: readListen(written.listen, yaml, context.address, report),
    tasks: settings.tasks ?? [],
    limits: settings.limits,
    resources: settings.resources,
    ...present({
      renamedFrom: written.renamedFrom,
      gpus: settings.gpus,
      cpus: settings.cpus,
      numaNodes: settings.numaNodes,
      memory: memoryLimit(settings.memory, yaml, context, report),
      user: settings.user,
      parameterCache: settings.parameterCache,
      parentCache: settings.parentCache,
      multicoreSdr: settings.multicoreSdr === false ? undefined : settings.multicoreSdr,
      parallelFetchLimit: settings.parallelFetchLimit,
    }),
    noSwap: settings.noSwap ?? false,
    tmpDir: settings.tmpDir ?? `${context.paths.state}/tmp/${name}`,
    env: settings.env,
    storage: settings.storage ?? [],
    state: settings.state ?? 'running',
    yaml,
  };
}

/** Lotus counts what it may use, so a limit that nobody keeps must not be counted either. */
function memoryLimit(
  memory: number | undefined,
  yaml: YamlPath,
  { serviceManager }: WorkerContext,
  report: Report,
): number | undefined {
  if (memory === undefined || serviceManager === 'systemd') return memory;
  const help = 'Let systemd keep the workers of the host, or limit their tasks: `limits: { PC1: 4 }`.';
  const message = 'nothing limits the memory of a plain process: this is not kept';
  report(finding('SF246', [...yaml, 'memory'], message, { severity: 'warning', help }));
  return undefined;
}

function settingsBelow(
  profile: string | undefined,
  yaml: YamlPath,
  { defaults, profiles }: WorkerContext,
  report: Report,
): WorkerSettings {
  if (profile === undefined) return defaults;
  const settings = profiles.get(profile);
  if (settings !== undefined) return settings;
  const message = `there is no profile ${quote(profile)}`;
  const help = didYouMean(profile, profiles.keys(), 'Write it under `profiles`.');
  report(finding('SF201', [...yaml, 'profile'], message, help));
  return defaults;
}

function readListen(
  written: string | undefined,
  yaml: YamlPath,
  hostAddress: string | undefined,
  report: Report,
): SocketAddress {
  const at = [...yaml, 'listen'];
  if (written === undefined) {
    if (hostAddress === undefined) return NO_ADDRESS;
    const host = canonicalIp(hostAddress);
    if (host !== undefined) return checkedListen({ host, port: DEFAULT_PORT }, at, report);
    report(listenMissing(yaml));
    return NO_ADDRESS;
  }
  const address = parseSocketAddress(written);
  if (address !== undefined) return checkedListen(address, at, report);
  const help = 'Write an IP address and a port: 10.0.0.11:3456 or [2001:db8::11]:3456.';
  report(finding('SF214', at, `${quote(written)} is no address a worker can listen on`, { help }));
  return NO_ADDRESS;
}

function checkedListen(address: SocketAddress, at: YamlPath, report: Report): SocketAddress {
  if (isWildcard(address)) {
    const help = 'Write the one address under which the other workers and the miner reach it.';
    report(finding('SF214', at, `${quote(address.host)} is no address that others can connect to`, { help }));
  }
  return address;
}

function listenMissing(yaml: YamlPath): Finding {
  return finding('SF213', yaml, "the worker needs 'listen', since its host's address is a name", {
    help: 'Add the IP address and port under which others reach it: listen: 10.0.0.11:3456.',
    on: 'key',
  });
}
