import fc from 'fast-check';
import type { StorageInfo } from '../../src/lotus/api.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import { PIPELINE, type WorkerShape } from '../support/scheduler-farm.js';

/** Room for nothing, for an unsealed file, for that or a finished sector, for everything; in GiB. */
export type Room = 0 | 32 | 36 | 600;

interface PathChoice extends Partial<StorageInfo> {
  readonly room: Room;
}

export interface WorkerChoice extends Omit<WorkerShape, 'paths'> {
  readonly paths: readonly PathChoice[];
}

export interface FarmChoice {
  readonly workers: readonly WorkerChoice[];
  /** Where sectors lie: the first one at the first place, and so on, round and round. */
  readonly places: readonly (readonly Held[])[];
  readonly disallowRemoteFinalize: boolean;
}

interface Held {
  /** The path, counted through all workers. */
  readonly path: number;
  /** A bit mask. */
  readonly types: number;
}

/** What a worker may become; all its other paths are detached. */
export interface Change {
  readonly enabled?: boolean;
  readonly tasks?: ReadonlySet<PipelineTask>;
  readonly attached?: number;
}

/** Numbers name one of those that are there at the time, counted round and round. */
export type Event =
  /** With so many sectors that come after it. */
  | { readonly submit: PipelineTask; readonly sector: number; readonly further?: number }
  | { readonly prepared: number }
  | { readonly ended: number }
  | { readonly path: number; readonly room: Room }
  | { readonly worker: number; readonly change: Change }
  | { readonly removed: number };

export const SECTORS = 12;
const some = fc.nat({ max: SECTORS - 1 });
const tasks = fc.oneof(fc.constant([...PIPELINE]), fc.subarray([...PIPELINE])).map((list) => new Set(list));
const groups = fc.subarray(['g1', 'g2'], { maxLength: 1 });
const room = mostly<Room>(600, 36, 32, 0);

const path: fc.Arbitrary<PathChoice> = fc.record(
  { CanSeal: mostly(true, false), CanStore: fc.boolean(), Groups: groups, AllowTo: groups, room },
  { requiredKeys: ['room'] },
);

const env = fc
  .array(fc.tuple(fc.constantFrom('AP', 'PC1', 'PC2', 'C2', 'GET'), fc.integer({ min: 1, max: 2 })), {
    maxLength: 4,
  })
  .map((limits) =>
    Object.fromEntries(limits.map(([code, most]) => [`${code}_32G_MAX_CONCURRENT`, String(most)])),
  );

const worker: fc.Arbitrary<WorkerChoice> = fc.record(
  {
    tasks,
    paths: fc.array(path, { maxLength: 2 }),
    memory: mostly(512, 256, 64),
    memUsed: mostly(0, 32),
    cpus: mostly(64, 8),
    gpus: mostly(1, 0, 2),
    env,
  },
  { requiredKeys: ['paths'] },
);

/** Sealed and cache; the unsealed file besides; one of them alone. */
const held = fc.record({ path: some, types: mostly(6, 7, 2, 1) });

export const farm: fc.Arbitrary<FarmChoice> = fc.record({
  workers: fc.array(worker, { minLength: 2, maxLength: 6 }),
  places: fc.array(fc.array(held, { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  disallowRemoteFinalize: mostly(false, true),
});

const change: fc.Arbitrary<Change> = fc.record(
  { enabled: mostly(true, false), tasks, attached: fc.nat({ max: 2 }) },
  { requiredKeys: [] },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      { submit: mostly<PipelineTask>('PC2', ...PIPELINE), sector: some, further: fc.nat({ max: 3 }) },
      { requiredKeys: ['submit', 'sector'] },
    ),
  },
  { weight: 4, arbitrary: fc.record({ prepared: some }) },
  { weight: 4, arbitrary: fc.record({ ended: some }) },
  { weight: 2, arbitrary: fc.record({ path: some, room }) },
  { weight: 2, arbitrary: fc.record({ worker: some, change }) },
  { weight: 1, arbitrary: fc.record({ removed: some }) },
);

/** What happens between two rounds. */
export const events = fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 24 });

function mostly<T>(first: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(first) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
}
