/** Where the simulated miner listens, on the bridge of the lab. */
export const MINER_ADDRESS = '10.79.0.1';

/** A host of the lab as the farm's file has it. */
interface LabHost {
  /** As ssh finds it: an alias of the operator's ssh_config, or an IP address. */
  readonly reach: string;
  /** Where its worker listens. */
  readonly listen: string;
  readonly settings?: string;
  /** The host whose worker goes on with its sectors; without it the worker seals from start to end. */
  readonly feeds?: string;
}

const HOSTS = {
  plain: { reach: '10.79.0.11', listen: '10.79.0.11', settings: 'ssh: { user: root }', feeds: 'sudo' },
  inner: { reach: 'inner', listen: '10.79.1.12' },
  sudo: { reach: 'sudo', listen: '10.79.0.13', settings: 'ssh: { sudo: true }' },
  closed: { reach: '10.79.0.14', listen: '10.79.0.14' },
  slow: { reach: 'slow', listen: '10.79.0.15' },
  process: { reach: '10.79.0.16', listen: '10.79.0.16', settings: 'serviceManager: process', feeds: 'sudo' },
} as const satisfies Readonly<Record<string, LabHost>>;

export type LabHostName = keyof typeof HOSTS;

/** One of each kind: as root, behind a bastion, by sudo, without forwarding, over a slow link, without systemd. */
export const ALL_KINDS = Object.keys(HOSTS) as readonly LabHostName[];

export const SYSTEMD_KINDS = ALL_KINDS.filter((name) => name !== 'process');

/** What the file says of the simulated miner beside the hosts. */
export function minerBeside(sandbox: { readonly port: number; readonly tokenFile: string }): string {
  return `  api: /ip4/${MINER_ADDRESS}/tcp/${sandbox.port}/http
  token: { file: ${sandbox.tokenFile} }`;
}

/**
 * A farm of these hosts, each with one worker: `worker-plain` and so on.
 * @param miner what stands under `miner`
 */
export function farmFile(miner: string, hosts = ALL_KINDS): string {
  return `version: 1
farm: lab
sectorSize: 32GiB
miner:
${miner}
defaults:
  worker:
    limits: { PC1: 2 }
    parameterCache: /var/tmp/params
    parentCache: /var/tmp/parents
profiles:
  feeder: { tasks: [addpiece, precommit1], limits: { PC1: 1 }, cpus: '0', memory: 128GiB }
  all: { tasks: [addpiece, precommit1, precommit2, commit] }
storageGroups:
${hosts.map((name) => `  ${name}: {}`).join('\n')}
hosts:
${hosts.map((name) => hostEntry(name, HOSTS[name])).join('')}`;
}

function hostEntry(name: string, { reach, listen, settings, feeds }: LabHost): string {
  return `  ${name}:
    address: ${reach}
    hardware: { cpus: 64, memory: 512GiB, gpus: 2, disk: 16TiB }
${settings === undefined ? '' : `    ${settings}\n`}    workers:
      worker-${name}:
        profile: ${feeds === undefined ? 'all' : 'feeder'}
        listen: ${listen}:3456
        env: { RUST_LOG: info }
        storage:
          - { path: /mnt/seal, seal: true, groups: [${name}], allowTo: [${feeds ?? name}] }
`;
}
