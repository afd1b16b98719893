import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type CliResult } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** One farm, taken through its life in order; each step builds on the one before. */
let farm: SandboxFarm;

const WORKERS = ['worker-1', 'worker-2', 'worker-3'];

beforeAll(async () => {
  farm = await SandboxFarm.up();
  // Without groups worker-1 and worker-2 stand in for each other.
  await farm.edit((text) =>
    text.replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '').replace(/^storageGroups:\n( {2}.*\n)+/m, ''),
  );
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  await farm.edit((text) =>
    text
      .replace('limits: { PC1: 4 }', 'limits: { PC1: 2 }')
      .replace('\nhosts:', '\nrollout: { maxUnavailable: 2, canary: true }\n\nhosts:'),
  );
});

afterAll(async () => {
  await farm.down();
});

interface Line {
  readonly type: string;
  readonly step?: { readonly id: string };
  readonly diagnostics?: readonly { readonly code: string; readonly severity: string }[];
}

function lines({ stdout }: CliResult): readonly Line[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function sessions(): Promise<readonly (string | undefined)[]> {
  return Promise.all(WORKERS.map((name) => farm.eye.session(name)));
}

it('plans a canary, then the two others together, and warns that it is much', async () => {
  const { code, stdout } = await farm.run(['plan', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    waves: [
      { canary: true, turns: [{ worker: 'worker-1', steps: ['worker-1/restart'] }] },
      { canary: false, turns: [{ worker: 'worker-2', putOff: ['canary'] }, { worker: 'worker-3' }] },
    ],
    heldBack: [],
    large: { concerned: 3, running: 3, mostPercent: 30 },
    diagnostics: [{ code: 'SF560', severity: 'warning' }],
  });
  const text = await farm.run(['plan']);
  expect(text.stdout).toContain('Restarts in 2 waves: canary worker-1; then 2 at once.');
});

it('touches nothing of so many workers without --allow-large', async () => {
  const before = [await sessions(), await farm.read('host-1', 'state', 'journal.jsonl')];
  const applied = await farm.run(['apply', '--yes', '--json']);
  expect(applied.code).toBe(1);
  expect(lines(applied)).toMatchObject([
    { type: 'plan' },
    { type: 'diagnostics', diagnostics: [{ code: 'SF560', severity: 'error' }] },
  ]);
  expect([await sessions(), await farm.read('host-1', 'state', 'journal.jsonl')]).toEqual(before);
});

it('restarts the canary, sees it back, and then the two others side by side', async () => {
  const before = await sessions();
  let ended = false;
  const run = farm.run(['apply', '--yes', '--allow-large', '--json']).finally(() => (ended = true));
  const seen = new Set<string>();
  await eventually(
    'the end of it',
    async () => {
      const takers = await farm.eye.takers('PC1');
      seen.add(WORKERS.filter((name) => !takers.includes(name)).join());
      return ended;
    },
    120_000,
  );
  const applied = await run;
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  // By the miner nobody else is away with the canary, nor more than the two at once.
  for (const away of seen)
    expect(['', 'worker-1', 'worker-2', 'worker-3', 'worker-2,worker-3']).toContain(away);
  expect(seen).toContain('worker-1');
  const told = lines(applied).map(({ type, step }) => `${type} ${step?.id ?? ''}`);
  const at = (line: string): number => {
    expect(told).toContain(line);
    return told.indexOf(line);
  };
  const others = ['worker-2', 'worker-3'];
  const begun = others.map((name) => at(`step-started ${name}/restart`));
  expect(at('step-done worker-1/restart')).toBeLessThan(Math.min(...begun));
  expect(Math.max(...begun)).toBeLessThan(Math.min(...others.map((name) => at(`step-done ${name}/restart`))));
  const after = await sessions();
  for (const [index, session] of after.entries()) {
    expect(session).toBeDefined();
    expect(session).not.toBe(before[index]);
  }
  for (const name of WORKERS) expect(await farm.eye.limit(name)).toBe(2);
  expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(0);
  expect(farm.eye.failedJobs()).toEqual([]);
});
