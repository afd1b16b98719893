// What a rolling restart costs: a sandbox of busy workers, PC1 done in a stretch of time without and with one.
// node bench/rolling.mjs [WORKERS] [--at-once N]
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { sandboxDown } from '../dist/sandbox/down.js';
import { layout } from '../dist/sandbox/layout.js';
import { minerClient } from '../dist/sandbox/miner-client.js';
import { sandboxSubmit } from '../dist/sandbox/submit.js';
import { sandboxUp } from '../dist/sandbox/up.js';

const run = promisify(execFile);
const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const SPEED = { AP: 300, PC1: 30_000, PC2: 2000, WaitSeed: 2000, C1: 300, C2: 2000, FIN: 300, GET: 300 };
const STRETCH = 240_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'at-once': { type: 'string', default: '1' } },
});
const workers = Number(positionals[0] ?? 24);
const atOnce = Number(values['at-once']);

const folder = await mkdtemp(join(tmpdir(), 'sealfarm-rolling-'));
const dir = join(folder, 'farm');
const file = join(dir, 'sealfarm.yaml');

async function edit(change) {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

async function apply() {
  const { stdout } = await run(process.execPath, [MAIN, 'apply', '--yes', '--allow-large'], {
    cwd: dir,
    maxBuffer: 1 << 28,
  });
  return stdout;
}

/** Events of the simulated Lotus between two moments. */
async function events(from, to) {
  const lines = (await readFile(layout(dir).events, 'utf8')).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to);
}

async function pc1Done(from, to) {
  return (await events(from, to)).filter(({ event, task }) => event === 'job-done' && task === 'PC1').length;
}

/** Sectors always wait for PC1, as many again as all workers take. */
async function feed(signal) {
  const client = minerClient(dir);
  while (!signal.aborted) {
    const summary = await client.call('Filecoin.SectorsSummary', []);
    const early = (summary['AddPiece'] ?? 0) + (summary['Packing'] ?? 0) + (summary['PreCommit1'] ?? 0);
    const wanted = workers * 14;
    if (early < wanted) await sandboxSubmit({ dir, sectors: wanted - early });
    await pause(1000);
  }
}

/** The fewest workers that took PC1 at any look. */
async function watch(signal, seen) {
  const client = minerClient(dir);
  while (!signal.aborted) {
    const stats = Object.values(await client.call('Filecoin.WorkerStats', []));
    const taking = stats.filter(({ Enabled, Tasks }) => Enabled && Tasks?.includes('seal/v0/precommit/1'));
    seen.least = Math.min(seen.least, taking.length);
    await pause(250);
  }
}

const stop = new AbortController();
try {
  const up = await sandboxUp({ dir, hosts: workers, speed: SPEED });
  if (!up.ok) throw new Error(up.diagnostic.message);
  // Memory lets every worker take seven, so that the limits 8 and 9 make no difference but a restart.
  await edit((text) => `${text.replaceAll('PC1: 4', 'PC1: 8')}\nrollout: { maxUnavailable: ${atOnce} }\n`);
  await apply();
  void feed(stop.signal);
  await pause(2 * SPEED.PC1);

  const start = Date.now();
  await pause(STRETCH);
  const calm = (await pc1Done(start, start + STRETCH)) / STRETCH;

  const seen = { least: workers };
  const looking = new AbortController();
  void watch(looking.signal, seen);
  await edit((text) => text.replaceAll('PC1: 8', 'PC1: 9'));
  const begun = Date.now();
  await apply();
  const ended = Date.now();
  looking.abort();
  const rolling = (await pc1Done(begun, ended)) / (ended - begun);
  const failed = (await events(0, Infinity)).filter(({ event }) => event === 'job-failed').length;

  const perMinute = (rate) => (rate * 60_000).toFixed(1);
  console.log(
    `${workers} workers, ${atOnce} at once, ${((ended - begun) / 1000).toFixed(0)} s for all restarts`,
  );
  console.log(
    `PC1 a minute: ${perMinute(calm)} undisturbed, ${perMinute(rolling)} meanwhile: ${((rolling / calm) * 100).toFixed(1)} %`,
  );
  console.log(`at work at any time: ${seen.least} or more; jobs failed: ${failed}`);
} finally {
  stop.abort();
  await sandboxDown({ dir });
  await rm(folder, { recursive: true, force: true });
}
