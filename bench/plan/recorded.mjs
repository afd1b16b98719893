// CPU of a plan without its hosts: what one real host answered, told by a thousand. After npm run build:
//   node bench/plan/recorded.mjs [COUNT] [--runs N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { desire } from '../../dist/desired/desire.js';
import { makePlan, planSteps } from '../../dist/plan/make-plan.js';
import { inWaves } from '../../dist/plan/rollout.js';
import { masked } from '../../dist/view/masked-plan.js';
import { formatPlan, planJson } from '../../dist/view/plan.js';
import { PLAIN } from '../../dist/view/style.js';
import { answerOf, farmOf, parse, record, TOKEN } from './recorded-farm.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const count = Number(positionals[0] ?? 1000);
const NOW = new Date('2026-03-01T12:00:00Z');

/** Seconds of CPU, and what came of it. */
function cpu(work) {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, value];
}

const folder = mkdtempSync(join(tmpdir(), 'sealfarm-bench-'));
try {
  const before = farmOf(folder, count, { limit: 4, rollout: '{}' });
  const recorded = record(before);
  const answers = before.hosts.map((_, index) => answerOf(recorded, index + 1));
  const cases = [
    ['nothing to do', before],
    ['a restart of half, one by one', farmOf(folder, count, { limit: 6, rollout: '{}' })],
    [
      'the same, 10 % at once',
      farmOf(folder, count, { limit: 6, rollout: '{ maxUnavailable: 10%, canary: true }' }),
    ],
  ];
  for (const [what, farm] of cases) {
    const desired = desire(farm, TOKEN, new Map());
    const figures = Array.from({ length: Number(values.runs) }, () => once(farm, desired, answers));
    const plan = figures[0].made;
    const steps = plan.hosts.reduce((sum, host) => sum + host.steps.length, 0);
    console.log(
      `${what}: ${steps} steps, ${plan.waves.length} waves, ${plan.diagnostics.length} findings; s of CPU:`,
    );
    for (const key of Object.keys(figures[0]).filter((name) => name !== 'made')) {
      const all = figures.map((figure) => figure[key]).sort((a, b) => a - b);
      console.log(`  ${key.padEnd(16)} ${all.map((seconds) => seconds.toFixed(2)).join(', ')}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function once(farm, desired, answers) {
  const [parsing, observation] = cpu(() => parse(farm, answers));
  const [planning, plan] = cpu(() => makePlan(desired, observation));
  const unordered = planSteps(desired, observation);
  const [waves] = cpu(() => inWaves(unordered, desired, observation));
  const [text] = cpu(() => formatPlan(masked(plan, 'salt', false), { style: PLAIN, width: 100, now: NOW }));
  const [diffs] = cpu(() =>
    formatPlan(masked(plan, 'salt', true), { style: PLAIN, width: 100, now: NOW, diffs: true }),
  );
  const [json] = cpu(() => JSON.stringify(planJson(masked(plan, 'salt', false), NOW)));
  return {
    made: plan,
    parse: parsing,
    plan: planning,
    'of it, waves': waves,
    text,
    'text, diffs': diffs,
    json,
  };
}
