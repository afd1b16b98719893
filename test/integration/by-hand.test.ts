import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** What people do to a farm behind sealfarm's back, and in its file; each is undone before the next. */
let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
});

afterAll(() => farm.down());

interface Planned {
  readonly hosts: readonly { readonly steps: readonly PlannedStep[] }[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
  }[];
}

interface PlannedStep {
  readonly id: string;
  readonly disruption: string;
  readonly reason: string;
}

/** The steps as `id: disruption, reason`, and what is wrong on the hosts as `code severity`. */
async function plan(): Promise<{ readonly steps: readonly string[]; readonly found: readonly string[] }> {
  const { stdout, stderr } = await farm.run(['plan', '--json']);
  expect(stderr).not.toContain('SF1');
  const { hosts, diagnostics } = JSON.parse(stdout) as Planned;
  return {
    steps: hosts.flatMap(({ steps }) =>
      steps.map(
        ({ id, disruption, reason }) => `${id.replaceAll(`${farm.dir}/`, '')}: ${disruption}, ${reason}`,
      ),
    ),
    found: diagnostics.map(({ code, severity }) => `${code} ${severity}`),
  };
}

async function applyToNothing(): Promise<void> {
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(await plan()).toEqual({ steps: [], found: [] });
}

const envFile = (): string => farm.host('host-1', 'etc', 'workers', 'worker-1', 'worker.env');

