import type { StorageId } from '../lotus/api.js';
import type { PipelineTask, SectorIndexView } from '../lotus/selector.js';
import type { TaskRequest } from './task-request.js';

/** Only these tasks depend on where a sector's files are. Lotus: storage/sealer/selector_existing.go */
const BY_HOLDERS: readonly PipelineTask[] = ['PC2', 'C1', 'FIN', 'GET'];

/** Requests of one task whose files lie on the same paths: a worker may take all of them or none. */
export class RequestClass {
  readonly task: PipelineTask;
  /** Where the files are; empty for tasks to which that is all one. */
  readonly holders: readonly StorageId[];
  /** By sector number; those before `#first` are taken. */
  #requests: TaskRequest[] = [];
  #first = 0;

  constructor(task: PipelineTask, holders: readonly StorageId[]) {
    this.task = task;
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
    let at = this.#requests.length;
    while (at > this.#first && (this.#requests[at - 1]?.sector.Number ?? 0) > number) at--;
    this.#requests.splice(at, 0, request);
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
class TaskQueue {
  readonly all = new Map<string, RequestClass>();
  readonly filled = new Set<RequestClass>();
  /** In which something waits that no worker was asked for yet. */
  fresh = new Set<RequestClass>();
}

/** The requests that nobody has been given. */
export class Waiting {
  #queues = emptyQueues();
  #fresh = 0;

  *[Symbol.iterator](): Generator<TaskRequest> {
    for (const { filled } of Object.values(this.#queues)) for (const one of filled) yield* one;
  }

  /** Whether something waits that no worker was asked for yet. */
  get hasFresh(): boolean {
    return this.#fresh > 0;
  }

  add(request: TaskRequest, index: SectorIndexView): void {
    const queue = this.#queues[request.task];
    const held = BY_HOLDERS.includes(request.task) ? [...index.holders(request.sector)] : [];
    const key = keyOf(request, held);
    let found = queue.all.get(key);
    if (found === undefined) {
      const holders = held.map(([id]) => id);
      found = new RequestClass(request.task, holders);
      queue.all.set(key, found);
    }
    if (found.isEmpty) {
      queue.filled.add(found);
      queue.fresh.add(found);
      this.#fresh += 1;
    }
    found.add(request);
  }

  /** The classes of a task in which something waits. */
  classes(task: PipelineTask): ReadonlySet<RequestClass> {
    return this.#queues[task].filled;
  }

  /** Those of which no worker was asked yet; from now on they count as asked. */
  takeFresh(task: PipelineTask): ReadonlySet<RequestClass> {
    const queue = this.#queues[task];
    const taken = queue.fresh;
    if (taken.size === 0) return taken;
    this.#fresh -= taken.size;
    queue.fresh = new Set();
    return taken;
  }

  /** Takes the next one of a class out. */
  take(from: RequestClass): void {
    from.takeNext();
    if (from.isEmpty) this.#queues[from.task].filled.delete(from);
  }

  /** Sorts everything anew by where the files are now. */
  refresh(index: SectorIndexView): void {
    const all = [...this];
    this.#queues = emptyQueues();
    this.#fresh = 0;
    for (const request of all) this.add(request, index);
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

/** Whether something waits in any of them. */
export function someLeft(classes: Iterable<RequestClass>): boolean {
  for (const one of classes) if (!one.isEmpty) return true;
  return false;
}

function emptyQueues(): Readonly<Record<PipelineTask, TaskQueue>> {
  const queue = (): TaskQueue => new TaskQueue();
  return { AP: queue(), PC1: queue(), PC2: queue(), C1: queue(), C2: queue(), FIN: queue(), GET: queue() };
}

function keyOf({ sector }: TaskRequest, held: readonly (readonly [StorageId, number])[]): string {
  const places = held.map(([id, types]) => `${id}=${types}`).sort();
  return [String(sector.Miner), ...places].join(' ');
}
