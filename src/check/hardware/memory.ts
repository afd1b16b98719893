import { admit, IDLE, withTask } from '../../lotus/admission.js';
import type { TaskResources } from '../../lotus/api.js';
import { defaultResources } from '../../lotus/resources.js';
import type { TaskCode } from '../../lotus/task.js';
import { task } from '../../lotus/task.js';
import type { Hardware } from '../../farm/farm.js';
import { workersOf } from '../../farm/rules/rule.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { listed, sizeNeeded, sizeThere } from './words.js';
import { type KnownWorker, knownByHost, taskOn } from './workers.js';

/** Over in minutes and seldom many at once: to count as many as fit would make every farm overcommitted. */
const SHORT: readonly TaskCode[] = ['AP', 'DC'];

/** More of one task than any machine does; keeps a task that hardly takes anything from being counted for ever. */
const MOST = 1000;

/** Lotus asks twice for each task: whether RAM holds what it must have, and RAM + swap what it may come to take. */
const KINDS = [
  { field: 'MinMemory', what: 'RAM', there: ({ memory }: Hardware) => memory },
  { field: 'MaxMemory', what: 'RAM + swap', there: ({ memory, swap }: Hardware) => memory + swap },
] as const;

/** Each worker counts the whole machine as its own, so Lotus may give away the same memory twice. */
export function* memoryIsGivenOnce(layout: Layout): Generator<Trouble> {
  for (const workers of knownByHost(layout)) {
    const [one] = workers;
    if (one === undefined || workers.length < 2) continue;
    const { host, hardware } = one;
    const uses = KINDS.map((kind) => usesOf(workers, kind.field));
    const short = KINDS.findIndex(({ there }, index) => sumOf(uses[index]) > there(hardware));
    const kind = KINDS[short];
    if (kind === undefined) continue;
    const each = listed((uses[short] ?? []).map(({ name, bytes }) => `${name} up to ${sizeNeeded(bytes)}`));
    yield {
      code: 'SF257',
      severity: 'warning',
      at: [...host.yaml, 'workers'],
      on: 'key',
      who: host.name,
      say: (name) =>
        `Lotus may give the workers of ${name(host.name)} tasks for ${sizeNeeded(sumOf(uses[short]))} of ${kind.what} in all, and it has ${sizeThere(kind.there(hardware))}`,
      help: `Lower their limits until they fit together; as it is, ${each}.`,
    };
  }
}

interface Use {
  readonly name: string;
  readonly bytes: number;
}

function usesOf(workers: readonly KnownWorker[], field: MemoryField): readonly Use[] {
  return workers.map((known) => ({ name: known.worker.name, bytes: mostMemory(known, field) }));
}

function sumOf(uses: readonly Use[] = []): number {
  return uses.reduce((total, { bytes }) => total + bytes, 0);
}

type MemoryField = (typeof KINDS)[number]['field'];

/** What the worker's tasks take, the greatest first, until Lotus admits no more; what tasks of a kind share counts once. */
function mostMemory(known: KnownWorker, field: MemoryField): number {
  const tasks = known.worker.tasks.filter((code) => !SHORT.includes(code)).map((code) => taskOn(known, code));
  let active = IDLE;
  for (const one of tasks.toSorted((a, b) => b.need[field] - a.need[field])) {
    for (let count = 0; count < MOST && admit(one, known.announced, active).admitted; count++) {
      active = withTask(active, one, known.announced);
    }
  }
  const shared = tasks
    .filter(({ code }) => active.counts.has(code))
    .reduce((sum, { need }) => sum + need.BaseMinMemory, 0);
  return shared + (field === 'MinMemory' ? active.memUsedMin : active.memUsedMax);
}

const MEMORY_KEYS = { minMemory: 'MinMemory', maxMemory: 'MaxMemory' } as const satisfies Readonly<
  Record<string, keyof TaskResources>
>;

/** Lotus admits by what a task counts for, whatever it really takes. */
export function* resourcesAreHonest({ farm }: Layout): Generator<Trouble> {
  for (const { worker } of workersOf(farm.hosts)) {
    for (const [code, written] of worker.resources) {
      if (!worker.tasks.includes(code) && task(code).name !== undefined) continue;
      const usual = defaultResources(code, farm.sectorSize);
      for (const [key, field] of Object.entries(MEMORY_KEYS)) {
        const bytes = written[field];
        if (bytes === undefined || bytes >= usual[field]) continue;
        yield {
          code: 'SF270',
          severity: 'warning',
          at: [...worker.yaml, 'resources', code, key],
          who: worker.name,
          say: (name) =>
            `${code} counts for ${sizeThere(bytes)} of ${key} on ${name(worker.name)}, and Lotus's own table has ${sizeNeeded(usual[field])}`,
          help: 'Leave it out, unless the memory was measured over a whole task.',
        };
      }
    }
  }
}
