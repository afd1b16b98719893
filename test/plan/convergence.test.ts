import { MARK_VARIABLE, markOf } from '../../src/host/systemd-unit.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredWorker } from '../../src/desired/desired.js';
import { NAMES_VARIABLE, TASK_VARIABLES } from '../../src/desired/worker-env.js';
import { sectorStoreFile } from '../../src/host/layout.js';
import { parseSectorStore } from '../../src/lotus/sectorstore.js';
import { DECLARABLE_TASKS } from '../../src/lotus/task.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Action, type Disruption, type Plan, type Step } from '../../src/plan/plan.js';
import { reveal } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';
import { worldChoice } from '../support/farm-arbitrary.js';
import type { HostModel } from '../support/host-model.js';
import { buildWorld, resumed, type World } from '../support/world.js';

const RUNS = { numRuns: 1_000 };
const TIMEOUT = 180_000;

function planOf({ desired, model }: World): Plan {
  return makePlan(desired, model.observe());
}

function applyAll(model: HostModel, todo: readonly Step[]): void {
  for (const step of todo) model.apply(step);
}

function idsOf(plan: Plan): readonly string[] {
  return steps(plan).map(({ id }) => id);
}

/** What is done, and how much it disturbs. */
function disturbance({ id, action, disruption }: Step): readonly string[] {
  return [id, action.kind, disruption];
}

function faulty(plan: Plan): ReadonlySet<string | undefined> {
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error');
  return new Set(errors.map(({ place }) => (place?.kind === 'host' ? place.worker : undefined)));
}

/** Path of a sectorstore.json → its ID and what in it sealfarm does not know. */
function identities(model: HostModel): ReadonlyMap<string, unknown> {
  return new Map(
    [...model.files].flatMap(([path, { text }]) => {
      const store = path.endsWith('/sectorstore.json') ? parseSectorStore(text) : undefined;
      if (store === undefined || 'problem' in store) return [];
      const known = Object.keys(store.settings);
      const others = Object.entries(JSON.parse(text) as object).filter(([name]) => !known.includes(name));
      return [[path, Object.fromEntries(others)] as const];
    }),
  );
}

const CLASSES: Readonly<Record<Action['kind'], Disruption>> = {
  'write-file': 'none',
  'create-path': 'none',
  'create-sectorstore': 'none',
  start: 'none',
  'remove-unit': 'none',
  'enable-unit': 'none',
  'disable-unit': 'none',
  attach: 'live',
  redeclare: 'live',
  'enable-task': 'live',
  'disable-task': 'live',
  restart: 'restart',
  'restart-miner': 'restart',
  detach: 'empty',
  drain: 'empty',
  'remove-worker': 'none',
};

function isLight(plan: Plan): void {
  for (const { action, disruption } of steps(plan)) expect(disruption).toBe(CLASSES[action.kind]);
  expect(new Set(idsOf(plan)).size).toBe(idsOf(plan).length);
}

function holdsNoSecret(plan: Plan): void {
  expect(JSON.stringify(plan)).not.toContain(CANARY);
}

function leavesFaultyAndDrainedAlone(plan: Plan): void {
  const left = new Set([...faulty(plan), ...plan.drained.map(({ worker }) => worker)]);
  const moved = steps(plan).filter(({ action }) => action.kind === 'start' || action.kind === 'restart');
  expect(moved.filter(({ worker }) => left.has(worker))).toEqual([]);
}

/** Restarts just those workers for which Lotus takes a change in no other way. */
function restartsOnlyForNeed(plan: Plan, { desired, model }: World): void {
  const left = faulty(plan);
  const needed = desired.hosts
    .flatMap(({ workers }) => workers)
    .filter(({ name, drain }) => drain === undefined && !left.has(name))
    .filter((worker) => needsRestart(worker, model));
  const restarted = steps(plan).flatMap(({ action, worker }) => (action.kind === 'restart' ? [worker] : []));
  expect(restarted).toEqual(needed.map(({ name }) => name));
}

/** Whoever is not drained, and has nothing in the way, is kept by the declared manager and no other. */
function keptAsDeclared(plan: Plan, { desired, model }: World): void {
  const left = faulty(plan);
  for (const { name, drain, files } of desired.hosts.flatMap(({ workers }) => workers)) {
    if (drain !== undefined || left.has(name)) continue;
    expect(model.processes.get(name)?.manager).toBe(files.serviceManager);
    expect(model.enabled.has(name) && files.serviceManager === 'process').toBe(false);
    expect(model.trying.has(name)).toBe(false);
  }
}

function hasEachRestartInOneWave({ waves, heldBack, hosts }: Plan): void {
  const ordered = waves.flatMap(({ turns }) => turns.flatMap((turn) => turn.steps));
  const wanted = steps({ hosts }).filter(
    ({ disruption }) => disruption === 'restart' || disruption === 'empty',
  );
  expect(ordered.toSorted()).toEqual(wanted.map(({ id }) => id).sort());
  expect(heldBack).toEqual([]);
}

/** Worker and path → the ID under which it is attached. */
function attachedIds(model: HostModel): ReadonlyMap<string, string> {
  return new Map(
    [...model.processes].flatMap(([name, { open }]) =>
      [...open].map(([path, { id }]) => [`${name}:${path}`, id] as const),
    ),
  );
}

