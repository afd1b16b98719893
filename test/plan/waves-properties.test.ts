import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskCode } from '../../src/lotus/task.js';
import { planWaves, type Member, type Rules } from '../../src/plan/waves.js';

/** An hour after the younger jobs began. */
const NOW = Date.parse('2026-03-01T12:00:00Z');

const RUNS = { numRuns: 1_000 };

const tasks = fc.oneof(
  { weight: 8, arbitrary: fc.subarray<TaskCode>(['AP', 'PC1', 'PC2', 'C2'], { minLength: 1 }) },
  { weight: 2, arbitrary: fc.constantFrom<TaskCode[]>(['WDP'], ['WNP']) },
);

const worker = tasks.chain((declared) =>
  fc.record({
    tasks: fc.constant(declared),
    doing: fc.oneof({ weight: 4, arbitrary: fc.constant(declared) }, fc.subarray(declared)),
    groups: fc.subarray(['g1', 'g2', 'g3']),
    away: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    jobs: fc.array(
      fc.record({
        task: fc.constantFrom<TaskCode>('PC1', 'PC2'),
        sector: fc.constant('s-t01000-1'),
        since: fc.constantFrom('2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z', 'never'),
      }),
      { maxLength: 3 },
    ),
    steps: fc.constantFrom([], ['restart'], ['detach', 'restart']),
  }),
);

const farm: fc.Arbitrary<readonly Member[]> = fc.array(worker, { maxLength: 14 }).map((drawn) =>
  drawn.map((one, index): Member => {
    const name = `worker-${index}`;
    return {
      ...one,
      worker: name,
      host: `host-${index % 5}`,
      doing: one.away ? [] : one.doing,
      steps: one.steps.map((step) => `${name}/${step}`),
    };
  }),
);

const rules: fc.Arbitrary<Rules> = fc.record({
  maxUnavailable: fc.integer({ min: 1, max: 8 }),
  minAvailable: fc
    .array(fc.tuple(fc.constantFrom<TaskCode>('PC1', 'PC2', 'WDP'), fc.integer({ min: 1, max: 4 })), {
      maxLength: 2,
    })
    .map((entries) => new Map(entries)),
  canary: fc.boolean(),
});

/** What a worker does as far as nobody but its likes can do it, said anew: tasks, and PC2 for each group. */
function duties({ groups }: Member, doing: readonly TaskCode[]): readonly string[] {
  return [...doing, ...(doing.includes('PC2') ? groups.map((group) => `PC2 for ${group}`) : [])];
}

/** The farm as time goes by, one wave after the other. */
class Time {
  readonly #doing: Map<Member, readonly TaskCode[]>;
  readonly #away: Set<Member>;

  constructor(readonly members: readonly Member[]) {
    this.#doing = new Map(members.map((member) => [member, member.doing]));
    this.#away = new Set(members.filter(({ away }) => away));
  }

  isAway(member: Member): boolean {
    return this.#away.has(member);
  }

  get away(): number {
    return this.#away.size;
  }

