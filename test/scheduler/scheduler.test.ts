import { describe, expect, it } from 'vitest';
import type { StorageInfo } from '../../src/lotus/api.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import type { TaskRequest } from '../../src/scheduler/task-request.js';
import {
  pathOf,
  request,
  schedulerWorker,
  sectorId,
  TestIndex,
  type WorkerShape,
} from '../support/scheduler-farm.js';

const GiB = 2 ** 30;
const SEALED = FILE_TYPES.sealed | FILE_TYPES.cache;

interface Shape extends WorkerShape {
  /** What its one path is for. */
  readonly path?: Partial<StorageInfo>;
  /** bytes on that path */
  readonly room?: number;
  /** Numbers of the sectors whose sealed file and cache lie there. */
  readonly holds?: readonly number[];
}

type Id = `${PipelineTask} ${number}`;

/** A scheduler with some workers. Its decisions read `PC1 7 → a`, `PC1 7 prepares`, `PC1 7 runs`. */
class Scene {
  readonly scheduler: Scheduler;
  readonly index: TestIndex;

  constructor(workers: Readonly<Record<string, Shape>>, disallowRemoteFinalize = false) {
    this.index = new TestIndex(disallowRemoteFinalize);
    this.scheduler = new Scheduler('32GiB', () => this.index);
    for (const [name, shape] of Object.entries(workers)) this.set(name, shape);
  }

  set(name: string, { path = {}, room = 2 ** 44, holds = [], ...shape }: Shape): void {
    this.index.put(pathOf(name), path, room);
    for (const number of holds) this.index.hold(number, pathOf(name), SEALED);
    this.scheduler.setWorker(schedulerWorker(name, shape));
  }

  remove(name: string): void {
    this.scheduler.removeWorker(schedulerWorker(name).session);
  }

  /** Another room on the path of the worker. */
  room(name: string, bytes: number): void {
    this.index.put(pathOf(name), {}, bytes);
    this.scheduler.roomChanged(schedulerWorker(name).session);
  }

  /** What is decided after these were submitted. */
  submit(...ids: readonly Id[]): string[] {
    for (const id of ids) this.scheduler.submit(requestOf(id));
    return this.round();
  }

  prepared(...ids: readonly Id[]): string[] {
    for (const id of ids) this.scheduler.prepared(id);
    return this.round();
  }

  ended(...ids: readonly Id[]): string[] {
    for (const id of ids) this.scheduler.ended(id);
    return this.round();
  }

  round(): string[] {
    return this.scheduler.round().map(({ kind, task: { request: of, session } }) => {
      if (kind === 'assigned') return `${of.id} → ${session.slice('session of '.length)}`;
      return `${of.id} ${kind}s`;
    });
  }

  get waiting(): string[] {
    return this.scheduler.waiting().map(({ id }) => id);
  }
}

function requestOf(id: Id): TaskRequest {
  const [task, number] = id.split(' ');
  return request(task as PipelineTask, Number(number));
}

function assigned(decisions: readonly string[]): readonly string[] {
  return decisions.filter((line) => line.includes('→'));
}

function limit(task: PipelineTask, most: number): WorkerShape {
  return { env: { [`${task}_32G_MAX_CONCURRENT`]: String(most) } };
}

/** The guide's case: the third worker feeds the first. */
const GUIDE = {
  w1: { path: { Groups: ['g1'], AllowTo: ['g1'] } },
  w2: { path: { Groups: ['g2'], AllowTo: ['g2'] } },
  w3: { path: { AllowTo: ['g1'] }, tasks: new Set(['AP', 'PC1', 'C1', 'FIN', 'GET'] as const), holds: [3] },
};

