// Whether anything grows: one process applies an edited file every few seconds to a sandbox whose sectors go on.
// node --expose-gc bench/soak.mjs [MINUTES] [HOSTS]
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { carryOut } from '../dist/cli/carry-out.js';
import { readFarmFile } from '../dist/cli/load-farm.js';
import { Terminal } from '../dist/cli/terminal.js';
import { Workspace } from '../dist/cli/workspace.js';
import { success } from '../dist/diagnostic/result.js';
import { sandboxDown } from '../dist/sandbox/down.js';
import { layout } from '../dist/sandbox/layout.js';
import { sandboxSubmit } from '../dist/sandbox/submit.js';
import { sandboxUp } from '../dist/sandbox/up.js';

const SPEED = { AP: 50, PC1: 1000, PC2: 300, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };
const EVERY = 3000;

const minutes = Number(process.argv[2] ?? 10);
const hosts = Number(process.argv[3] ?? 3);
const folder = await mkdtemp(join(tmpdir(), 'sealfarm-soak-'));
const dir = join(folder, 'farm');
const file = join(dir, 'sealfarm.yaml');

/** Says nothing but what goes wrong. */
class Quiet extends Terminal {
  constructor() {
    super({ json: false, color: false });
  }
  result() {}
  event() {}
  diagnostics(found) {
    for (const { code, severity, message } of found)
      if (severity === 'error') console.error(`${code} ${message}`);
  }
  progress() {
    return Promise.resolve({ emit: () => undefined, say: () => undefined, end: () => Promise.resolve() });
  }
}

/** What `sealfarm apply --yes` does. */
async function apply() {
  const { farm } = await readFarmFile(file, () => []);
  const opened = await Workspace.open(farm, undefined, { command: 'apply' });
  if (!opened.ok) throw new Error(opened.diagnostic.message);
  const workspace = opened.value;
  const { signal } = new AbortController();
  try {
    const planned = workspace.plan(await workspace.look(() => undefined));
    const outcome = await carryOut({ workspace, signal }, new Quiet(), planned, {}, (probe) =>
      success(workspace.plan(probe)),
    );
    return outcome.code;
  } finally {
    await workspace.close();
  }
}

function files() {
  return readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => /^hosts\/[^/]+\/(etc|state)\//.test(name));
}

async function failedJobs() {
  const text = await readFile(layout(dir).events, 'utf8');
  return text.split('\n').filter((line) => line.includes('"job-failed"')).length;
}

async function measure(applies) {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed / 2 ** 20;
  const all = files();
  const row = {
    applies,
    'heap MiB': heap.toFixed(1),
    'rss MiB': (process.memoryUsage().rss / 2 ** 20).toFixed(0),
    handles: process.getActiveResourcesInfo().length,
    descriptors: readdirSync('/proc/self/fd').length,
    files: all.length,
    temp: all.filter((name) => name.includes('sealfarm-tmp')).length,
    'jobs failed': await failedJobs(),
  };
  console.log(
    Object.entries(row)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
}

try {
  const up = await sandboxUp({ dir, hosts, speed: SPEED });
  if (!up.ok) throw new Error(up.diagnostic.message);
  const text = await readFile(file, 'utf8');
  await apply();
  const end = Date.now() + minutes * 60_000;
  let applies = 0;
  while (Date.now() < end) {
    const began = Date.now();
    await sandboxSubmit({ dir, sectors: hosts });
    // Every second edit asks for restarts, every other one is made while the workers go on.
    const edited = text
      .replaceAll('PC1: 4', `PC1: ${4 + (Math.floor(applies / 2) % 2)}`)
      .replaceAll('seal: true,', `seal: true, weight: ${10 + (applies % 2)},`);
    await writeFile(file, edited);
    const code = await apply();
    if (code !== 0) console.error(`apply ended with ${code}`);
    if (applies % 20 === 0) await measure(applies);
    applies += 1;
    await pause(Math.max(0, EVERY - (Date.now() - began)));
  }
  await measure(applies);
} finally {
  await sandboxDown({ dir });
  await rm(folder, { recursive: true, force: true });
}