/** While a drain opens a path to more groups the index has them, and no file does. */
function openedAsAsked(plan: Plan, { desired, model }: World): void {
  const left = faulty(plan);
  for (const { name, host, storage } of desired.hosts.flatMap(({ workers }) => workers)) {
    const process = model.processes.get(name);
    if (process?.answers !== true || left.has(name)) continue;
    for (const { path, settings, whileDrained } of storage) {
      const id = process.open.get(path)?.id;
      const store = parseSectorStore(model.files.get(`${host}:${sectorStoreFile(path)}`)?.text ?? '');
      if (id === undefined || 'problem' in store) continue;
      expect(new Set(store.settings.AllowTo)).toEqual(new Set(settings.AllowTo));
      const wanted = whileDrained ?? settings;
      expect(new Set(model.index.get(id)?.AllowTo)).toEqual(new Set(wanted.AllowTo));
    }
  }
}

describe('a plan for any farm found in any state', () => {
  it('is light, safe and secret, and done whole leaves nothing to do', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, (choice) => {
        const world = buildWorld(choice);
        const plan = planOf(world);
        isLight(plan);
        holdsNoSecret(plan);
        leavesFaultyAndDrainedAlone(plan);
        restartsOnlyForNeed(plan, world);
        hasEachRestartInOneWave(plan);
        applyAll(world.model, steps(plan));
        expect(idsOf(planOf(world))).toEqual([]);
        keptAsDeclared(plan, world);
      }),
      RUNS,
    );
  });

  it('done in part is taken up again, and no data ever gets another identity', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, fc.double({ min: 0, max: 1, noNaN: true }), (choice, share) => {
        const world = buildWorld(choice);
        const before = { known: identities(world.model), attached: attachedIds(world.model) };
        const first = steps(planOf(world));
        applyAll(world.model, first.slice(0, Math.floor(share * first.length)));
        applyAll(world.model, steps(planOf(world)));
        expect(idsOf(planOf(world))).toEqual([]);
        const after = { known: identities(world.model), attached: attachedIds(world.model) };
        for (const [path, identity] of before.known) expect(after.known.get(path)).toEqual(identity);
        for (const [path, id] of after.attached) expect(id).toBe(before.attached.get(path) ?? id);
      }),
      RUNS,
    );
  });

  it('done up to any step leaves just the steps that were left', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, fc.double({ min: 0, max: 1, noNaN: true }), (choice, share) => {
        const world = buildWorld(choice);
        const first = steps(planOf(world));
        const done = Math.floor(share * first.length);
        applyAll(world.model, first.slice(0, done));
        // Only their reasons may be others: what a file was written for is there, and its process older than it.
        expect(steps(planOf(world)).map(disturbance)).toEqual(first.slice(done).map(disturbance));
      }),
      RUNS,
    );
  });

  it('broken off by a reboot leaves each worker to one service manager', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, fc.double({ min: 0, max: 1, noNaN: true }), (choice, share) => {
        const world = buildWorld(choice);
        const first = steps(planOf(world));
        applyAll(world.model, first.slice(0, Math.floor(share * first.length)));
        // The model starts no worker that systemd may start, too.
        world.model.reboot();
        const plan = planOf(world);
        applyAll(world.model, steps(plan));
        expect(idsOf(planOf(world))).toEqual([]);
        keptAsDeclared(plan, world);
      }),
      RUNS,
    );
  });

  it('opens paths as long as a drain wants it, and no longer', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, (choice) => {
        const world = buildWorld(choice);
        const plan = planOf(world);
        applyAll(world.model, steps(plan));
        openedAsAsked(plan, world);
        const after = resumed(world);
        const second = planOf(after);
        applyAll(world.model, steps(second));
        expect(idsOf(planOf(after))).toEqual([]);
        openedAsAsked(second, after);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same plan for the same state', () => {
    fc.assert(
      fc.property(worldChoice, (choice) => {
        const world = buildWorld(choice);
        expect(planOf(world)).toEqual(planOf(world));
      }),
      { numRuns: 30 },
    );
  });
});

/** Said anew from lotus.md §5: service manager, unit, environment, tasks that cannot be switched, MaxStorage of an open path. */
function needsRestart(
  { name, env, dropIn, files, tasks, storage }: DesiredWorker,
  { processes }: HostModel,
): boolean {
  const process = processes.get(name);
  if (process === undefined) return false;
  const wanted = new Map(env.map((entry) => [entry.name, reveal(entry.value)]));
  const lasting = [...wanted].filter(([variable]) => !TASK_VARIABLES.has(variable));
  const ours = process.environ.get(NAMES_VARIABLE)?.split(',') ?? [];
  const fixed = DECLARABLE_TASKS.filter(({ switchable }) => !switchable);
  return (
    process.manager !== files.serviceManager ||
    (dropIn !== undefined && process.environ.get(MARK_VARIABLE) !== markOf(dropIn)) ||
    lasting.some(([variable, value]) => process.environ.get(variable) !== value) ||
    ours.some((variable) => !wanted.has(variable)) ||
    (process.answers && fixed.some(({ code }) => process.tasks.has(code) !== tasks.includes(code))) ||
    (process.answers &&
      storage.some(({ path, settings }) => opensOtherwise(process, path, settings.MaxStorage)))
  );
}

function opensOtherwise(
  process: { readonly open: ReadonlyMap<string, { readonly max: number }> },
  path: string,
  max: number,
): boolean {
  return (process.open.get(path)?.max ?? max) !== max;
}