describe('who is given a task', () => {
  it('is the least used, of equals the first by name', () => {
    const scene = new Scene({ b: {}, a: {} });
    expect(assigned(scene.submit('PC1 1', 'PC1 2', 'PC1 3'))).toEqual([
      'PC1 1 → a',
      'PC1 2 → b',
      'PC1 3 → a',
    ]);
  });

  it('is the most urgent task first, then the lowest sector', () => {
    const scene = new Scene({ a: { gpus: 2, path: { CanStore: true }, holds: [3, 4, 7, 8] } });
    const found = scene.submit('AP 1', 'PC1 9', 'PC1 2', 'C2 5', 'PC2 3', 'C1 4', 'GET 7', 'FIN 8');
    expect(assigned(found)).toEqual(
      ['FIN 8', 'GET 7', 'C1 4', 'C2 5', 'PC2 3', 'PC1 2', 'PC1 9', 'AP 1'].map((id) => `${id} → a`),
    );
  });

  it('is the one of whose machine the least is used, not the one with the fewest tasks', () => {
    // 64 of 256 GiB are a quarter, 3 x 64 of 1024 less than that.
    const scene = new Scene({ a: { memory: 256, swap: 0 }, b: { memory: 1024, swap: 0 } });
    expect(assigned(scene.submit('PC1 1', 'PC1 2', 'PC1 3', 'PC1 4'))).toEqual([
      'PC1 1 → a',
      'PC1 2 → b',
      'PC1 3 → b',
      'PC1 4 → b',
    ]);
  });

  it('is used by what runs, what prepares and what is assigned alike', () => {
    const scene = new Scene({ a: limit('PC1', 2), b: limit('PC1', 2) });
    // a: 1 runs, 3 prepares; b: 2 prepares.
    scene.submit('PC1 1', 'PC1 2', 'PC1 3');
    scene.prepared('PC1 1');
    expect(assigned(scene.submit('PC1 4'))).toEqual(['PC1 4 → b']);
    // a: 1 runs, 3 and 5 prepare; b: 2 and 4 prepare, 6 is assigned.
    expect(assigned(scene.submit('PC1 5', 'PC1 6'))).toEqual(['PC1 5 → a', 'PC1 6 → b']);
    // Three each.
    expect(assigned(scene.submit('PC1 7'))).toEqual(['PC1 7 → a']);
  });

  it('is nobody who is away or does not do the task', () => {
    const scene = new Scene({ a: { enabled: false }, b: { tasks: new Set(['AP']) } });
    expect(scene.submit('PC1 1')).toEqual([]);
    expect(scene.waiting).toEqual(['PC1 1']);
    scene.set('b', { tasks: new Set(['AP', 'PC1']) });
    expect(assigned(scene.round())).toEqual(['PC1 1 → b']);
    scene.set('a', {});
    expect(assigned(scene.submit('PC1 2'))).toEqual(['PC1 2 → a']);
  });

  it('is nobody without room before room comes back', () => {
    const scene = new Scene({ a: { room: 32 * GiB - 1 } });
    expect(scene.submit('AP 1')).toEqual([]);
    scene.room('a', 32 * GiB);
    expect(assigned(scene.round())).toEqual(['AP 1 → a']);
    scene.room('a', 0);
    expect(scene.submit('AP 2')).toEqual([]);
  });

  it('may be a worker that came after the task', () => {
    const scene = new Scene({});
    expect(scene.submit('C2 1')).toEqual([]);
    scene.set('a', {});
    expect(assigned(scene.round())).toEqual(['C2 1 → a']);
    expect(scene.round()).toEqual([]);
  });

  it('is found for what is new also where something older goes first', () => {
    const alone = { AllowTo: ['g2'] };
    const scene = new Scene({
      a: { enabled: false, path: { Groups: ['g2'] } },
      b: { path: { Groups: ['g1'] } },
      left: { tasks: new Set(), path: alone, holds: [1] },
      right: { tasks: new Set(), path: { AllowTo: ['g1'] }, holds: [2] },
    });
    expect(scene.submit('PC2 1')).toEqual([]);
    scene.set('a', { path: { Groups: ['g2'] } });
    expect(assigned(scene.submit('PC2 2'))).toEqual(['PC2 1 → a', 'PC2 2 → b']);
  });

  it('does not hang on who changed', () => {
    const scene = new Scene({ a: limit('PC1', 1), b: limit('PC1', 1) });
    scene.round();
    scene.set('b', limit('PC1', 1));
    expect(assigned(scene.submit('PC1 1', 'PC1 2', 'PC1 3'))).toEqual([
      'PC1 1 → a',
      'PC1 2 → b',
      'PC1 3 → a',
    ]);
  });

  it('is decided for each miner apart', () => {
    const scene = new Scene({ a: { path: { CanStore: true, AllowMiners: ['f01000'] } } });
    scene.scheduler.submit({ id: 'theirs', task: 'GET', sector: sectorId(1, 2000) });
    expect(scene.submit('GET 2')).toEqual(['GET 2 → a', 'GET 2 prepares']);
    expect(scene.waiting).toEqual(['theirs']);
  });
});

