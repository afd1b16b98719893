import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBoundaries } from './boundaries.js';
import { eventually } from '../support/cli.js';
import { FAULTS, impossible, kindOf, type Fault, type Label } from './boundary.js';
import { FaultFarm } from './fault-farm.js';
import { Rounds, type Task } from './rounds.js';

const HOSTS = 10;

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

interface Waiting extends Task {
  readonly tries: number;
}

it('loses no work and converges, whatever breaks at whichever boundary', async () => {
  const waiting = (await findBoundaries(rounds)).flatMap(({ label, scenario, times }, index) =>
    FAULTS.filter((fault) => impossible(kindOf(label), fault) === undefined).map((fault, at): Waiting => ({
      scenario,
      tries: 0,
      cell: { label, fault, skip: (index * 7 + at * 3) % times },
    })),
  );
  const only = process.env['SEALFARM_FAULTS_ONLY'];
  const queue =
    only === undefined
      ? waiting
      : waiting.filter(({ cell }) => new RegExp(only).test(`${cell.fault}: ${cell.label}`));
  const counts = new Map<string, number>();
  const problems: string[] = [];
  for (let round = 1; queue.length > 0; round += 1) {
    const taken = new Map(queue.splice(0, HOSTS).map((task, index) => [`host-${index + 1}`, task]));
    await farm.submit(8);
    const report = await rounds.round(taken);
    problems.push(...report.problems);
    for (const [host, task] of taken) {
      const { label, fault } = task.cell;
      if (report.fired.has(host)) counts.set(`${label}|${fault}`, (counts.get(`${label}|${fault}`) ?? 0) + 1);
      else if (task.tries + 1 < TRIES)
        queue.push({ ...task, tries: task.tries + 1, cell: { ...task.cell, skip: 0 } });
      else problems.push(`never came to pass: ${fault}: ${label} in ${task.scenario}`);
    }
    process.stderr.write(
      `round ${round}: ${queue.length} left, ${problems.length} problems\n${report.problems.map((p) => `  ${p}\n`).join('')}`,
    );
  }
  process.stdout.write(
    table(
      waiting.map(({ cell }) => cell.label),
      counts,
    ),
  );
  await eventually('all sectors proving', () => farm.sandbox.allProving(farm.submitted));
  process.stdout.write(
    `${farm.jobsDone()} jobs done, ${farm.killedJobs()} lost with workers that the test killed, ${farm.lostJobs().length} by sealfarm\n`,
  );
  expect(problems).toEqual([]);
}, 1_800_000);

/** How often each fault came to pass at each boundary. */
function table(labels: readonly Label[], counts: ReadonlyMap<string, number>): string {
  const rows = [...new Set(labels)];
  const width = Math.max(...rows.map((label) => label.length));
  const cell = (label: Label, fault: Fault): string => {
    const text =
      impossible(kindOf(label), fault) === undefined ? String(counts.get(`${label}|${fault}`) ?? 0) : '-';
    return text.padStart(fault.length);
  };
  const lines = rows.map((label) =>
    [label.padEnd(width), ...FAULTS.map((fault) => cell(label, fault))].join('  '),
  );
  return `${[''.padEnd(width), ...FAULTS].join('  ')}\n${lines.join('\n')}\n`;
}
