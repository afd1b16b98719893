import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { listed } from '../import/report.js';
import { defaultResources } from '../lotus/resources.js';
import { sectorInPc1 } from './disks.js';
import { canSeal, isLarge, memoryOfTheSystem, type Machine } from './machine.js';
import type { Role } from './roles.js';

const GiB = 2 ** 30;

/** What stands above a host, and what is said of it. */
export interface Notes {
  readonly comments: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `64 CPUs in 8 L3 groups, 503 GiB of RAM, 1 GPU`: what the layout goes by. */
function seenWords({ seen }: Machine): string {
  const { hardware, gpus, numa } = seen.facts;
  const nodes = numa.length < 2 ? '' : ` on ${numa.length} NUMA nodes`;
  const groups = hardware.l3Groups === undefined ? '' : ` in ${counted(hardware.l3Groups, 'L3 group')}`;
  const swap = hardware.swap < GiB ? '' : `, ${gibibytes(hardware.swap)} of swap`;
  const cards = [...new Set(gpus.gpus.map(({ name }) => name))];
  const gpu = gpus.gpus.length === 0 ? '' : `, ${counted(gpus.gpus.length, 'GPU')} (${listed(cards)})`;
  return `seen: ${counted(hardware.cpus, 'CPU')}${groups}${nodes}, ${gibibytes(hardware.memory)} of RAM${swap}${gpu}`;
}

/** @param miner what there is to say of a lotus-miner that nobody named */
export function notesOn(role: Role, storing: boolean, miner: string | undefined): Notes {
  const { machine, pc1, pc2, c2 } = role;
  const { seen, disks, name } = machine;
  const trouble = gpuTrouble(machine);
  // One that runs is among the workers.
  const idle = seen.found.idle
    .filter(({ running }) => running !== true)
    .map(({ repo }) => `${repo} is the repo of a lotus-worker that does not run: look what it holds`);
  const useless = pc1 === undefined && !pc2 && !c2 && !storing;
  const why = machine.besideMiner
    ? 'no worker: lotus-miner is here, and the other machines can do all'
    : `no worker: ${lacks(machine)}`;
  return {
    comments: [
      seenWords(machine),
      ...(miner === undefined ? [] : [miner]),
      ...(useless ? [why] : []),
      ...(trouble === undefined ? [] : [trouble]),
      ...disks.notes,
      ...(machine.besideMiner && disks.store.length > 0
        ? [
            `${listed(disks.store.map(({ mount }) => mount))}: for finished sectors, by \`lotus-miner storage attach\``,
          ]
        : []),
      ...idle,
    ],
    diagnostics: [
      ...(useless && !machine.besideMiner ? [nothingToDo(name, lacks(machine))] : []),
      ...(miner === undefined ? [] : [otherMiner(name, miner)]),
      ...(trouble === undefined ? [] : [noGpu(name, trouble)]),
      ...idle.map((message) => idleRepo(name, message)),
    ],
  };
}

/** What it would need for PC1, the task that asks least of a machine beside memory and disk. */
function lacks(machine: Machine): string {
  const { hardware, size } = machine;
  const { MaxMemory, BaseMinMemory } = defaultResources('PC1', size);
  const adding = defaultResources('AP', size);
  // Swap is not counted: PC1 that swaps takes days.
  const needed =
    MaxMemory + BaseMinMemory + adding.MaxMemory + adding.BaseMinMemory + memoryOfTheSystem(machine);
  const memory = hardware.memory < needed;
  return listed([
    ...(canSeal(machine) ? [] : [`no disk has ${gibibytes(sectorInPc1(size))} free, which one sector takes`]),
    ...(memory
      ? [
          `it has not the ${gibibytes(needed)} of RAM that one PC1 takes with AddPiece and the system beside it`,
        ]
      : []),
    ...(canSeal(machine) && !memory ? ['its memory, disks and CPUs are enough for no task'] : []),
  ]);
}

/** A driver that fails, or GPUs on the bus that no driver knows. */
function gpuTrouble({ seen, gpus: usable, size }: Machine): string | undefined {
  const { driver, gpus, onBus, why } = seen.facts.gpus;
  if (driver === 'failing')
    return `GPUs left out: nvidia-smi fails${why === undefined ? '' : `, "${why.slice(0, 120)}"`}`;
  if (onBus > gpus.length)
    return `GPUs left out: ${onBus} on the PCI bus, and the driver knows ${gpus.length}`;
  if (isLarge(size) && usable.length < gpus.length)
    return `GPUs left out: ${gpus.length - usable.length} with less than 8 GiB of memory`;
  return undefined;
}

function nothingToDo(host: string, why: string): Diagnostic {
  const help = 'Mount its disks and look at its memory, or take it out of the file.';
  return warning('SF683', host, `${host} gets no worker: ${why}`, help);
}

function otherMiner(host: string, message: string): Diagnostic {
  return warning('SF689', host, message, `If it is this farm's, make the file anew with --miner ${host}.`);
}

function noGpu(host: string, message: string): Diagnostic {
  return warning(
    'SF686',
    host,
    message,
    'Look at `nvidia-smi` there. Once it shows them, make the file anew.',
  );
}

function warning(code: Diagnostic['code'], host: string, message: string, help: string): Diagnostic {
  return { code, severity: 'warning', message, place: { kind: 'host', host }, help };
}

function idleRepo(host: string, message: string): Diagnostic {
  return {
    code: 'SF668',
    severity: 'note',
    message,
    place: { kind: 'host', host },
    help: 'Where sectors lie on its paths, start it as usual and take it into the file with `sealfarm import`.',
  };
}

function gibibytes(bytes: number): string {
  return bytes >= GiB ? `${Math.round(bytes / GiB)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