function editFile(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

/** A change of the farm's file for one test; gives back what undoes it. */
async function edited(change: (text: string) => string): Promise<() => Promise<void>> {
  let before = '';
  await farm.edit((text) => {
    before = text;
    return change(text);
  });
  return () => farm.edit(() => before);
}

describe('on a host', () => {
  it('an environment file edited by hand is written again, and the worker goes on', async () => {
    const session = await farm.eye.session('worker-1');
    editFile(envFile(), (text) => text.replace('PC1_32G_MAX_CONCURRENT=4', 'PC1_32G_MAX_CONCURRENT=3'));
    const id = 'worker-1/write-file:hosts/host-1/etc/workers/worker-1/worker.env';
    expect(await plan()).toEqual({ steps: [`${id}: none, edited-on-host`], found: [] });
    await applyToNothing();
    expect(await farm.eye.session('worker-1')).toBe(session);
  });

  it('a worker that was killed is started', async () => {
    const [pid = ''] = (await farm.read('host-1', 'state', 'run', 'worker-1.pid')).split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await eventually('worker-1 gone', async () => (await plan()).steps.length > 0);
    expect(await plan()).toEqual({ steps: ['worker-1/start: none, not-running'], found: [] });
    await applyToNothing();
  });

  it('a task that was switched off is switched on again', async () => {
    const worker = farm.host('host-1', 'bin', 'lotus-worker');
    const env = { LOTUS_WORKER_PATH: farm.host('host-1', 'lotus-worker'), PATH: process.env['PATH'] ?? '' };
    const child = spawn(worker, ['tasks', 'disable', 'PC2'], { env, stdio: 'ignore' });
    await once(child, 'exit');
    expect(await plan()).toEqual({ steps: ['worker-1/enable-task:PC2: live, lotus-differs'], found: [] });
    await applyToNothing();
  });

  it("AllowTo that only the miner's index has otherwise is declared again", async () => {
    const store = farm.host('host-1', 'seal', 'sectorstore.json');
    const now = readFileSync(store, 'utf8');
    editFile(store, (text) =>
      text.replace(/"AllowTo": \[\s*"example-seal-group-1"\s*\]/, '"AllowTo": ["old"]'),
    );
    const worker = farm.host('host-1', 'bin', 'lotus-worker');
    const env = { LOTUS_WORKER_PATH: farm.host('host-1', 'lotus-worker'), PATH: process.env['PATH'] ?? '' };
    const child = spawn(worker, ['storage', 'redeclare', '--all', '--drop-missing=false'], {
      env,
      stdio: 'ignore',
    });
    await once(child, 'exit');
    await eventually('the old file in the index', async () =>
      (await farm.eye.allowTo('host-1')).includes('old'),
    );
    writeFileSync(store, now);
    expect(await plan()).toEqual({
      steps: ['worker-1/redeclare:hosts/host-1/seal: live, lotus-differs'],
      found: [],
    });
    await applyToNothing();
    expect(await farm.eye.allowTo('host-1')).toEqual(['example-seal-group-1']);
  });
});

describe('in the file', () => {
  it('a path more is attached while the worker runs', async () => {
    const session = await farm.eye.session('worker-1');
    const path = farm.host('host-1', 'more');
    mkdirSync(path);
    const undo = await edited((text) =>
      text.replace(
        /(\n +)(- \{ path: \S+host-1\/seal.*)/,
        `$1$2$1- { path: ${path}, seal: true, allowTo: [example-seal-group-1], mount: any }`,
      ),
    );
    expect((await plan()).steps).toEqual([
      'worker-1/create-sectorstore:hosts/host-1/more: none, new',
      'worker-1/attach:hosts/host-1/more: live, new',
    ]);
    await applyToNothing();
    await undo();
    expect((await plan()).steps).toEqual(['worker-1/detach:hosts/host-1/more: empty, config-changed']);
    await applyToNothing();
    expect(await farm.eye.session('worker-1')).toBe(session);
  });

  it('a path less is refused while it holds a sector', async () => {
    const sealed = farm.host('host-1', 'seal', 'sealed');
    mkdirSync(sealed, { recursive: true });
    writeFileSync(join(sealed, 's-t01000-999'), '');
    const undo = await edited((text) => text.replace(/path: (\S+host-1)\/seal/, 'path: $1/another'));
    const { steps, found } = await plan();
    expect(found).toEqual(['SF506 error']);
    expect(steps.filter((step) => step.includes('detach'))).toEqual([]);
    expect((await farm.run(['apply', '--yes'])).code).toBe(1);
    await undo();
    rmSync(join(sealed, 's-t01000-999'));
    const put = await farm.run(['apply', '--yes']);
    expect(put.code, put.stdout + put.stderr).toBe(0);
    expect(await plan()).toEqual({ steps: [], found: [] });
  });

  it('another sector size than the miner has is refused', async () => {
    const undo = await edited((text) => text.replace('sectorSize: 32GiB', 'sectorSize: 64GiB'));
    expect(await plan()).toEqual({ steps: [], found: ['SF513 error'] });
    expect((await farm.run(['apply', '--yes'])).code).toBe(1);
    await undo();
  });

  it('two workers that swap their GPUs are restarted one after the other', async () => {
    const withGpus = (one: number, two: number) => (text: string) =>
      text
        .replace(/(worker-1:\n +)(?:gpus: \[\d\]\n +)?/, `$1gpus: [${one}]\n        `)
        .replace(/(worker-2:\n +)(?:gpus: \[\d\]\n +)?/, `$1gpus: [${two}]\n        `);
    await farm.edit(withGpus(0, 1));
    await applyToNothing();
    await farm.edit(withGpus(1, 0));
    const { steps, found } = await plan();
    expect(steps.filter((step) => step.includes('restart'))).toEqual([
      'worker-1/restart: restart, config-changed',
      'worker-2/restart: restart, config-changed',
    ]);
    expect(found.filter((code) => code.endsWith('error'))).toEqual([]);
    const { waves } = JSON.parse((await farm.run(['plan', '--json'])).stdout) as {
      waves: readonly { turns: readonly unknown[] }[];
    };
    expect(waves.map(({ turns }) => turns.length)).toEqual([1, 1]);
    await applyToNothing();
  });
});

it('never failed a job', () => {
  expect(farm.eye.failedJobs()).toEqual([]);
});