describe('how much a worker is given', () => {
  it('counts what is assigned, what prepares and what runs apart', () => {
    const scene = new Scene({ a: limit('PC1', 2) });
    const seven = [1, 2, 3, 4, 5, 6, 7].map((number): Id => `PC1 ${number}`);
    expect(scene.submit(...seven)).toEqual([
      'PC1 1 → a', 'PC1 2 → a', 'PC1 1 prepares', 'PC1 2 prepares', 'PC1 3 → a', 'PC1 4 → a',
    ]); // prettier-ignore
    expect(scene.waiting).toEqual(['PC1 5', 'PC1 6', 'PC1 7']);
    expect(scene.prepared('PC1 1', 'PC1 2')).toEqual([
      'PC1 1 runs', 'PC1 2 runs', 'PC1 3 prepares', 'PC1 4 prepares', 'PC1 5 → a', 'PC1 6 → a',
    ]); // prettier-ignore
    expect(scene.ended('PC1 1')).toEqual([]);
    expect(scene.prepared('PC1 3')).toEqual(['PC1 3 runs', 'PC1 5 prepares', 'PC1 7 → a']);
    expect(scene.waiting).toEqual([]);
  });

  it('lets what is prepared wait until there is room to run, the older first', () => {
    const scene = new Scene({ a: limit('PC1', 2) });
    scene.submit('PC1 1', 'PC1 2', 'PC1 3', 'PC1 4');
    scene.prepared('PC1 1', 'PC1 2');
    expect(scene.prepared('PC1 4')).toEqual([]);
    expect(scene.prepared('PC1 3')).toEqual([]);
    expect(scene.ended('PC1 2')).toEqual(['PC1 3 runs']);
    expect(scene.ended('PC1 1')).toEqual(['PC1 4 runs']);
  });

  it('lets nothing wait for an older one that does not fit', () => {
    const scene = new Scene({ a: { holds: [1, 2] } });
    scene.submit('PC2 1', 'PC2 2');
    scene.prepared('PC2 1');
    scene.submit('AP 3');
    expect(scene.prepared('PC2 2')).toEqual([]);
    expect(scene.prepared('AP 3')).toEqual(['AP 3 runs']);
  });

  it.each<[gpus: number, expected: readonly string[]]>([
    [1, ['C2 1 → a', 'C2 1 runs', 'C2 2 → a', 'C2 2 prepares', 'C2 3 → a']],
    [2, ['C2 1 → a', 'C2 2 → a', 'C2 1 runs', 'C2 2 runs', 'C2 3 → a', 'C2 4 → a', 'C2 3 prepares', 'C2 4 prepares']],
    // 92 % of 64 threads each
    [0, ['C2 1 → a', 'C2 1 runs', 'C2 2 → a', 'C2 2 prepares', 'C2 3 → a']],
  ])('goes by its %d GPUs', (gpus, expected) => {
    expect(new Scene({ a: { gpus } }).submit('C2 1', 'C2 2', 'C2 3', 'C2 4')).toEqual(expected);
  }); // prettier-ignore

  it('lets C1 and C2 begin at once while PC2 still fetches', () => {
    const scene = new Scene({ a: { holds: [1, 2] } });
    // The GPU is PC2's among what prepares, and nobody's among what runs.
    expect(scene.submit('PC2 1')).toEqual(['PC2 1 → a', 'PC2 1 prepares']);
    expect(scene.submit('C1 2', 'C2 3')).toEqual(['C1 2 → a', 'C2 3 → a', 'C1 2 runs', 'C2 3 runs']);
    expect(scene.prepared('PC2 1')).toEqual([]);
    expect(scene.ended('C2 3')).toEqual(['PC2 1 runs']);
  });

  it('lets no C1 and C2 go before what is prepared', () => {
    const scene = new Scene({ a: { holds: [1, 2, 4], ...limit('PC2', 1) } });
    scene.submit('PC2 1');
    scene.prepared('PC2 1');
    scene.submit('PC2 2');
    expect(scene.prepared('PC2 2')).toEqual([]);
    // It would find room, were it not for PC2.
    expect(scene.submit('C1 4')).toEqual(['C1 4 → a', 'C1 4 prepares']);
    expect(scene.prepared('C1 4')).toEqual(['C1 4 runs']);
  });

  it('counts all fetches by the limit of GET, and the GETs that run', () => {
    const shape = { gpus: 2, path: { CanStore: true }, holds: [1, 2, 3], ...limit('GET', 1) };
    const scene = new Scene({ a: shape });
    expect(scene.submit('PC2 1', 'PC2 2', 'AP 4')).toEqual([
      'PC2 1 → a', 'PC2 2 → a', 'AP 4 → a', 'PC2 1 prepares', 'AP 4 prepares',
    ]); // prettier-ignore
    expect(scene.prepared('PC2 1')).toEqual(['PC2 1 runs', 'PC2 2 prepares']);
    expect(scene.prepared('PC2 2')).toEqual(['PC2 2 runs']);
    expect(scene.submit('GET 3', 'PC1 5')).toEqual(['GET 3 → a', 'PC1 5 → a', 'GET 3 prepares']);
    expect(scene.prepared('GET 3')).toEqual(['GET 3 runs']);
    expect(scene.ended('GET 3')).toEqual(['PC1 5 prepares']);
  });

  it('is nothing where there is too little memory for one', () => {
    // 150 + 32 GiB are wanted.
    const scene = new Scene({ a: { memory: 53, swap: 128 } });
    expect(scene.submit('C2 1')).toEqual([]);
    expect(scene.waiting).toEqual(['C2 1']);
    expect(assigned(new Scene({ a: { memory: 54 + 10, swap: 118 } }).submit('C2 1'))).toEqual(['C2 1 → a']);
  });

  it('shares the memory between all kinds of task', () => {
    // Two PC1 want 2 x 64 GiB and 10 MiB; one and AP 64 + 5 GiB.
    const scene = new Scene({ a: { memory: 128, swap: 0 } });
    expect(scene.submit('PC1 1', 'PC1 2', 'AP 3')).toEqual([
      'PC1 1 → a', 'AP 3 → a', 'PC1 1 prepares', 'AP 3 prepares', 'PC1 2 → a',
    ]); // prettier-ignore
  });

  it('is nothing more, and nothing of it goes on, while it is away', () => {
    const scene = new Scene({ a: limit('PC1', 1) });
    scene.submit('PC1 1', 'PC1 2');
    scene.set('a', { ...limit('PC1', 1), enabled: false });
    expect(scene.prepared('PC1 1')).toEqual([]);
    expect(scene.submit('AP 3')).toEqual([]);
    scene.set('a', limit('PC1', 1));
    expect(scene.round()).toEqual(['AP 3 → a', 'PC1 1 runs', 'PC1 2 prepares', 'AP 3 prepares']);
  });
});

