import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { findBoundaries } from './boundaries.js';
import { endsWorkers } from './boundary.js';
import { FaultFarm } from './fault-farm.js';
import { Matrix } from './matrix.js';
import { Rounds, type Task } from './rounds.js';

const HOSTS = 10;

/** One of how many cells is tried: all of them take longer than a test may that runs each time. */
const SHARE = Number(process.env['SEALFARM_FAULT_SHARE'] ?? 8);

/** As a pattern: `kill before: script lock`. */
const ONLY = new RegExp(process.env['SEALFARM_FAULT_CELLS'] ?? '');

/** How often a cell is tried that does not come to pass: work may take another course each time. */
const TRIES = 4;

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

it('loses no work and converges, whatever breaks at whichever boundary', async () => {
  const matrix = new Matrix(await findBoundaries(rounds), SHARE, ONLY);
  const problems: string[] = [];
  // What a worker's death does to sectors elsewhere would be taken for sealfarm's doing in the rounds after it.
  for (const last of [false, true]) {
    const tasks = matrix.tasks.filter(({ cell }) => endsWorkers(cell.fault) === last);
    problems.push(...(await tryAll(matrix, tasks)));
  }
  await eventually('all sectors proving', () => farm.sandbox.allProving(farm.submitted));
  process.stdout.write(`${matrix.toString()}${farm.summary()}\n`);
  expect(matrix.tasks.length).toBeGreaterThan(0);
  expect(problems).toEqual([]);
}, 3_600_000);

function sooner(task: Task): Task {
  return { ...task, cell: { ...task.cell, skip: 0 } };
}

async function tryAll(matrix: Matrix, tasks: readonly Task[]): Promise<readonly string[]> {
  const queue = tasks.map((task) => ({ task, tries: 1 }));
  const problems: string[] = [];
  while (queue.length > 0) {
    const taken = new Map(queue.splice(0, HOSTS).map((next, index) => [`host-${index + 1}`, next]));
    await farm.submit();
    const report = await rounds.round(new Map([...taken].map(([host, { task }]) => [host, task])));
    problems.push(...report.problems);
    for (const [host, { task, tries }] of taken) {
      if (report.fired.has(host)) matrix.cameToPass(task.cell);
      else if (tries < TRIES) queue.push({ task: sooner(task), tries: tries + 1 });
      else problems.push(`never came to pass: ${task.cell.fault}: ${task.cell.label} in ${task.scenario}`);
    }
    process.stderr.write(`${queue.length} cells left\n${report.problems.map((one) => `${one}\n`).join('')}`);
  }
  return problems;
}
