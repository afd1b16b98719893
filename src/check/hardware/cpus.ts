import { parseCpuSet } from '../../farm/cpu-set.js';
import type { Hardware, Host, Worker } from '../../farm/farm.js';
import { defaultResources } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import { isBesideMiner } from '../beside-miner.js';
import { seesNoGpu } from './gpus.js';
import type { Trouble } from './trouble.js';
import { counted, listed, ranges } from './words.js';
import { clashes, isLarge, knownByHost, knownWorkers, mostAtOnce } from './workers.js';

/** Multicore SDR binds a PC1 to the cores of one L3 cache, as long as there is one left. */
export function* l3GroupsSuffice(layout: Layout): Generator<Trouble> {
  for (const workers of knownByHost(layout)) {
    const bound = workers.filter(({ worker }) => doesMulticore(worker));
    const [one] = bound;
    const groups = one?.hardware.l3Groups;
    if (one === undefined || groups === undefined) continue;
    const { host } = one;
    const count = bound.reduce((sum, known) => sum + mostAtOnce(known, 'PC1'), 0);
    if (count <= groups) continue;
    const limit = [...one.worker.yaml, 'limits', 'PC1'];
    yield {
      code: 'SF253',
      severity: 'warning',
      ...(bound.length === 1 ? { at: limit } : { at: [...host.yaml, 'workers'], on: 'key' as const }),
      who: host.name,
      say: (name) =>
        `${name(host.name)} may do ${count} PC1 at once with multicore SDR, and it has ${counted(groups, 'L3 group')}`,
      help: `Limit PC1 to ${groups} on the machine, one for each group.`,
    };
  }
}

function doesMulticore(worker: Worker): worker is Worker & Required<Pick<Worker, 'multicoreSdr'>> {
  return worker.multicoreSdr !== undefined && worker.tasks.includes('PC1');
}

/** Two workers that bind their threads bind them to the same cores. */
export function* cpusAreGivenOnce({ farm }: Layout): Generator<Trouble> {
  for (const host of farm.hosts) {
    const given = host.workers.filter(({ cpus }) => cpus !== undefined);
    for (const { first, again, clash } of clashes(given, commonCpus)) {
      yield {
        code: 'SF255',
        severity: 'warning',
        at: [...again.yaml, 'cpus'],
        who: again.name,
        say: (name) =>
          `${name(first.name)} and ${name(again.name)} on ${name(host.name)} both run on the CPUs ${clash}`,
        help: 'Give each worker CPUs of its own.',
      };
    }
  }
}

function commonCpus(first: Worker, again: Worker): string | undefined {
  const others = cpusOf(first);
  const common = [...cpusOf(again)].filter((cpu) => others.has(cpu));
  return common.length === 0 ? undefined : ranges(common);
}

function cpusOf({ cpus }: Worker): ReadonlySet<number> {
  return (cpus === undefined ? undefined : parseCpuSet(cpus)) ?? new Set();
}

/** Lotus knows nothing of the miner beside a worker: what it needs for its proofs, the workers may not have. */
export function* cpusAreLeftForTheMiner({ farm, hardware }: Layout): Generator<Trouble> {
  if (!isLarge(farm.sectorSize)) return;
  for (const host of farm.hosts) {
    const machine = hardware.get(host.name);
    const sealing = host.workers.filter(({ tasks }) => tasks.some((code) => BUSY.includes(code)));
    const [first] = sealing;
    if (machine === undefined || first === undefined || !isBesideMiner(farm, host)) continue;
    const taken = new Set(sealing.flatMap((worker) => [...cpusOf(worker)]));
    const free = Array.from({ length: machine.cpus }, (_, cpu) => cpu).filter((cpu) => !taken.has(cpu));
    const greedy = sealing.find(({ cpus }) => cpus === undefined);
    if (greedy === undefined && free.length > 0) continue;
    const { name: worker, yaml } = greedy ?? first;
    yield {
      code: 'SF248',
      severity: 'warning',
      at: greedy === undefined ? [...yaml, 'cpus'] : yaml,
      ...(greedy === undefined ? {} : { on: 'key' as const }),
      who: worker,
      say: (name) =>
        `the miner is on ${name(host.name)} too, and ${greedy === undefined ? 'its workers take' : `${name(worker)} takes`} all of its ${counted(machine.cpus, 'CPU')}`,
      help: 'Leave some to the miner: give each worker there `cpus`.',
    };
  }
}

