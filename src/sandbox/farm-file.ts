import type { HostLayout, SandboxPorts, SandboxState } from './layout.js';
import { SECTOR_SIZE, layout, minerMultiaddr } from './layout.js';
import { DEFAULT_HARDWARE } from './worker/hardware.js';

/**
 * The sandbox's `sealfarm.yaml`: the public guide's three-worker case, again and again for more hosts. Of three
 * hosts the first two seal in groups of their own and the third feeds the first.
 */
export function farmFile(dir: string, hosts: readonly HostLayout[], state: SandboxState): string {
  const files = layout(dir);
  const { ports } = state;
  return `version: 1
farm: sandbox
sectorSize: ${SECTOR_SIZE}

miner:
  api: ${minerMultiaddr(state)}
  token: { file: ${scalar(files.minerToken)} }

defaults:
  ssh:
    user: root
    port: ${ports.ssh}
    identityFile: ${scalar(files.clientKey)}
    knownHostsFile: ${scalar(files.knownHosts)}
  worker:
    parameterCache: ${scalar(files.parameters)}
    parentCache: ${scalar(files.parents)}

profiles:
  pc1: { tasks: [addpiece, precommit1], limits: { PC1: 4 } }
  pc1-pc2: { extends: pc1, tasks: [addpiece, precommit1, precommit2, commit] }

storageGroups:
${groups(hosts).join('\n')}

hosts:
${hosts.map((host, index) => hostEntry(host, index, ports)).join('\n')}`;
}

/** Host 1 and 2 of three have groups 1 and 2, host 4 and 5 have groups 3 and 4, and so on. */
function groupOf(index: number): string | undefined {
  const role = index % 3;
  return role === 2 ? undefined : groupName(index - Math.floor(index / 3) + 1);
}

function groupName(number: number): string {
  return `example-seal-group-${number}`;
}

function groups(hosts: readonly HostLayout[]): string[] {
  return hosts.flatMap((host, index) => {
    const group = groupOf(index);
    if (group === undefined) return [];
    const feeder = index % 3 === 0 ? hosts[index + 2] : undefined;
    const description = feeder === undefined ? host.name : `${host.name}, fed by ${feeder.name}`;
    return `  ${group}: { description: ${scalar(description)} }`;
  });
}

function hostEntry(host: HostLayout, index: number, ports: SandboxPorts): string {
  const own = groupOf(index);
  const allowTo = own ?? groupOf(index - 2) ?? '';
  const settings = own === undefined ? `allowTo: [${allowTo}]` : `groups: [${own}], allowTo: [${allowTo}]`;
  return `  ${host.name}:
    address: ${host.address}
    paths: { config: ${scalar(host.config)}, state: ${scalar(host.state)} }
    serviceManager: process
    hardware: ${hardware()}
    workers:
      ${host.name.replace('host', 'worker')}:
        profile: ${own === undefined ? 'pc1' : 'pc1-pc2'}
        listen: ${host.address}:${ports.worker}
        binary: ${scalar(host.binary)}
        repo: ${scalar(host.repo)}
        storage:
          - { path: ${scalar(host.sealing)}, seal: true, ${settings}, mount: any }
`;
}

/** As the simulated machine, not as the one it is simulated on. */
function hardware(): string {
  const { cpus, memory, gpus, disk } = DEFAULT_HARDWARE;
  return `{ cpus: ${cpus}, memory: ${memory / 2 ** 30}GiB, gpus: ${gpus.length}, disk: ${disk / 2 ** 40}TiB }`;
}

/** Plain where YAML reads it as the same text within braces too. */
function scalar(text: string): string {
  return /^[A-Za-z/][\w./-]*$/.test(text) ? text : JSON.stringify(text);
}
