import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { WrittenDefaults, WrittenPaths, WrittenSsh } from '../config/written.gen.js';
import { canonicalIp, isHostName } from './address.js';
import { DURATION_HELP, parseDuration } from './duration.js';
import type { Host, HostPaths, SshSettings } from './farm.js';
import { readHardware } from './hardware.js';
import type { NamedHost } from './named-hosts.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { checkName, hostPath } from './texts.js';
import { readWorker, type WorkerContext } from './worker.js';

const DEFAULT_SSH: SshSettings = {};
export const DEFAULT_PATHS: HostPaths = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };
const LONGEST_TIMEOUT = 3_600_000;

/** What all hosts have unless they say otherwise. */
export interface HostDefaults extends Pick<WorkerContext, 'defaults' | 'profiles'> {
  readonly ssh: SshSettings;
  readonly paths: HostPaths;
  readonly serviceManager: Host['serviceManager'];
}

/** `defaults.ssh` and `defaults.paths` above what is built in. */
export function readHostDefaults(
  written: WrittenDefaults,
  report: Report,
): Pick<HostDefaults, 'ssh' | 'paths' | 'serviceManager'> {
  return {
    ssh: readSsh(written.ssh ?? {}, DEFAULT_SSH, ['defaults', 'ssh'], report),
    paths: readPaths(written.paths ?? {}, DEFAULT_PATHS, ['defaults', 'paths'], report),
    serviceManager: written.serviceManager ?? 'systemd',
  };
}

export function readHost(
  { name, written, workers, yaml }: NamedHost,
  defaults: HostDefaults,
  report: Report,
): Host {
  checkName(name, yaml, report);
  const address = readAddress(written.address, [...yaml, 'address'], report);
  const paths = readPaths(written.paths ?? {}, defaults.paths, [...yaml, 'paths'], report);
  const serviceManager = written.serviceManager ?? defaults.serviceManager;
  const tags = written.tags ?? [];
  tags.forEach((tag, index) => {
    checkName(tag, [...yaml, 'tags', index], report, 'value');
  });
  return {
    name,
    address: address ?? written.address,
    ssh: readSsh(written.ssh ?? {}, defaults.ssh, [...yaml, 'ssh'], report),
    tags,
    paths,
    serviceManager,
    ...present({
      hardware: written.hardware && readHardware(written.hardware, [...yaml, 'hardware'], report),
    }),
    workers: workers.map((worker) =>
      readWorker(worker, { ...defaults, address, paths, serviceManager }, report),
    ),
    yaml,
  };
}

function readSsh(written: WrittenSsh, below: SshSettings, at: YamlPath, report: Report): SshSettings {
  const { connectTimeout, ...rest } = written;
  if (connectTimeout === undefined) return { ...below, ...rest };
  const milliseconds = parseDuration(connectTimeout);
  if (milliseconds !== undefined && milliseconds >= 1 && milliseconds <= LONGEST_TIMEOUT) {
    return { ...below, ...rest, connectTimeoutMs: milliseconds };
  }
  const message = `${quote(connectTimeout)} is no duration from 1ms to 1h`;
  report(finding('SF204', [...at, 'connectTimeout'], message, { help: DURATION_HELP }));
  return { ...below, ...rest };
}

function readPaths(written: WrittenPaths, below: HostPaths, at: YamlPath, report: Report): HostPaths {
  const read = (key: keyof HostPaths): string | undefined => {
    const path = written[key];
    return path === undefined ? undefined : hostPath(path, [...at, key], report);
  };
  return { ...below, ...present({ config: read('config'), state: read('state') }) };
}

function readAddress(written: string, at: YamlPath, report: Report): string | undefined {
  const ip = canonicalIp(written);
  if (ip !== undefined) return ip;
  if (isHostName(written)) return written;
  const help = 'Write an IP address or a DNS name, without a port: that is ssh.port.';
  report(finding('SF210', at, `${quote(written)} is no address of a host`, { help }));
  return undefined;
}
