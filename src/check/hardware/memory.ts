import { admit, IDLE, withTask } from '../../lotus/admission.js';
import type { TaskResources } from '../../lotus/api.js';
import { defaultResources } from '../../lotus/resources.js';
import type { TaskCode } from '../../lotus/task.js';
import { task } from '../../lotus/task.js';
import { workersOf } from '../../farm/rules/rule.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { listed, sizeNeeded, sizeThere } from './words.js';
import { type KnownWorker, knownByHost, taskOn } from './workers.js';

/** Over in minutes and seldom many at once: to count as many as fit would make every farm overcommitted. */
const SHORT: readonly TaskCode[] = ['AP', 'DC'];

/** More of one task than any machine does; keeps a task that hardly takes anything from being counted for ever. */
const MOST = 1000;

/** Each worker counts the whole machine as its own, so Lotus may give away the same memory twice. */
export function* memoryIsGivenOnce(layout: Layout): Generator<Trouble> {
  for (const workers of knownByHost(layout)) {
    const [one] = workers;
    if (one === undefined || workers.length < 2) continue;
    const { host, hardware } = one;
    const uses = workers.map((known) => ({ name: known.worker.name, bytes: mostMemory(known) }));
    const sum = uses.reduce((total, { bytes }) => total + bytes, 0);
    if (sum <= hardware.memory) continue;
    const each = listed(uses.map(({ name, bytes }) => `${name} up to ${sizeNeeded(bytes)}`));
    yield {
      code: 'SF257',
      severity: 'warning',
      at: [...host.yaml, 'workers'],
      on: 'key',
      who: host.name,
      say: (name) =>
        `Lotus may give the workers of ${name(host.name)} tasks for ${sizeNeeded(sum)} of RAM in all, and it has ${sizeThere(hardware.memory)}`,
      help: `Lower their limits until they fit together; as it is, ${each}.`,
    };
  }
}

/** RAM the worker's tasks take, the greatest first, until Lotus admits no more of them. */
function mostMemory(known: KnownWorker): number {
  const tasks = known.worker.tasks.filter((code) => !SHORT.includes(code)).map((code) => taskOn(known, code));
  let active = IDLE;
  for (const one of tasks.toSorted((a, b) => b.need.MinMemory - a.need.MinMemory)) {
    for (let count = 0; count < MOST && admit(one, known.announced, active).admitted; count++) {
      active = withTask(active, one, known.announced);
    }
  }
  return active.memUsedMin;
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
