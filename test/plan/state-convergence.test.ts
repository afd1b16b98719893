import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredWorker } from '../../src/desired/desired.js';
import type { DeclaredState } from '../../src/farm/farm.js';
import { DECLARABLE_TASKS } from '../../src/lotus/task.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { worldChoice } from '../support/farm-arbitrary.js';
import { buildWorld, restated, type World } from '../support/world.js';

const RUNS = { numRuns: 300 };
const TIMEOUT = 180_000;

const states = fc.array(fc.constantFrom<DeclaredState>('running', 'drained', 'stopped'), {
  minLength: 1,
  maxLength: 4,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });

function planOf({ desired, model }: World): Plan {
  return makePlan(desired, model.observe());
}

function ids(plan: Plan): readonly string[] {
  return steps(plan).map(({ id }) => id);
}

function apply(world: World, part = 1): void {
  const all = steps(planOf(world));
  for (const step of all.slice(0, Math.floor(part * all.length))) world.model.apply(step);
}

/** Workers for which nobody asked otherwise, and that nothing is in the way of. */
function free(world: World): readonly DesiredWorker[] {
  const named = new Set(
    planOf(world).diagnostics.flatMap(({ place }) =>
      place?.kind === 'host' ? [place.worker ?? place.host] : [],
    ),
  );
  return world.desired.hosts
    .filter(({ name }) => !named.has(name))
    .flatMap(({ workers }) => workers)
    .filter(({ name, drain }) => drain === undefined && !named.has(name));
}

function areAsTheFileSays(world: World): void {
  for (const { name, state, tasks } of free(world)) {
    const process = world.model.processes.get(name);
    expect(process === undefined).toBe(state === 'stopped');
    if (state === 'stopped') expect(world.model.enabled.has(name)).toBe(false);
    const taken = DECLARABLE_TASKS.filter(({ code }) => process?.tasks.has(code));
    if (state === 'running') expect(taken.map(({ code }) => code).sort()).toEqual(tasks.toSorted());
    // The posts and sector-download are for the whole life of a process.
    if (state === 'drained') expect(taken.filter(({ switchable }) => switchable)).toEqual([]);
  }
}

describe('a file that wants some workers drained or stopped', () => {
  it('is met by one apply, and then by none', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, states, (choice, asked) => {
        const world = restated(buildWorld(choice), asked);
        apply(world);
        expect(ids(planOf(world))).toEqual([]);
        areAsTheFileSays(world);
      }),
      RUNS,
    );
  });

  it('is met also after it was cut off and the hosts booted', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, states, share, fc.boolean(), (choice, asked, part, boots) => {
        const world = restated(buildWorld(choice), asked);
        apply(world, part);
        if (boots) world.model.reboot();
        apply(world);
        expect(ids(planOf(world))).toEqual([]);
        areAsTheFileSays(world);
      }),
      RUNS,
    );
  });

  it('gives back just the declared tasks when it wants them to work again', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(worldChoice, states, share, (choice, asked, part) => {
        const before = restated(buildWorld(choice), asked);
        apply(before, part);
        const world = restated(before, ['running']);
        apply(world);
        expect(ids(planOf(world))).toEqual([]);
        areAsTheFileSays(world);
        for (const [, seen] of world.model.observe().hosts)
          if (seen.reached && seen.problems.length === 0)
            expect(Object.values(seen.manifest?.intents ?? {}).map(({ who }) => who)).not.toContain(
              'sealfarm.yaml',
            );
      }),
      RUNS,
    );
  });
});
