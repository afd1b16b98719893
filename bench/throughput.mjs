// How much a rolling restart costs: PC1 that end per minute while `sealfarm apply` changes a limit on every worker, and before.
// node bench/throughput.mjs [WORKERS] [PC1 SECONDS]
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sandboxDown } from '../dist/sandbox/down.js';
import { hostLayouts, layout } from '../dist/sandbox/layout.js';
import { sandboxSubmit } from '../dist/sandbox/submit.js';
import { sandboxUp } from '../dist/sandbox/up.js';

const MAIN = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
const workers = Number(process.argv[2] ?? 24);
const pc1 = Number(process.argv[3] ?? 40) * 1000;
/** Two PC1 fit, whatever the limit: what another limit would bring is not to be measured. */
const MEMORY = 144 * 2 ** 30;
const AT_ONCE = 2;
const SPEED = { AP: 50, PC1: pc1, PC2: 300, WaitSeed: 300, C1: 50, C2: 300, FIN: 50, GET: 50 };
const BUDGET = 2;

const folder = await mkdtemp(join(tmpdir(), 'sealfarm-throughput-'));
const dir = join(folder, 'farm');
const file = join(dir, 'sealfarm.yaml');

async function sealfarm(...words) {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await new Promise((resolve) => child.once('close', (...all) => resolve(all)));
  if (code !== 0) console.error(said);
  if (code !== 0) throw new Error(`sealfarm ${words.join(' ')} ended with ${code}`);
}

async function events() {
  const text = await readFile(layout(dir).events, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Keeps some sectors waiting for PC1, so that nobody is ever idle for want of work. */
async function feed(signal) {
  for (let begun = 0; !signal.aborted; await pause(1000, undefined, { signal }).catch(() => undefined)) {
    const done = (await events()).filter(({ event, task }) => event === 'job-done' && task === 'PC1').length;
    const wanted = done + workers * (AT_ONCE + 1) - begun;
    if (wanted <= 0) continue;
    await sandboxSubmit({ dir, sectors: wanted });
    begun += wanted;
  }
}

/** Of PC1, per minute. */
async function rate(from, to) {
  const ended = (await events()).filter(({ event, task, at }) => {
    const when = Date.parse(at);
    return event === 'job-done' && task === 'PC1' && when >= from && when < to;
  });
  return (ended.length / (to - from)) * 60_000;
}

const feeding = new AbortController();
try {
  // One more, for C2 alone: it needs more memory.
  const up = await sandboxUp({ dir, hosts: workers + 1, speed: SPEED });
  if (!up.ok) throw new Error(up.diagnostic.message);
  for (const { hardware } of hostLayouts(dir, workers + 1).slice(0, workers)) {
    const seen = JSON.parse(await readFile(hardware, 'utf8'));
    await writeFile(hardware, JSON.stringify({ ...seen, memory: MEMORY, swap: 0 }));
  }
  const [first = '', last = ''] = (await readFile(file, 'utf8'))
    .replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '')
    .replace(/^storageGroups:\n( {2}.*\n)+/m, '')
    .replace(', commit] }', '] }\n  c2: { tasks: [commit] }')
    .replace('\nhosts:', `\nrollout: { maxUnavailable: ${BUDGET} }\n\nhosts:`)
    .split(new RegExp(`(?=^  host-${workers + 1}:)`, 'm'));
  const text =
    first.replaceAll('memory: 512GiB', 'memory: 144GiB').replaceAll(/profile: pc1\n/g, 'profile: pc1-pc2\n') +
    last.replace(/profile: \S+/, 'profile: c2');
  await writeFile(file, text);
  await sealfarm('apply', '--yes', '--parallelism', '8');
  const fed = feed(feeding.signal);
  await pause(3 * pc1);
  const before = Date.now();
  await pause(4 * pc1);
  const usual = await rate(before, Date.now());
  console.log(
    `undisturbed: ${usual.toFixed(1)} PC1 a minute of ${(workers * AT_ONCE * 60_000) / pc1} there could be`,
  );
  await writeFile(file, text.replaceAll('PC1: 4', 'PC1: 5'));
  const begun = Date.now();
  await sealfarm('apply', '--yes', '--allow-large');
  const ended = Date.now();
  const meanwhile = await rate(begun, ended);
  const failed = (await events()).filter(({ event }) => event === 'job-failed').length;
  console.log(
    `rolling restart of ${workers} workers, ${BUDGET} at a time, in ${Math.round((ended - begun) / 1000)} s: ` +
      `${meanwhile.toFixed(1)} PC1 a minute, ${((meanwhile / usual) * 100).toFixed(1)} %; ${failed} jobs failed`,
  );
  feeding.abort();
  await fed;
} finally {
  feeding.abort();
  await sandboxDown({ dir });
  await rm(folder, { recursive: true, force: true });
}
