import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBoundaries, type Boundary } from './boundaries.js';
import { endsWorkers, FAULTS, impossible, kindOf } from './boundary.js';
import type { Task } from './rounds.js';
import { SCENARIOS } from './scenario.js';
import { byHost, HOSTS, LONGEST, Trial } from './set-up.js';
import { TURN } from './turn.js';

/** Each takes seconds: two hundred are for whoever has the time. */
const SEQUENCES = Number(process.env['SEALFARM_FAULT_SEQUENCES'] ?? 10);
const SEED = Number(process.env['SEALFARM_FAULT_SEED'] ?? TURN);

let trial: Trial;

beforeAll(async () => {
  trial = await Trial.begin();
});

afterAll(() => trial.farm.down());

it(
  `survives ${SEQUENCES} sequences of edits and faults while sectors go through`,
  async () => {
    const drawn = fc.sample(sequence(await findBoundaries(trial.rounds)), { numRuns: SEQUENCES, seed: SEED });
    const problems: string[] = [];
    for (let first = 0; first < drawn.length; first += HOSTS) {
      const batch = drawn.slice(first, first + HOSTS);
      await trial.farm.submit();
      problems.push(...(await trial.rounds.sequences(byHost(batch))));
      process.stderr.write(`${first + batch.length} sequences, ${problems.length} problems\n`);
    }
    await trial.end();
    process.stdout.write(
      `seed ${SEED}: ${drawn.flat().length} edits with faults in ${drawn.length} sequences; ${trial.farm.summary()}\n`,
    );
    expect(trial.farm.jobsDone()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  },
  LONGEST,
);

/** Two or three edits, each with a fault where an apply may pass or not: it takes another course each time. */
function sequence(boundaries: readonly Boundary[]): fc.Arbitrary<readonly Task[]> {
  const cell = fc
    .record({ at: fc.constantFrom(...boundaries), fault: fc.constantFrom(...FAULTS), skip: fc.nat() })
    .filter(({ at, fault }) => impossible(kindOf(at.label), fault) === undefined && !endsWorkers(fault))
    .map(({ at, fault, skip }) => ({ label: at.label, fault, skip: skip % at.times }));
  // Who is to take its sectors may be stopped in the same batch.
  const scenarios = SCENARIOS.filter((scenario) => scenario !== 'stop');
  const task = fc.record({ scenario: fc.constantFrom(...scenarios), cell });
  return fc.array(task, { minLength: 2, maxLength: 3 });
}