  duties(member: Member): readonly string[] {
    return duties(member, this.#doing.get(member) ?? []);
  }

  /** How many others do it while these are away. */
  without(wave: readonly Member[], duty: string): number {
    return this.members.filter((member) => !wave.includes(member) && this.duties(member).includes(duty))
      .length;
  }

  passes(wave: readonly Member[]): void {
    for (const member of wave) {
      this.#doing.set(member, member.tasks);
      this.#away.delete(member);
    }
  }
}

function byName(members: readonly Member[], name: string): Member {
  const found = members.find((member) => member.worker === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Walks through the waves and looks at each with the farm as it is then. */
function eachWave(
  members: readonly Member[],
  by: Rules,
  look: (wave: readonly Member[], time: Time, index: number) => void,
): Time {
  const time = new Time(members);
  for (const [index, { turns }] of planWaves(members, by, NOW).waves.entries()) {
    const wave = turns.map(({ worker }) => byName(members, worker));
    look(wave, time, index);
    time.passes(wave);
  }
  return time;
}

describe('in every wave of any farm', () => {
  const always = (
    what: string,
    look: (wave: readonly Member[], time: Time, by: Rules, index: number) => void,
  ): void => {
    it(what, () => {
      fc.assert(
        fc.property(farm, rules, (members, by) => {
          eachWave(members, by, (wave, time, index) => {
            look(wave, time, by, index);
          });
        }),
        RUNS,
      );
    });
  };

  always('no more workers are away than may be, but for a single one', (wave, time, { maxUnavailable }) => {
    const more = wave.filter((member) => !time.isAway(member)).length;
    expect(wave.length).toBeGreaterThan(0);
    expect(more).toBeLessThanOrEqual(Math.max(1, maxUnavailable - time.away));
  });

  always('as many do a task as shall', (wave, time, { minAvailable }) => {
    for (const [code, least] of minAvailable) {
      if (wave.some((member) => time.duties(member).includes(code)))
        expect(time.without(wave, code)).toBeGreaterThanOrEqual(least);
    }
  });

  always('somebody does each task, and PC2 for each group, unless one worker alone did', (wave, time) => {
    if (wave.length < 2) return;
    for (const duty of new Set(wave.flatMap((member) => time.duties(member))))
      expect(time.without(wave, duty)).toBeGreaterThan(0);
  });

  always('no two post workers of a kind are away', (wave) => {
    for (const code of ['WDP', 'WNP'] as const)
      expect(wave.filter((member) => member.tasks.includes(code)).length).toBeLessThan(2);
  });
});

describe('the waves of any farm', () => {
  it('have every restart once, or hold it back where it would break minAvailable even alone', () => {
    fc.assert(
      fc.property(farm, rules, (members, by) => {
        const { waves, heldBack } = planWaves(members, by, NOW);
        const turns = [...waves.flatMap((wave) => wave.turns), ...heldBack];
        const wanted = members.filter(({ steps }) => steps.length > 0);
        expect(turns.map(({ steps }) => steps).sort()).toEqual(wanted.map(({ steps }) => steps).sort());
        const end = eachWave(members, by, () => undefined);
        for (const { worker, putOff } of heldBack) {
          const member = byName(members, worker);
          const broken = [...by.minAvailable].filter(
            ([code, least]) => end.duties(member).includes(code) && end.without([member], code) < least,
          );
          expect(broken.length).toBeGreaterThan(0);
          expect(broken.map(([code]) => `min-available ${code}`)).toEqual(
            expect.arrayContaining([putOff[0]]),
          );
        }
      }),
      RUNS,
    );
  });

  it('say of which worker nobody can stand in for', () => {
    fc.assert(
      fc.property(farm, rules, (members, by) => {
        const { waves } = planWaves(members, by, NOW);
        eachWave(members, by, (wave, time, index) => {
          for (const { worker, alone } of waves[index]?.turns ?? []) {
            const member = byName(members, worker);
            const missed = time.duties(member).filter((duty) => time.without(wave, duty) === 0);
            expect(alone).toHaveLength(missed.length);
            if (missed.length > 0) expect(wave).toHaveLength(1);
          }
        });
      }),
      RUNS,
    );
  });

  it('begin with a canary where that is asked for, and have no other', () => {
    fc.assert(
      fc.property(farm, rules, (members, by) => {
        const { waves, heldBack } = planWaves(members, by, NOW);
        const turns = waves.flatMap((wave) => wave.turns).length + heldBack.length;
        const expected = waves.map((_, index) => by.canary && index === 0 && turns > 1);
        expect(waves.map(({ canary }) => canary)).toEqual(expected);
        if (expected[0] === true) expect(waves[0]?.turns).toHaveLength(1);
      }),
      RUNS,
    );
  });

  it('are the same in whatever order the farm is written', () => {
    const shuffled = farm.chain((members) =>
      fc.tuple(
        fc.constant(members),
        fc.shuffledSubarray([...members], { minLength: members.length, maxLength: members.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, rules, ([members, others], by) => {
        expect(planWaves(others, by, NOW)).toEqual(planWaves(members, by, NOW));
      }),
      RUNS,
    );
  });
});