describe('where the files are', () => {
  it('brings what PC1 made on the feeding worker to its group only', () => {
    expect(assigned(new Scene(GUIDE).submit('PC2 3'))).toEqual(['PC2 3 → w1']);
    expect(new Scene({ w2: GUIDE.w2, w3: GUIDE.w3 }).submit('PC2 3')).toEqual([]);
  });

  it('leaves a sector in a deadlock for ever, or until its group comes', () => {
    const tasks = new Set(['AP', 'PC1'] as const);
    const scene = new Scene({ w1: { ...GUIDE.w1, holds: [3], tasks }, w2: GUIDE.w2 });
    expect(scene.submit('PC2 3')).toEqual([]);
    // Whatever else happens.
    expect(assigned(scene.submit('PC1 4', 'C2 5'))).toEqual(['C2 5 → w2', 'PC1 4 → w1']);
    scene.ended('C2 5', 'PC1 4');
    scene.scheduler.refresh();
    expect(scene.round()).toEqual([]);
    expect(scene.waiting).toEqual(['PC2 3']);
    scene.set('w4', { path: { Groups: ['g1'] } });
    expect(assigned(scene.round())).toEqual(['PC2 3 → w4']);
  });

  it('keeps C1 and FIN with them', () => {
    expect(assigned(new Scene(GUIDE).submit('C1 3', 'FIN 3'))).toEqual(['FIN 3 → w3', 'C1 3 → w3']);
    const without = new Scene({ w1: GUIDE.w1, w3: { ...GUIDE.w3, enabled: false } });
    expect(without.submit('C1 3', 'FIN 3')).toEqual([]);
  });

  it('starts sectors whatever the groups', () => {
    expect(assigned(new Scene(GUIDE).submit('AP 7', 'AP 8', 'AP 9'))).toEqual([
      'AP 7 → w1',
      'AP 8 → w2',
      'AP 9 → w3',
    ]);
  });

  it('does PC2 there even on a path that takes no more', () => {
    const path = { CanSeal: false, CanStore: true };
    const scene = new Scene({ a: { path, room: 0, holds: [3] } });
    scene.round();
    expect(assigned(scene.submit('PC2 3'))).toEqual(['PC2 3 → a']);
  });

  it('takes note of their having moved when it is told to look again', () => {
    const scene = new Scene({ a: { holds: [3, 4], enabled: false }, b: {} });
    expect(scene.submit('C1 3', 'C1 4')).toEqual([]);
    scene.index.hold(3, pathOf('a'), 0);
    scene.index.hold(3, pathOf('b'), SEALED);
    scene.scheduler.refresh();
    expect(assigned(scene.round())).toEqual(['C1 3 → b']);
  });

  it('takes a new view of the index when it is told to look again', () => {
    let view = new TestIndex();
    const scheduler = new Scheduler('32GiB', () => view);
    scheduler.setWorker(schedulerWorker('a'));
    scheduler.submit(request('AP', 1));
    expect(scheduler.round()).toEqual([]);
    view = new TestIndex();
    view.put(pathOf('a'));
    scheduler.refresh();
    expect(scheduler.round()).toHaveLength(2);
  });

  it('prefers to store a sector where it is stored already', () => {
    const stores = { CanStore: true };
    const scene = new Scene({ b: { path: stores, holds: [3] } });
    scene.submit('PC1 1');
    scene.set('a', { path: stores });
    expect(assigned(scene.submit('GET 3', 'GET 4'))).toEqual(['GET 3 → b', 'GET 4 → a']);
  });

  it('stores it elsewhere rather than wait for a place', () => {
    const stores = { CanStore: true };
    const scene = new Scene({
      a: { path: stores },
      b: { path: stores, holds: [3, 4, 5], ...limit('GET', 1) },
    });
    expect(assigned(scene.submit('GET 3', 'GET 4', 'GET 5'))).toEqual([
      'GET 3 → b',
      'GET 4 → a',
      'GET 5 → a',
    ]);
  });

  it.each<[what: string, CanStore: boolean, expected: readonly string[]]>([
    ['who has it and a path to store it', true, ['GET 3 → b']],
    ['nobody if who has it cannot store it', false, []],
  ])('lets it be stored by %s where the miner forbids the others', (_, CanStore, expected) => {
    const scene = new Scene({ a: { path: { CanStore: true } }, b: { path: { CanStore }, holds: [3] } }, true);
    expect(assigned(scene.submit('GET 3'))).toEqual(expected);
  });
});

