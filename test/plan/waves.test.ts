import { describe, expect, it } from 'vitest';
import type { Turn } from '../../src/plan/plan.js';
import { byLeastToLose } from '../../src/plan/turn-order.js';
import { planWaves, type Member, type Rules } from '../../src/plan/waves.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const RULES: Rules = { maxUnavailable: 100, minAvailable: new Map(), canary: false };

/** A PC1 worker in its place that has to be restarted, but for what is said otherwise. */
function member(worker: string, overrides: Partial<Member> = {}): Member {
  const tasks = overrides.tasks ?? ['PC1'];
  const doing = overrides.away === true ? [] : tasks;
  const rest = { groups: [], away: false, jobs: [], steps: [`${worker}/restart`] };
  return { host: `host-of-${worker}`, worker, tasks, doing, ...rest, ...overrides };
}

function members(...names: readonly string[]): readonly Member[] {
  return names.map((name) => member(name));
}

/** Does PC2 as well. */
function pc2(worker: string, ...groups: readonly string[]): Member {
  return member(worker, { tasks: ['PC1', 'PC2'], groups });
}

/** Stays as it is. */
function staying(one: Member): Member {
  return { ...one, steps: [] };
}

function job(task: 'PC1' | 'PC2', since = '2026-03-01T12:00:00Z'): Member['jobs'][number] {
  return { task, sector: 's-t01000-1', since };
}

/** `a b | c`: two waves. */
function waves(of: readonly Member[], rules: Partial<Rules> = {}): string {
  const { waves } = planWaves(of, { ...RULES, ...rules }, NOW);
  return waves.map(({ turns }) => turns.map(({ worker }) => worker).join(' ')).join(' | ');
}

function turns(of: readonly Member[], rules: Partial<Rules> = {}): ReadonlyMap<string, Turn> {
  const planned = planWaves(of, { ...RULES, ...rules }, NOW);
  const all = [...planned.waves.flatMap((wave) => wave.turns), ...planned.heldBack];
  return new Map(all.map((turn) => [turn.worker, turn]));
}

describe('the budget', () => {
  it.each([
    ['one', 1, 'a | b | c | d | e'],
    ['two', 2, 'a b | c d | e'],
    ['all', 5, 'a b c d | e'],
  ])('%s', (_, maxUnavailable, expected) => {
    expect(waves(members('a', 'b', 'c', 'd', 'e'), { maxUnavailable })).toBe(expected);
  });

  it('counts those that are away already', () => {
    const down = staying(member('z', { away: true }));
    expect(waves([...members('a', 'b', 'c', 'd'), down], { maxUnavailable: 2 })).toBe('a | b | c | d');
    expect(waves([...members('a', 'b', 'c', 'd'), down], { maxUnavailable: 3 })).toBe('a b | c d');
  });

  it('that is used up by those that are away still lets one worker go at a time', () => {
    const down = ['x', 'y', 'z'].map((name) => staying(member(name, { away: true })));
    expect(waves([...members('a', 'b'), ...down, staying(member('c'))], { maxUnavailable: 2 })).toBe('a | b');
  });

  it('is not asked for who is away itself, and has it back afterwards', () => {
    const silent = member('b', { away: true });
    const farm = [...members('a', 'c', 'd'), silent, staying(member('e'))];
    expect(waves(farm, { maxUnavailable: 1 })).toBe('a b | c | d');
    expect(waves(farm, { maxUnavailable: 2 })).toBe('a b | c d');
  });

  it('has nobody else taken out of work before those are back that an earlier run has begun', () => {
    const begun = member('c', { away: true, begun: true });
    const other = member('d', { away: true, begun: true });
    expect(waves([...members('a', 'b'), begun], { maxUnavailable: 1 })).toBe('c | a | b');
    expect(waves([...members('a', 'b'), begun], { maxUnavailable: 1, canary: true })).toBe('c | a | b');
    expect(waves([...members('a', 'b'), begun, other], { maxUnavailable: 1 })).toBe('c d | a | b');
    expect(waves([...members('a', 'b'), begun, other], { maxUnavailable: 3 })).toBe('c d a | b');
  });

  it('is why a worker is put off', () => {
    const { putOff } = turns(members('a', 'b', 'c'), { maxUnavailable: 1 }).get('c') ?? {};
    expect(putOff).toEqual(['budget']);
    expect(turns(members('a', 'b', 'c'), { maxUnavailable: 1 }).get('a')?.putOff).toEqual([]);
  });
});

