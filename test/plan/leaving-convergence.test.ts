import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { worldChoice } from '../support/farm-arbitrary.js';
import type { HostModel } from '../support/host-model.js';
import { buildWorld, edited, type Edit, type World } from '../support/world.js';

const RUNS = { numRuns: 600 };
const TIMEOUT = 180_000;

const leaving = fc.array(fc.constantFrom<Edit>('stays', 'leaves'), { minLength: 1, maxLength: 4 });
const anyEdit = fc.array(fc.constantFrom<Edit>('stays', 'leaves', 'renamed'), { minLength: 1, maxLength: 4 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function planOf({ desired, model }: World): Plan {
  return makePlan(desired, model.observe());
}

function ids(plan: Plan): readonly string[] {
  return steps(plan).map(({ id }) => id);
}

function apply(world: World, part = 1): Plan {
  const plan = planOf(world);
  const all = steps(plan);
  for (const step of all.slice(0, Math.ceil(part * all.length))) world.model.apply(step);
  return plan;
}

/** Each sector and each ID. */
function data({ files, folders }: HostModel): readonly string[] {
  const stores = [...files.keys()].filter((path) => path.endsWith('/sectorstore.json'));
  return [
    ...stores,
    ...[...folders].flatMap(([path, { entries }]) => entries.map((entry) => `${path} ${entry}`)),
  ];
}

/** Nothing is gone but what Lotus itself brought away in a drain. */
function keepsData(before: readonly string[], model: HostModel): void {
  const after = new Set(data(model));
  const lost = before.filter((entry) => !after.has(entry) && !model.drained.has(entry.split(' ')[0] ?? ''));
  expect(lost).toEqual([]);
}

function leavesNobody(plan: Plan, { model, desired }: World): void {
  const declared = new Set(desired.hosts.flatMap(({ workers }) => workers.map(({ name }) => name)));
  const named = new Set(
    plan.diagnostics.flatMap(({ place, severity }) =>
      severity === 'error' && place?.kind === 'host'
        ? [place.worker, place.worker?.replace(/^new-/, ''), place.worker === undefined ? place.host : '']
        : [],
    ),
  );
  for (const [host, seen] of model.observe().hosts) {
    if (!seen.reached) continue;
    for (const name of seen.departed?.keys() ?? []) expect(named.has(name) || named.has(host)).toBe(true);
  }
  for (const name of model.processes.keys())
    expect(declared.has(name) || named.has(name) || !isKept(model, name)).toBe(true);
}

function isKept(model: HostModel, name: string): boolean {
  const { host } = model.worker(name);
  const seen = model.observe().hosts.get(host);
  return seen?.reached === true && seen.manifest?.workers.includes(name) === true;
}

describe('workers that are taken out of the file of any farm', () => {
  it('are gone when the plan is done, with all data in its place', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, leaving, (choice, edits) => {
        const before = buildWorld(choice);
        const world = edited(before, edits);
        const kept = data(world.model);
        const first = apply(world);
        const next = planOf(world);
        if (!first.diagnostics.some(({ code }) => code === 'SF515')) expect(ids(next)).toEqual([]);
        leavesNobody(next, world);
        keepsData(kept, world.model);
      }),
      RUNS,
    );
  });

  it('or get another name, also where it is cut off and the hosts boot', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, anyEdit, share, fc.boolean(), (choice, edits, part, boots) => {
        const world = edited(buildWorld(choice), edits);
        const kept = data(world.model);
        apply(world, part);
        if (boots) world.model.reboot();
        // What waits for one that leaves comes then, and what Lotus takes from a renamed one while it runs.
        for (let round = 0; round < 3; round += 1) apply(world);
        const last = planOf(world);
        expect(ids(last)).toEqual([]);
        leavesNobody(last, world);
        keepsData(kept, world.model);
      }),
      RUNS,
    );
  });

  it(
    'are taken up again where their drain was cut off, or serve again where they are back',
    { timeout: TIMEOUT },
    () => {
      fc.assert(
        fc.property(worldChoice, leaving, fc.boolean(), (choice, edits, back) => {
          const before = buildWorld(choice);
          const world = edited(before, edits);
          for (const { action, host, worker } of steps(planOf(world)))
            if (action.kind === 'remove-worker')
              world.model.beginRemoval(host, worker ?? '', action.home.manifest);
          const now = back ? before : world;
          if (back) world.model.edit(now.desired);
          apply(now);
          apply(now);
          expect(ids(planOf(now))).toEqual([]);
          if (!back) return;
          for (const [, seen] of world.model.observe().hosts)
            if (seen.reached)
              for (const [name, { who }] of Object.entries(seen.manifest?.intents ?? {}))
                expect(who === 'sealfarm' && seen.workers.has(name)).toBe(false);
        }),
        RUNS,
      );
    },
  );
});