describe('a worker that goes', () => {
  it('takes with it what it was given, and comes back with nothing', () => {
    const scene = new Scene({ a: limit('PC1', 1), b: { tasks: new Set(['AP']) } });
    scene.submit('PC1 1', 'PC1 2', 'PC1 3');
    scene.remove('a');
    expect(scene.waiting).toEqual(['PC1 3']);
    expect(scene.prepared('PC1 1')).toEqual([]);
    expect(scene.ended('PC1 2')).toEqual([]);
    scene.set('a', limit('PC1', 1));
    expect(scene.round()).toEqual(['PC1 3 → a', 'PC1 3 prepares']);
    expect(scene.submit('PC1 1', 'PC1 2')).toEqual(['PC1 1 → a']);
  });

  it('is given nothing more of what only it has the data for', () => {
    const scene = new Scene({ ...GUIDE, w3: { ...GUIDE.w3, holds: [3, 4] } });
    expect(assigned(scene.submit('C1 3'))).toEqual(['C1 3 → w3']);
    scene.remove('w3');
    expect(scene.submit('C1 4')).toEqual([]);
    expect(scene.waiting).toEqual(['C1 4']);
  });

  it('may go twice, or never have come', () => {
    const scene = new Scene({ a: {} });
    scene.remove('a');
    scene.remove('a');
    scene.remove('nobody');
    scene.scheduler.roomChanged('nobody');
    expect(scene.submit('PC1 1')).toEqual([]);
    expect(scene.waiting).toEqual(['PC1 1']);
  });
});