describe('the order', () => {
  const pc1 = (...hours: readonly number[]): Partial<Member> => ({
    jobs: hours.map((hour) => job('PC1', new Date(NOW - hour * 3_600_000).toISOString())),
  });

  it.each<[string, Readonly<Record<string, Partial<Member>>>, string]>([
    ['is that of names where all are alike', { b: {}, a: {}, 'a-10': {}, 'a-9': {} }, 'a | a-9 | a-10 | b'],
    ['has who does nothing first', { a: { jobs: [job('PC2')] }, b: {} }, 'b | a'],
    ['has the youngest PC1 first', { a: pc1(3), b: pc1(1), c: pc1(2) }, 'b | c | a'],
    ['counts the work of all PC1 together', { a: pc1(1, 1, 1), b: pc1(2) }, 'b | a'],
    ['counts no other work', { b: { jobs: [job('PC2', '2026-02-01T12:00:00Z')] }, a: pc1(1) }, 'b | a'],
    [
      'takes no notice of how many other jobs there are',
      { b: { jobs: [job('PC2')] }, a: { jobs: [job('PC2'), job('PC2')] } },
      'a | b',
    ],
    ['has no work behind a PC1 that begins in future', { b: pc1(-1), a: pc1(0.1) }, 'b | a'],
    ['lets no clock that is ahead make up for other work', { a: pc1(-2, 1), b: pc1(0.5) }, 'b | a'],
    ['has a time that nobody can read last', { a: { jobs: [job('PC1', 'never')] }, b: pc1(200) }, 'b | a'],
    ['leaves to the end who leaves', { a: { leaves: true }, b: pc1(5) }, 'b | a'],
    ['has before all who is begun', { a: {}, b: { ...pc1(5), away: true, begun: true } }, 'b | a'],
  ])('%s', (_, farm, expected) => {
    const all = Object.entries(farm).map(([name, more]) => member(name, more));
    expect(waves([...all, staying(member('z'))], { maxUnavailable: 1 })).toBe(expected);
    expect(waves([...all.toReversed(), staying(member('z'))], { maxUnavailable: 1 })).toBe(expected);
  });

  it('puts no busy worker before a quiet one in a wave of several', () => {
    const farm = [member('a', pc1(1)), member('b'), member('c', pc1(2)), member('d')];
    expect(waves([...farm, staying(member('z'))], { maxUnavailable: 2 })).toBe('b d | a c');
  });
});

describe('a task', () => {
  it('is never without all of its workers at once', () => {
    expect(waves([pc2('a'), pc2('b'), member('c')])).toBe('a c | b');
    expect(turns([pc2('a'), pc2('b'), member('c')]).get('b')?.putOff).toEqual(['last-of-task PC2']);
  });

  it('is left to one that stays', () => {
    expect(waves([pc2('a'), pc2('b'), staying(pc2('c'))])).toBe('a b');
  });

  it('of a worker that does it alone is done by nobody in a wave of its own, and that is said', () => {
    const farm = [...members('a', 'b'), pc2('m'), ...members('y', 'z')];
    expect(waves(farm)).toBe('a b y z | m');
    expect(turns(farm).get('m')).toMatchObject({
      putOff: ['last-of-task PC2'],
      alone: ['last-of-task PC2'],
    });
    expect(turns([pc2('a'), ...members('b', 'c')]).get('b')?.putOff).toEqual(['another-alone']);
  });

  it('that only one does because the others are away is so, too', () => {
    const farm = [pc2('a'), member('b'), staying(member('c', { tasks: ['PC2'], away: true }))];
    expect(waves([...farm, staying(member('d'))])).toBe('a | b');
  });

  it('does not count on a worker that only does it after its restart, but then does', () => {
    const later = member('b', { tasks: ['PC1', 'PC2'], doing: ['PC1'] });
    const farm = [member('a'), later, pc2('c'), staying(member('d'))];
    expect(waves(farm)).toBe('a b | c');
    expect(turns(farm).get('c')).toMatchObject({ putOff: ['last-of-task PC2'], alone: [] });
  });
});

describe('a storage group', () => {
  it('is never without all that do PC2 for it', () => {
    const farm = [pc2('a', 'g1'), pc2('b', 'g1'), pc2('c', 'g2'), staying(pc2('d', 'g2'))];
    expect(waves(farm)).toBe('a c | b');
    expect(turns(farm).get('b')?.putOff).toEqual(['only-pc2-of-group g1']);
  });

  it('with one PC2 worker has it restarted alone', () => {
    const farm = [pc2('a', 'g1'), pc2('b', 'g2'), member('c'), staying(pc2('d'))];
    expect(waves(farm)).toBe('a | b | c');
    expect(turns(farm).get('a')?.alone).toEqual(['only-pc2-of-group g1']);
  });

  it('is nothing to a worker without PC2', () => {
    expect(waves([member('a', { groups: ['g1'] }), member('b'), staying(member('c'))])).toBe('a b');
  });
});

describe('minAvailable', () => {
  const farm = ['a', 'b', 'c', 'd'].map((name) => pc2(name));

  it('is what is left of a task', () => {
    expect(waves(farm, { minAvailable: new Map([['PC2', 2]]) })).toBe('a b | c d');
    expect(waves(farm, { minAvailable: new Map([['PC2', 3]]) })).toBe('a | b | c | d');
    expect(turns(farm, { minAvailable: new Map([['PC2', 3]]) }).get('b')?.putOff).toEqual([
      'min-available PC2',
    ]);
  });

  it('asks nothing of workers for other tasks', () => {
    expect(waves([...farm, ...members('x', 'y')], { minAvailable: new Map([['PC2', 3]]) })).toBe(
      'a x y | b | c | d',
    );
  });

  it('holds a restart back that would leave fewer, even alone', () => {
    const drained = farm.map((one) =>
      one.worker === 'd' ? staying({ ...one, away: true, doing: [] }) : one,
    );
    const rules = { ...RULES, minAvailable: new Map([['PC2', 3] as const]) };
    const planned = planWaves([...drained, member('x')], rules, NOW);
    expect(planned.waves.map((wave) => wave.turns.map(({ worker }) => worker))).toEqual([['x']]);
    expect(planned.heldBack.map(({ worker, putOff }) => [worker, putOff])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, ['min-available PC2']]),
    );
  });

  it('is kept as soon as a restart gives the task to one more', () => {
    const later = member('z', { tasks: ['PC2'], doing: [] });
    const two = [pc2('a'), pc2('b'), later, staying(member('p'))];
    expect(waves(two, { minAvailable: new Map([['PC2', 2]]) })).toBe('z | a | b');
  });
});

