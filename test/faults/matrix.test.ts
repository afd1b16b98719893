import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBoundaries } from './boundaries.js';
import { endsWorkers } from './boundary.js';
import { Matrix } from './matrix.js';
import type { Task } from './rounds.js';
import { byHost, HOSTS, LONGEST, Trial } from './set-up.js';
import { TURN } from './turn.js';

/** One of how many cells is tried: all of them take longer than a test may that runs each time. */
const SHARE = Number(process.env['SEALFARM_FAULT_SHARE'] ?? 12);

/** As a pattern: `kill before: script lock`. */
const ONLY = new RegExp(process.env['SEALFARM_FAULT_CELLS'] ?? '');

/** How often a cell is tried that does not come to pass: work may take another course each time. */
const TRIES = 4;

/** Somebody must take the sectors of those that are stopped. */
const MOST_STOPS = 3;

/** Milliseconds; a slow machine shall come to the stop of a worker while it has them. */
const LONG_JOBS = { PC1: 4000 };

let trial: Trial;

beforeAll(async () => {
  trial = await Trial.begin();
  trial.farm.sandbox.setSpeed(LONG_JOBS);
});

afterAll(() => trial.farm.down());

it(
  'loses no work and converges, whatever breaks at whichever boundary',
  async () => {
    const matrix = new Matrix(await findBoundaries(trial.rounds), SHARE, TURN, ONLY);
    const problems: string[] = [];
    // What a worker's death does to sectors elsewhere would be taken for sealfarm's doing in the rounds after it, and in its own round
    // whoever serves the files of a job that died waits until that worker is started again.
    for (const [most, last] of [
      [HOSTS, false],
      [1, true],
    ] as const) {
      const tasks = matrix.tasks.filter(({ cell }) => endsWorkers(cell.fault) === last);
      problems.push(...(await tryAll(matrix, tasks, most)));
    }
    await trial.end();
    process.stdout.write(`${matrix.toString()}SEALFARM_FAULT_OFFSET=${TURN}; ${trial.farm.summary()}\n`);
    expect(matrix.tasks.length).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  },
  LONGEST,
);

function sooner(task: Task): Task {
  return { ...task, cell: { ...task.cell, skip: 0 } };
}

interface Try {
  readonly task: Task;
  readonly tries: number;
}

/** Takes what one round can have. */
function nextOf(queue: Try[], most: number): readonly Try[] {
  const stops = queue.filter(({ task }) => task.scenario === 'stop').slice(MOST_STOPS);
  const next = queue.filter((one) => !stops.includes(one)).slice(0, most);
  for (const one of next) queue.splice(queue.indexOf(one), 1);
  return next;
}

async function tryAll(matrix: Matrix, tasks: readonly Task[], most: number): Promise<readonly string[]> {
  const queue: Try[] = tasks.map((task) => ({ task, tries: 1 }));
  const problems: string[] = [];
  while (queue.length > 0) {
    const taken = byHost(nextOf(queue, most));
    const report = await trial.rounds.round(new Map([...taken].map(([host, { task }]) => [host, task])));
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