/** Tasks that keep CPUs busy for long. */
const BUSY: readonly TaskCode[] = ['PC1', 'PC2', 'C2', 'RU', 'PR2', 'UNS', 'GSK'];

/** taskset leaves out CPUs that are not there, and fails when none is left. */
export function* cpusExist(layout: Layout): Generator<Trouble> {
  for (const { host, worker, hardware } of knownWorkers(layout)) {
    const cpus = [...cpusOf(worker)];
    const missing = cpus.filter((cpu) => cpu >= hardware.cpus);
    if (missing.length === 0) continue;
    const left = cpus.length - missing.length;
    yield {
      code: 'SF256',
      severity: left === 0 ? 'error' : 'warning',
      at: [...worker.yaml, 'cpus'],
      who: worker.name,
      say: (name) => {
        const rest = left === 0 ? 'cannot start' : `runs on the other ${left} alone`;
        return `${name(host.name)} has no CPUs ${ranges(missing)}, so ${name(worker.name)} ${rest}`;
      },
      help: `Write CPUs that are there: 0-${hardware.cpus - 1}.`,
    };
  }
}

/** Lotus counts producers + 1 threads for a PC1, unless the file tells it less. */
export function* sdrThreadsFit(layout: Layout): Generator<Trouble> {
  for (const known of knownWorkers(layout)) {
    const { worker, announced } = known;
    if (!doesMulticore(worker)) continue;
    const each = worker.multicoreSdr.producers + 1;
    const count = mostAtOnce(known, 'PC1');
    if (count * each <= announced.CPUs) continue;
    yield {
      code: 'SF267',
      severity: 'warning',
      at: [...worker.yaml, 'multicoreSdr'],
      who: worker.name,
      say: (name) =>
        `${name(worker.name)} may do ${count} PC1 at once with multicore SDR, which take ${count * each} threads, and it has ${counted(announced.CPUs, 'CPU')}`,
      help: `Limit PC1 to ${Math.floor(announced.CPUs / each)}, or leave its maxParallelism to Lotus.`,
    };
  }
}

/** Tasks that take nearly all CPUs where no GPU does the work. */
const HEAVY: readonly TaskCode[] = ['PC2', 'C2', 'PR2', 'WDP', 'WNP'];

/** Without a GPU such a task takes 92 % of the CPUs, and each worker counts all of them as its own. */
export function* cpusAreLeftForOthers({ farm, hardware }: Layout): Generator<Trouble> {
  if (!isLarge(farm.sectorSize)) return;
  for (const host of farm.hosts) {
    const greedy = greedyOf(host, hardware.get(host.name), farm.sectorSize);
    const [pair] = clashes(greedy, (first, again) => sameCpus(first.worker, again.worker) || undefined);
    if (pair === undefined) continue;
    const { first, again } = pair;
    yield {
      code: 'SF271',
      severity: 'warning',
      at: [...again.worker.yaml, 'tasks'],
      who: again.worker.name,
      say: (name) =>
        `${listed(first.codes)} on ${name(first.worker.name)} and ${listed(again.codes)} on ${name(again.worker.name)} take 92 % of the CPUs of ${name(host.name)} each, without a GPU`,
      help: 'Put them into one worker, or give each worker CPUs of its own.',
    };
  }
}

interface Greedy {
  readonly worker: Worker;
  readonly codes: readonly TaskCode[];
}

function greedyOf(host: Host, hardware: Hardware | undefined, size: SectorSize): readonly Greedy[] {
  return host.workers
    .filter((worker) => seesNoGpu(worker, hardware))
    .map((worker) => ({ worker, codes: worker.tasks.filter((code) => takesAll(worker, code, size)) }))
    .filter(({ codes }) => codes.length > 0);
}

function takesAll({ resources }: Worker, code: TaskCode, size: SectorSize): boolean {
  if (!HEAVY.includes(code)) return false;
  return (resources.get(code)?.MaxParallelism ?? defaultResources(code, size).MaxParallelism) === -1;
}

function sameCpus(first: Worker, again: Worker): boolean {
  if (first.cpus === undefined || again.cpus === undefined) return true;
  return commonCpus(first, again) !== undefined;
}
