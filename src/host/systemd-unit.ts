import { createHash } from 'node:crypto';
import type { HostPaths } from '../farm/farm.js';

/** Where units of the administrator are. systemd: systemd.unit(5) */
const FOLDER = '/etc/systemd/system';

/** One template for all workers of a host. */
export const TEMPLATE_FILE = `${FOLDER}/sealfarm-worker@.service`;

/** All units of workers, for systemctl. */
export const UNIT_PATTERN = 'sealfarm-worker@*.service';

/** Where a unit is linked that is started at boot. systemd: systemd.unit(5), [Install] */
const WANTED = `${FOLDER}/multi-user.target.wants`;

/** All links of units that are started at boot, for a shell. */
export const ENABLED_LINKS = `${WANTED}/${UNIT_PATTERN}`;

export function enabledLink(unit: string): string {
  return `${WANTED}/${unit}`;
}

export function unitName(worker: string): string {
  return `sealfarm-worker@${worker}.service`;
}

/** The worker of a unit; undefined where it is none of ours. */
export function workerOfUnit(unit: string): string | undefined {
  return /^sealfarm-worker@(.*)\.service$/.exec(unit)?.[1];
}

export function dropInFile(worker: string): string {
  return `${FOLDER}/${unitName(worker)}.d/10-sealfarm.conf`;
}

/** Seconds for a worker to end after SIGINT. Lotus only stops its HTTP server then; work is not waited for. */
const STOP_SECONDS = 30;

/**
 * What all workers have in common. Lotus ends with status 0 on errors, so that it is always started anew; it handles
 * SIGINT alone, and exits where it may open fewer than 100,000 files.
 */
export function unitTemplate({ config }: HostPaths): string {
  return `# Written by sealfarm; what one worker alone has is in its drop-in.
[Unit]
Description=lotus-worker %i
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
EnvironmentFile=${escaped(config)}/workers/%i/worker.env
ExecStart=/usr/local/bin/lotus-worker run
Restart=always
RestartSec=10
KillSignal=SIGINT
TimeoutStopSec=${STOP_SECONDS}
LimitNOFILE=1048576

[Install]
WantedBy=multi-user.target
`;
}

/** Settings of a drop-in whose values sealfarm alone writes, and in which nobody puts a secret. */
export const PLAIN_SETTING =
  /^(CPUAffinity|AllowedCPUs|NUMAPolicy|NUMAMask|AllowedMemoryNodes|MemoryMax|User|RequiresMountsFor)$/;

/** What a process shows of the unit it was started with. */
export const MARK_VARIABLE = 'SEALFARM_UNIT';

export interface UnitSettings {
  /** Of the template; see `markOf`. */
  readonly template: string;
  /** Folders whose file systems must be mounted before. */
  readonly mounts: readonly string[];
  readonly binary: string;
  readonly user: string;
  /** As `0-31,64`. */
  readonly cpus?: string;
  /** As `0-31,64`. */
  readonly numaNodes?: string;
  /** bytes */
  readonly memory?: number;
}

/**
 * Folders that may be gone after a reboot, or that only root can make. In the words of systemd, which leaves `$$` to sh;
 * `+` has it done by root.
 */
const OWN_FOLDERS = (user: string): string =>
  `ExecStartPre=+/bin/sh -c 'for own in "$$TMPDIR" "$$LOTUS_WORKER_PATH"; do [ -d "$$own" ] || install -d -m 700 -o ${user} "$$own" || exit; done'`;

/** What one worker alone has. CPUAffinity and NUMAMask hold where cgroups have no cpusets, AllowedCPUs and AllowedMemoryNodes also for what
 * it starts. */
export function unitDropIn({
  template,
  mounts,
  binary,
  user,
  cpus,
  numaNodes,
  memory,
}: UnitSettings): string {
  // Without its disks a worker would make a new repo on the root disk.
  const start = ['# Written by sealfarm.', '[Unit]', `RequiresMountsFor=${mounts.map(quoted).join(' ')}`];
  const service = [
    '[Service]',
    OWN_FOLDERS(user),
    // The first line takes the template's away.
    'ExecStart=',
    `ExecStart=${quoted(binary)} run`,
    // Without it even root has no HOME.
    `User=${escaped(user)}`,
    ...(cpus === undefined ? [] : [`CPUAffinity=${cpus}`, `AllowedCPUs=${cpus}`]),
    ...(numaNodes === undefined
      ? []
      : ['NUMAPolicy=bind', `NUMAMask=${numaNodes}`, `AllowedMemoryNodes=${numaNodes}`]),
    ...(memory === undefined ? [] : [`MemoryMax=${memory}`]),
  ];
  // What must be mounted says only when it starts: a path more or less is no reason to start it again.
  const mark = checksum(`${template}${service.join('\n')}\n`);
  // Here and not in the environment file, which systemd reads anew at each start, its units only when told to.
  return `${[...start, ...service, `Environment=${MARK_VARIABLE}=${mark}`].join('\n')}\n`;
}

/** The mark that a process of this drop-in shows. */
export function markOf(dropIn: string): string | undefined {
  return new RegExp(`^Environment=${MARK_VARIABLE}=(.*)$`, 'm').exec(dropIn)?.[1];
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** `%` begins a specifier. systemd: systemd.unit(5), SPECIFIERS */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}

/** As the first word of a command line. systemd: systemd.service(5), COMMAND LINES */
function quoted(path: string): string {
  const text = escaped(path);
  if (/^[\w./+@:,%-]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('$', '$$$$')}"`;
}
