import type { WrittenSsh } from '../../src/config/written.gen.js';
import type { FoundHost } from '../../src/observed/found.js';
import type { GpuFacts, HostFacts, MountFacts } from '../../src/observed/facts.js';
import type { SeenHost } from '../../src/propose/proposal.js';
import { aFoundHost, type StartedWorker } from './found-host.js';

const GiB = 2 ** 30;

/** A machine by what matters of it; sizes in GiB. */
export interface Shape {
  readonly address?: string;
  readonly ssh?: WrittenSsh;
  readonly cpus?: number;
  readonly cores?: number;
  readonly l3?: number;
  readonly ram: number;
  readonly swap?: number;
  /** NUMA nodes */
  readonly nodes?: number;
  /** GiB of memory of each */
  readonly gpus?: readonly number[];
  readonly gpuFacts?: Partial<GpuFacts>;
  /** By mount point: free GiB, with `hdd` behind it for one that turns and `?` for one of which that is not known. */
  readonly disks?: Readonly<Record<string, string | number>>;
  readonly mounts?: readonly MountFacts[];
  readonly machine?: Partial<FoundHost['machine']>;
  readonly workers?: readonly StartedWorker[];
  readonly idle?: FoundHost['idle'];
}

export function aSeenHost(name: string, shape: Shape): SeenHost {
  const { address = name, ssh = {}, machine = {}, workers = [], idle = [] } = shape;
  const number = 11 + Number(/\d+$/.exec(name)?.[0] ?? 0);
  const net = Array.from(name.replace(/\d+$/, ''), (letter) => letter.charCodeAt(0)).reduce(
    (sum, code) => (sum * 31 + code) % 250,
    1,
  );
  const own = {
    hostname: name,
    bootId: name,
    cpus: `0-${(shape.cpus ?? 64) - 1}`,
    addresses: [`10.0.${net}.${number}`],
  };
  return {
    address,
    ssh,
    found: { ...aFoundHost(workers, { ...own, ...machine }), idle },
    facts: factsOf(shape),
  };
}

function factsOf({
  cpus = 64,
  cores = cpus / 2,
  l3,
  ram,
  swap = 0,
  nodes = 0,
  gpus = [],
  ...shape
}: Shape): HostFacts {
  const known = gpus.map((memory, index) => ({
    index,
    uuid: `GPU-${index}`,
    name: 'NVIDIA GeForce RTX 3090',
    memory: memory * GiB,
  }));
  return {
    hardware: {
      cpus,
      memory: ram * GiB,
      swap: swap * GiB,
      gpus: known.length,
      ...(l3 === undefined ? {} : { l3Groups: l3 }),
      disk: new Map(),
    },
    cores,
    numa: Array.from({ length: nodes }, (_, node) => ({ node, cpus: '', memory: (ram / nodes) * GiB })),
    hugepages: [],
    mounts: [...Object.entries(shape.disks ?? {}).map(mountOf), ...(shape.mounts ?? [])],
    gpus: {
      driver: known.length > 0 ? 'ok' : 'absent',
      gpus: known,
      onBus: known.length,
      module: known.length > 0,
      ...shape.gpuFacts,
    },
    hardFileLimit: 1_048_576,
    fileLimit: 1_048_576,
    places: new Map(),
    caches: new Map(),
    workers: new Map(),
    clockAhead: 0,
  };
}

function mountOf([mount, text]: [string, string | number], index: number): MountFacts {
  const [free = '', kind] = String(text).split(' ');
  return {
    mount,
    source: kind === undefined ? `/dev/nvme${index}n1` : kind === '?' ? 'tank/x' : `/dev/sd${index}`,
    device: `259:${index}`,
    type: 'xfs',
    size: Number(free) * GiB,
    free: Number(free) * GiB,
    ...(kind === '?' ? {} : { rotational: kind === 'hdd' }),
  };
}
