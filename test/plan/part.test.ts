import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DesiredFarm } from '../../src/desired/desired.js';
import type { Farm } from '../../src/farm/farm.js';
import type { Observation } from '../../src/observed/observed.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { makePlan } from '../../src/plan/make-plan.js';
import type { Part } from '../../src/plan/part.js';
import { sealOf, whatMoved, type Seal } from '../../src/plan/seal.js';
import type { Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import { changeWorker, file, inPlace, unreached } from '../support/observation.js';
import { DRAIN } from '../support/plan.js';

/** Two hosts with two workers each; all limits differ from what runs. */
function farm(limit: number): Farm {
  const worker = (name: string): ReturnType<typeof aWorker> =>
    aWorker({ name, limits: new Map([['PC1', limit]]), storage: [aStorage({ path: `/mnt/${name}` })] });
  return aFarm({
    hosts: ['a', 'b'].map((name) => aHost({ name, workers: [worker(`${name}1`), worker(`${name}2`)] })),
  });
}

const SEEN = inPlace(farm(1));
const A1: Part = { hosts: new Set(['a']), workers: new Set(['a1']), whole: new Set() };

function plan(seen: Observation, part?: Part, drained: readonly string[] = []): Plan {
  return makePlan(desire(farm(2), TOKEN, new Map(drained.map((name) => [name, DRAIN]))), seen, part);
}

function idsOf({ hosts }: Plan): readonly string[] {
  return hosts.flatMap(({ steps }) => steps.map(({ id }) => id));
}

describe('the plan of a part', () => {
  it('has the steps of the part, as the whole plan has them', () => {
    const whole = idsOf(plan(SEEN));
    expect(whole.filter((id) => id.endsWith('/restart'))).toEqual([
      'a1/restart',
      'a2/restart',
      'b1/restart',
      'b2/restart',
    ]);
    const some = plan(SEEN, A1);
    expect(idsOf(some)).toEqual(whole.filter((id) => id.startsWith('a1/')));
    expect(some.waves.flatMap(({ turns }) => turns.map(({ worker }) => worker))).toEqual(['a1']);
    expect([some.narrowed, plan(SEEN).narrowed]).toEqual([true, undefined]);
  });

  it('knows that others stand in for the part', () => {
    expect(plan(SEEN, A1).waves[0]?.turns[0]?.alone).toEqual([]);
  });

  it('has no findings of others, and none of hosts that nobody looked at', () => {
    const broken = changeWorker(SEEN, 'b1', (before) => ({
      ...before,
      envFile: { state: 'unreadable', why: 'EACCES' },
    }));
    expect(plan(broken).diagnostics.map(({ code }) => code)).toContain('SF504');
    expect(plan(broken, A1).diagnostics).toEqual([]);
    const unseen = { ...SEEN, hosts: new Map([...SEEN.hosts].filter(([name]) => name === 'a')) };
    expect(idsOf(plan(unseen, A1))).toEqual(idsOf(plan(SEEN, A1)));
    expect(() => plan(unseen)).toThrow('b was not observed');
  });

  it('has the findings of its own workers and hosts, and of the others on them none', () => {
    const unreadable = (worker: string, seen: Observation = SEEN): Observation =>
      changeWorker(seen, worker, (before) => ({
        ...before,
        envFile: { state: 'unreadable', why: 'EACCES' },
      }));
    const found = plan(unreadable('a2', unreadable('a1')), A1).diagnostics;
    expect(found.map(({ place }) => place?.kind === 'host' && place.worker)).toEqual(['a1']);
    const away = { ...SEEN, hosts: new Map([...SEEN.hosts, ['a', unreached()]]) };
    expect(plan(away, A1).diagnostics.map(({ code }) => code)).toContain('SF404');
  });

  it('names the drained of the part alone', () => {
    expect(plan(SEEN, A1, ['a1', 'a2', 'b1']).drained.map(({ worker }) => worker)).toEqual(['a1']);
  });

  it('has workers that leave a host where it is about the whole of that, and else not', () => {
    const after = farm(1);
    const [a = aHost(), ...others] = after.hosts;
    const without = { ...after, hosts: [{ ...a, workers: a.workers.slice(0, 1) }, ...others] };
    const [before, desired] = [after, without].map((one) => desire(one, TOKEN, new Map())) as [
      DesiredFarm,
      DesiredFarm,
    ];
    const made = (part: Part): readonly string[] =>
      idsOf(makePlan(desired, asDeclared(before, desired), part));
    expect(made({ ...A1, whole: new Set(['a']) })).toEqual(['a2/remove-worker']);
    expect(made(A1)).toEqual([]);
  });

  it('names those of the part alone that somebody else started', () => {
    const seen = ['a1', 'a2', 'b1'].reduce<Observation>(
      (before, name) => changeWorker(before, name, startedBy({})),
      SEEN,
    );
    expect(plan(seen).foreign?.map(({ worker }) => worker)).toEqual(['a1', 'a2', 'b1']);
    expect(plan(seen, A1).foreign?.map(({ worker }) => worker)).toEqual(['a1']);
  });

  it('holds whatever happens to the rest', () => {
    const seal = (seen: Observation): Seal => {
      const desired = desire(farm(2), TOKEN, new Map());
      return sealOf(makePlan(desired, seen, A1), desired, seen, 's');
    };
    const edited = (worker: string): Observation =>
      changeWorker(SEEN, worker, (before) => ({ ...before, envFile: file('A=1\n', '600') }));
    expect(whatMoved(seal(SEEN), seal(edited('b1')))).toEqual([]);
    expect(whatMoved(seal(SEEN), seal(edited('a1')))).not.toEqual([]);
  });
});