describe('posts', () => {
  const post = (worker: string, task: 'WDP' | 'WNP'): Member => member(worker, { tasks: [task] });

  it('of a kind are never away by two', () => {
    const farm = [post('a', 'WDP'), post('b', 'WDP'), staying(post('c', 'WDP')), post('d', 'WNP')];
    expect(waves([...farm, staying(post('e', 'WNP'))])).toBe('a d | b');
    expect(turns([...farm, staying(post('e', 'WNP'))]).get('b')?.putOff).toEqual(['one-post-at-a-time WDP']);
  });
});

describe('the canary', () => {
  const farm = (...changes: readonly Partial<Member>[]): readonly Member[] =>
    changes.map((change, index) => member(`w-${index + 1}`, change));

  it.each([
    ['has the fewest jobs', [{ jobs: [job('PC2'), job('PC2')] }, { jobs: [job('PC1')] }, { jobs: [job('PC2'), job('PC1')] }], 'w-2'],
    ['has the youngest PC1', [{ jobs: [job('PC1', '2026-03-01T10:00:00Z')] }, { jobs: [job('PC1', '2026-03-01T11:00:00Z')] }], 'w-2'],
    ['has no PC1 at all', [{ jobs: [job('PC1')] }, { jobs: [job('PC2', '2026-01-01T00:00:00Z')] }], 'w-2'],
    ['has a PC1 of known age', [{ jobs: [job('PC1', 'long ago')] }, { jobs: [job('PC1', '2020-03-01T11:00:00Z')] }], 'w-2'],
    ['is else the first by name', [{}, {}, {}], 'w-1'],
    ['is one that others stand in for', [{ tasks: ['PC1', 'PC2'] }, { jobs: [job('PC1')] }, { jobs: [job('PC1')] }], 'w-2'],
  ] satisfies [string, Partial<Member>[], string][])('%s', (_, changes, expected) => {
    const [first] = planWaves(farm(...changes), { ...RULES, canary: true }, NOW).waves;
    expect(first).toMatchObject({ canary: true, turns: [{ worker: expected }] });
  }); // prettier-ignore

  it('is none with a PC1 of unknown age, in whatever order they come', () => {
    const known = { worker: 'a', jobs: [job('PC1', '2020-03-01T11:00:00Z')] };
    const unknown = { worker: 'b', jobs: [job('PC1', 'long ago')] };
    const order = byLeastToLose(() => 0);
    for (const both of [
      [known, unknown],
      [unknown, known],
    ])
      expect(both.toSorted(order)[0]).toBe(known);
  });

  it('goes alone, and the others wait for it', () => {
    const farm = [...members('a', 'b', 'c', 'd'), staying(member('e'))];
    const { waves: planned } = planWaves(farm, { ...RULES, canary: true }, NOW);
    expect(planned.map(({ canary, turns }) => [canary, turns.length])).toEqual([[true, 1], [false, 3]]); // prettier-ignore
    expect(planned[1]?.turns[0]?.putOff).toEqual(['canary']);
  });

  it('is needed by no single restart', () => {
    expect(planWaves(members('a'), { ...RULES, canary: true }, NOW).waves).toMatchObject([{ canary: false }]);
  });

  it('is never one that must not go', () => {
    const farm = [
      pc2('a'),
      pc2('b'),
      member('x', { jobs: [job('PC1')] }),
      member('y', { jobs: [job('PC1')] }),
    ];
    const rules = { canary: true, minAvailable: new Map([['PC2', 2] as const]) };
    expect(waves(farm, rules)).toBe('x | y');
  });
});

it('takes workers in the order of their names, by number', () => {
  expect(waves(members('w-10', 'w-9', 'w-02', 'w-2', 'v'), { maxUnavailable: 1 })).toBe(
    'v | w-02 | w-2 | w-9 | w-10',
  );
});

it('has all steps of a worker in one turn', () => {
  const steps = ['a/detach:/mnt/x', 'a/restart'];
  expect(turns([member('a', { steps }), staying(member('b'))]).get('a')).toEqual({
    host: 'host-of-a',
    worker: 'a',
    steps,
    putOff: [],
    alone: [],
  });
});

it('of nothing has no waves', () => {
  expect(planWaves([staying(member('a'))], RULES, NOW)).toEqual({ waves: [], heldBack: [] });
});
