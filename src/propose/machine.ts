import type { Hardware } from '../farm/farm.js';
import { parseCpuSet } from '../farm/cpu-set.js';
import { admissibleCount, admit, IDLE, type ActiveTask } from '../lotus/admission.js';
import type { WorkerResources } from '../lotus/api.js';
import { defaultResources } from '../lotus/resources.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { TaskCode } from '../lotus/task.js';
import type { GpuFacts } from '../observed/facts.js';
import { disksOf, type Disks } from './disks.js';
import type { SeenHost } from './proposal.js';

const GiB = 2 ** 30;

/** bytes of a GPU's own memory below which proofs of large sectors do not fit into it */
const GPU_MEMORY = 8 * GiB;

/** A host as workers could have it. */
export interface Machine {
  /** In the file. */
  readonly name: string;
  readonly seen: SeenHost;
  readonly size: SectorSize;
  /** Of which workers may have what is said: beside the miner less than all. */
  readonly hardware: Pick<Hardware, 'cpus' | 'memory' | 'swap' | 'l3Groups'>;
  /** Cores without their second threads, as far as workers may have them. */
  readonly cores: number;
  /** CPUs that workers keep to, beside the miner. */
  readonly cpus?: string;
  /** Indexes of GPUs that proofs can use. */
  readonly gpus: readonly number[];
  readonly besideMiner: boolean;
  readonly disks: Disks;
}

/** Test sectors need neither GPUs nor caches of a size. */
export function isLarge(size: SectorSize): boolean {
  return size === '32GiB' || size === '64GiB';
}

export function machineOf(name: string, seen: SeenHost, size: SectorSize, besideMiner: boolean): Machine {
  const { hardware, mounts, gpus, cores } = seen.facts;
  const whole = { ...hardware };
  const all = {
    name,
    seen,
    size,
    hardware: whole,
    cores: cores ?? hardware.cpus,
    gpus: usableGpus(gpus, size),
    besideMiner,
    disks: disksOf(mounts, size),
  };
  return besideMiner ? withRoomForTheMiner(all) : all;
}

function usableGpus({ gpus }: GpuFacts, size: SectorSize): readonly number[] {
  return gpus
    .filter(({ memory }) => !isLarge(size) || memory === undefined || memory >= GPU_MEMORY)
    .map(({ index }) => index);
}

/** The miner computes its proofs when it must, whatever else goes on: an eighth of the CPUs, and memory for one WindowPoSt. */
function withRoomForTheMiner(machine: Machine): Machine {
  const { cpus, memory, swap } = machine.hardware;
  const kept = Math.max(1, Math.ceil(cpus / 8));
  const online = [...(parseCpuSet(machine.seen.found.machine.cpus ?? '') ?? [])].toSorted((a, b) => a - b);
  const known = online.length === cpus ? online : Array.from({ length: cpus }, (_, cpu) => cpu);
  if (kept >= cpus) return machine;
  const proof = defaultResources('WDP', machine.size);
  return {
    ...machine,
    hardware: {
      cpus: cpus - kept,
      memory: Math.max(0, memory - proof.MaxMemory - proof.BaseMinMemory),
      swap,
    },
    cores: Math.max(1, machine.cores - kept),
    cpus: ranges(known.slice(kept)),
  };
}

/** `8-63,128-191` */
function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const latest = found.at(-1);
    if (latest !== undefined && latest[1] === number - 1) latest[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** bytes that programs besides lotus-worker take */
export function memoryOfTheSystem({ hardware: { memory } }: Machine): number {
  return Math.min(8 * GiB, memory / 16);
}

/** As Lotus would register a worker that has this much of it. */
function announced({ hardware }: Machine, gpus: number): WorkerResources {
  return {
    MemPhysical: hardware.memory,
    MemUsed: 0,
    MemSwap: hardware.swap,
    MemSwapUsed: 0,
    CPUs: hardware.cpus,
    GPUs: Array.from({ length: gpus }, () => 'GPU'),
    Resources: {},
  };
}

function taskOf(code: TaskCode, size: SectorSize): ActiveTask {
  return { code, need: defaultResources(code, size) };
}

/** Whether Lotus ever gives out one of the task there. @param gpus that the worker sees */
function admits(machine: Machine, code: TaskCode, gpus = machine.gpus.length): boolean {
  return admit(taskOf(code, machine.size), announced(machine, gpus), IDLE).admitted;
}

/** How many of a task Lotus lets run there by itself. */
export function mostAlone(machine: Machine, code: TaskCode): number {
  return admissibleCount(taskOf(code, machine.size), announced(machine, machine.gpus.length)).count;
}

export function canSeal({ disks }: Machine): boolean {
  return disks.seal.length > 0;
}

/** PC1 with the AddPiece that feeds it. */
export function canDo(machine: Machine, code: 'PC1' | 'PC2' | 'C2'): boolean {
  if (code === 'PC1' && !admits(machine, 'AP')) return false;
  return admits(machine, code) && (code === 'C2' || canSeal(machine));
}