describe('what is said of a task', () => {
  it('changes nothing where nobody knows of it', () => {
    const scene = new Scene({ a: limit('PC1', 1) });
    scene.submit('PC1 1', 'PC1 2', 'PC1 3');
    expect(scene.ended('PC1 9')).toEqual([]);
    expect(scene.prepared('PC1 9')).toEqual([]);
    // Not given to anyone yet.
    expect(scene.prepared('PC1 3')).toEqual([]);
    expect(scene.ended('PC1 3')).toEqual([]);
    expect(scene.waiting).toEqual(['PC1 3']);
    expect(scene.prepared('PC1 1')).toEqual(['PC1 1 runs', 'PC1 2 prepares', 'PC1 3 → a']);
  });

  it('counts once', () => {
    const scene = new Scene({ a: limit('PC1', 1) });
    scene.submit('PC1 1', 'PC1 2', 'PC1 3');
    scene.prepared('PC1 1');
    // It runs: being prepared is long past.
    expect(scene.prepared('PC1 1')).toEqual([]);
    expect(scene.prepared('PC1 2')).toEqual([]);
    expect(scene.ended('PC1 1')).toEqual(['PC1 2 runs', 'PC1 3 prepares']);
    // 2 runs: there is no room for 3 yet.
    expect(scene.ended('PC1 1')).toEqual([]);
    expect(scene.prepared('PC1 3')).toEqual([]);
    // What is only assigned is not prepared.
    expect(scene.submit('PC1 4')).toEqual(['PC1 4 → a']);
    expect(scene.prepared('PC1 4')).toEqual([]);
  });
});
