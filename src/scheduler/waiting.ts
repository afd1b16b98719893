import type { StorageId } from '../lotus/api.js';
import type { SectorId } from '../lotus/file-type.js';
import type { Holders, PipelineTask, SectorIndexView } from '../lotus/selector.js';
import { TASK_PRIORITY } from '../lotus/task.js';
import type { TaskRequest } from './task-request.js';

const URGENCY = TASK_PRIORITY.filter((code): code is PipelineTask =>
  ['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'].includes(code),
);

/** Only these tasks depend on where a sector's files are. Lotus: storage/sealer/selector_existing.go */
const BY_HOLDERS: readonly PipelineTask[] = ['PC2', 'C1', 'FIN', 'GET'];

const NOWHERE: Holders = new Map();

/** Requests of one task whose files lie on the same paths: a worker may take all of them or none. */
export class RequestClass {
  readonly task: PipelineTask;
  readonly miner: number;
  /** Where the files are; empty for tasks to which that is all one. */
  readonly holders: readonly StorageId[];
  /** By sector number; those before `#first` are taken. */
  #requests: TaskRequest[] = [];
  #first = 0;

  constructor(task: PipelineTask, miner: number, holders: readonly StorageId[]) {
    this.task = task;
    this.miner = miner;
    this.holders = holders;
  }

  get isEmpty(): boolean {
    return this.#first === this.#requests.length;
  }

  /** The one with the lowest sector number. */
  get next(): TaskRequest | undefined {
    return this.#requests[this.#first];
  }

  [Symbol.iterator](): Iterator<TaskRequest> {
    return this.#requests.slice(this.#first)[Symbol.iterator]();
  }

  /** Mostly at the end: sectors come in the order of their numbers. */
  add(request: TaskRequest): void {
    const { Number: number } = request.sector;
    const last = this.#requests.at(-1);
    if (this.isEmpty || last === undefined || last.sector.Number <= number) this.#requests.push(request);
    else this.#requests.splice(this.#after(number), 0, request);
  }

  /** The first place behind all that do not come after a sector. */
  #after(number: number): number {
    let [low, high] = [this.#first, this.#requests.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#requests[middle]?.sector.Number ?? 0) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  takeNext(): void {
    this.#first += 1;
    // Cut off what is taken now and then, not each time: a queue may be long.
    if (this.#first * 2 < this.#requests.length) return;
    this.#requests = this.#requests.slice(this.#first);
    this.#first = 0;
  }
}

/** The requests of one task that nobody has been given. */
export class TaskQueue {
  readonly task: PipelineTask;
  readonly #all = new Map<string, RequestClass>();
  /** The same classes by the holders themselves: an index mostly gives the same ones again. */
  #known = new WeakMap<Holders, RequestClass>();
  readonly #filled = new Set<RequestClass>();
  #fresh = new Set<RequestClass>();
  /** How many classes are filled. A set's own size is dear to ask so often. */
  #waiting = 0;
  /** How often something new was left that nobody could take just then. */
  left = 0;

  constructor(task: PipelineTask) {
    this.task = task;
  }

  /** The classes in which something waits. */
  get filled(): ReadonlySet<RequestClass> {
    return this.#filled;
  }

  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** True where no worker was asked for its like yet. */
  add(request: TaskRequest, index: SectorIndexView): boolean {
    const found = this.#classOf(request.sector, index);
    if (found.isEmpty) {
      this.#filled.add(found);
      this.#waiting += 1;
      this.#fresh.add(found);
    }
    found.add(request);
    return this.#fresh.has(found);
  }

  #classOf(sector: SectorId, index: SectorIndexView): RequestClass {
    const holders = BY_HOLDERS.includes(this.task) ? index.holders(sector) : NOWHERE;
    const known = this.#known.get(holders);
    if (known?.miner === sector.Miner) return known;
    const key = keyOf(sector.Miner, holders);
    let found = this.#all.get(key);
    if (found === undefined) {
      found = new RequestClass(this.task, sector.Miner, [...holders.keys()]);
      this.#all.set(key, found);
    }
    this.#known.set(holders, found);
    return found;
  }

  /** The classes of which no worker was asked yet; from now on they count as asked. */
  takeFresh(): Set<RequestClass> {
    const taken = this.#fresh;
    if (taken.size > 0) this.#fresh = new Set();
    return taken;
  }

  /** Takes the next one of a class out. */
  take(from: RequestClass): void {
    from.takeNext();
    if (!from.isEmpty) return;
    this.#filled.delete(from);
    this.#waiting -= 1;
  }

  /** Takes all out, to be sorted anew. */
  clear(): readonly TaskRequest[] {
    const all = [...this.#filled].flatMap((one) => [...one]);
    this.#all.clear();
    this.#known = new WeakMap();
    this.#filled.clear();
    this.#waiting = 0;
    this.#fresh.clear();
    return all;
  }
}

/** The requests that nobody has been given. */
export class Waiting {
  /** The most urgent first. Lotus: storage/sealer/sealtasks/task.go */
  readonly queues: readonly TaskQueue[] = URGENCY.map((task) => new TaskQueue(task));
  readonly #byTask = new Map(this.queues.map((queue) => [queue.task, queue]));

  *[Symbol.iterator](): Generator<TaskRequest> {
    for (const { filled } of this.queues) for (const one of filled) yield* one;
  }

  /** True where no worker was asked for its like yet. */
  add(request: TaskRequest, index: SectorIndexView): boolean {
    return this.queue(request.task).add(request, index);
  }

  queue(task: PipelineTask): TaskQueue {
    const queue = this.#byTask.get(task);
    if (queue === undefined) throw new Error(`no queue for ${task}`);
    return queue;
  }

  /** Sorts everything anew by where the files are now. */
  refresh(index: SectorIndexView): void {
    for (const queue of this.queues) for (const request of queue.clear()) queue.add(request, index);
  }
}

/** The class whose next sector has the lowest number, of those that will do. */
export function lowest(
  classes: Iterable<RequestClass>,
  willDo: (one: RequestClass) => boolean,
): RequestClass | undefined {
  let best: RequestClass | undefined;
  let number = Infinity;
  for (const one of classes) {
    const its = one.next?.sector.Number ?? Infinity;
    if (its < number && willDo(one)) [best, number] = [one, its];
  }
  return best;
}

function keyOf(miner: number, holders: Holders): string {
  const places = Array.from(holders, ([id, types]) => `${id}=${types}`);
  if (places.length > 1) places.sort();
  return `${miner} ${places.join(' ')}`;
}
