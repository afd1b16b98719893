import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { findBoundaries, type Boundary } from './boundaries.js';
import { endsWorkers, FAULTS, impossible, kindOf } from './boundary.js';
import { FaultFarm } from './fault-farm.js';
import { Rounds, type Task } from './rounds.js';
import { SCENARIOS } from './scenario.js';

const HOSTS = 10;

/** Each takes seconds: two hundred are for whoever has the time. */
const SEQUENCES = Number(process.env['SEALFARM_FAULT_SEQUENCES'] ?? 10);
const SEED = Number(process.env['SEALFARM_FAULT_SEED'] ?? 1);

let farm: FaultFarm;
let rounds: Rounds;

beforeAll(async () => {
  farm = await FaultFarm.up(HOSTS);
  rounds = new Rounds(farm);
  await rounds.begin();
});

afterAll(async () => {
  await farm.down();
});

it(`survives ${SEQUENCES} sequences of edits and faults while sectors go through`, async () => {
  const drawn = fc.sample(sequence(await findBoundaries(rounds)), { numRuns: SEQUENCES, seed: SEED });
  const problems: string[] = [];
  for (let first = 0; first < drawn.length; first += HOSTS) {
    const batch = drawn.slice(first, first + HOSTS);
    await farm.submit();
    problems.push(
      ...(await rounds.sequences(new Map(batch.map((tasks, index) => [`host-${index + 1}`, tasks])))),
    );
    process.stderr.write(`${first + batch.length} sequences, ${problems.length} problems\n`);
  }
  await eventually('all sectors proving', () => farm.sandbox.allProving(farm.submitted));
  process.stdout.write(
    `seed ${SEED}: ${drawn.flat().length} edits with faults in ${drawn.length} sequences; ${farm.summary()}\n`,
  );
  expect(farm.jobsDone()).toBeGreaterThan(0);
  expect(problems).toEqual([]);
}, 3_600_000);

/** Two or three edits, each with a fault where an apply may pass or not: it takes another course each time. */
function sequence(boundaries: readonly Boundary[]): fc.Arbitrary<readonly Task[]> {
  const cell = fc
    .record({ at: fc.constantFrom(...boundaries), fault: fc.constantFrom(...FAULTS), skip: fc.nat() })
    .filter(({ at, fault }) => impossible(kindOf(at.label), fault) === undefined && !endsWorkers(fault))
    .map(({ at, fault, skip }) => ({ label: at.label, fault, skip: skip % at.times }));
  const task = fc.record({ scenario: fc.constantFrom(...SCENARIOS), cell });
  return fc.array(task, { minLength: 2, maxLength: 3 });
}
