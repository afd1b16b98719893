import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const HOUR = 3_600_000;
const RESTART = join(import.meta.dirname, '..', '..', 'dist', 'sandbox', 'miner', 'restart-main.js');

let farm: SandboxFarm;

afterEach(async () => {
  await farm.down();
});

interface Layout {
  readonly name: string;
  readonly hosts: number;
  /** What is drained. */
  readonly target: string;
  readonly edit?: (text: string) => string;
  /** A file system that host-2 serves as well, attached there by hand; sectors wait on it as they do on a host, or end there. */
  readonly shares?: 'sealing' | 'storage';
}

const WITHOUT_GROUPS = (text: string): string =>
  text.replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '').replace(/^storageGroups:\n( {2}.*\n)+/m, '');

const OWN_GROUPS: Layout = { name: 'groups of its own for each worker', hosts: 2, target: 'host-1' };

const LAYOUTS: readonly Layout[] = [
  { name: "the guide's groups, of a host that feeds another", hosts: 3, target: 'host-3' },
  { name: 'no groups', hosts: 2, target: 'host-1', edit: WITHOUT_GROUPS },
  OWN_GROUPS,
  { name: 'two workers a host', hosts: 2, target: 'host-1', edit: withSecondWorker },
  {
    name: 'long-term storage on a shared file system, which another worker serves as well',
    hosts: 2,
    target: 'host-1',
    edit: withSharedStorage,
    shares: 'storage',
  },
  {
    name: 'one sealing path on a shared file system, which another worker serves as well',
    hosts: 2,
    target: 'host-1',
    edit: withSharedSealing,
    shares: 'sealing',
  },
];

function withSharedStorage(text: string): string {
  const path = `          - { path: ${farm.host('shared')}, store: true, mount: any }\n`;
  return WITHOUT_GROUPS(text).replace(/ {10}- \{ path: \S+host-1\/seal.*\n/, `$&${path}`);
}

function withSharedSealing(text: string): string {
  return WITHOUT_GROUPS(text).replace(farm.host('host-1', 'seal'), farm.host('shared'));
}

/** As a person on the host. */
async function lotusWorker(host: string, ...words: readonly string[]): Promise<void> {
  const env = { LOTUS_WORKER_PATH: farm.host(host, 'lotus-worker') };
  await execa(farm.host(host, 'bin', 'lotus-worker'), words, { env, timeout: 30_000 });
}

/** Another one on the first host, that takes PreCommit1 alone. */
function withSecondWorker(text: string): string {
  const part = /^ {6}worker-1:\n( {8}.*\n)+/m.exec(WITHOUT_GROUPS(text))?.[0] ?? '';
  const second = part
    .replace('worker-1:', 'worker-1b:')
    .replace('profile: pc1-pc2', 'profile: pc1')
    .replace(/(listen: \S+:)(\d+)/, (_, address: string, port: string) => `${address}${Number(port) + 1}`)
    .replace(/(repo: \S+)/, '$1-b')
    .replace('/seal,', '/seal-b,');
  return WITHOUT_GROUPS(text).replace(part, part + second);
}

/** What lies on a path, over all folders of file types. */
async function sectorFiles(path: string): Promise<readonly string[]> {
  const types = ['sealed', 'cache', 'unsealed'];
  const lists = await Promise.all(types.map((type) => readdir(`${path}/${type}`).catch(() => [])));
  return lists.flat();
}

async function up({ hosts, edit, shares }: Layout): Promise<void> {
  farm = await SandboxFarm.up(hosts);
  for (const path of [farm.host('host-1', 'seal-b'), farm.host('shared')])
    await mkdir(path, { recursive: true });
  if (edit !== undefined) await farm.edit(edit);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  if (shares !== undefined) await lotusWorker('host-2', 'storage', 'attach', farm.host('shared'));
}

const gone = (worker: string): Promise<void> =>
  eventually(`${worker} gone`, async () => (await farm.eye.session(worker)) === undefined);

describe('a busy host is emptied, and every sector gets to its end, with', () => {
  it.each(LAYOUTS)('$name', async (layout) => {
    const { target, shares } = layout;
    const worker = target.replace('host', 'worker');
    await up(layout);
    // What lies on a path that another serves as well is not waited for.
    if (shares === 'sealing') farm.holdSeeds();
    await farm.submit(8);
    await eventually('PC1 there', () => farm.eye.runs(worker, 'PC1'));
    const drained = await farm.run(['drain', target]);
    expect(drained.code, drained.stdout + drained.stderr).toBe(0);
    await gone(worker);
    expect(await sectorFiles(farm.host(target, 'seal'))).toEqual([]);
    if (shares === 'sealing') {
      expect(await sectorFiles(farm.host('shared'))).not.toEqual([]);
      farm.letSeedsCome();
    }
    await eventually('all sectors proving', () => farm.allProving(8));
    expect(farm.eye.failedJobs()).toEqual([]);
    if (shares === undefined) expect(await farm.plannedSteps()).toEqual([]);
    if (shares === 'storage') expect(await sectorFiles(farm.host('shared'))).not.toEqual([]);
  });
});

/** Some sectors come to worker-1, and do not leave it before their seeds are let come. */
async function submitAndHold(sectors: number): Promise<void> {
  farm.holdSeeds();
  await farm.submit(sectors);
  await eventually('PC1 there', () => farm.eye.runs('worker-1', 'PC1'));
}

it("stops a worker with sectors on it that nobody can go on with, by the guide's letter, and says so", async () => {
  await up(OWN_GROUPS);
  await submitAndHold(8);
  const drained = await farm.run(['drain', 'host-1', '--mode', 'guide']);
  expect(drained.code, drained.stdout + drained.stderr).toBe(0);
  expect(drained.stderr, drained.stdout).toMatch(
    /SF640.* worker-1 was stopped with \d sectors on its paths: s-t0/s,
  );
  await gone('worker-1');
  const stranded = new Set(await sectorFiles(farm.host('host-1', 'seal'))).size;
  expect(stranded).toBeGreaterThan(0);
  farm.letSeedsCome();
  await eventually('all others proving', async () => {
    const states = await farm.eye.sectorStates();
    return states.filter((state) => state === 'Proving').length === 8 - stranded;
  });
  expect((await farm.run(['resume', 'host-1'])).code).toBe(0);
  await eventually('all sectors proving', () => farm.allProving(8));
  expect(farm.eye.failedJobs()).toEqual([]);
});

it('goes on by itself where nobody waits, and ends in a later run', async () => {
  await up({ name: '', hosts: 2, target: 'host-1', edit: WITHOUT_GROUPS });
  await submitAndHold(6);
  const first = await farm.run(['drain', 'host-1', '--detach', '--json']);
  expect(first.code, first.stdout + first.stderr).toBe(3);
  expect(first.stdout).toMatch(/"code":"SF630"/);
  farm.letSeedsCome();
  await eventually('a run that ends it', async () => {
    const { code, stdout, stderr } = await farm.run(['drain', 'host-1', '--detach']);
    if (code !== 3) expect(code, stdout + stderr).toBe(0);
    return code === 0;
  });
  await gone('worker-1');
  await eventually('all sectors proving', () => farm.allProving(6));
  expect(farm.eye.failedJobs()).toEqual([]);
});

/** As if the PC1 of all finished sectors had taken an hour more; a miner that is started again has it so. */
async function lengthenThePast(): Promise<void> {
  const file = join(farm.dir, 'miner', 'finished.jsonl');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const longer = lines.map((line) => {
    const sector = JSON.parse(line) as { log: { at: string; kind: string }[] };
    const end = sector.log.findIndex(({ kind }) => kind === 'event;sealing.SectorPreCommit1');
    const later = (at: string): string => new Date(Date.parse(at) + HOUR).toISOString();
    const log = sector.log.map((one, index) => (index < end ? one : { ...one, at: later(one.at) }));
    return `${JSON.stringify({ ...sector, log })}\n`;
  });
  await writeFile(file, longer.join(''));
  await execa(process.execPath, [RESTART, farm.dir]);
  // Who is there first would be given all.
  for (const worker of ['worker-1', 'worker-2'])
    await eventually(`${worker} there`, async () => (await farm.eye.session(worker)) !== undefined);
}

it('says when the jobs will be over by what sectors before have taken', async () => {
  await up({ name: '', hosts: 2, target: 'host-1', edit: WITHOUT_GROUPS });
  await farm.submit(2);
  await eventually('two sectors proving', () => farm.allProving(2));
  await lengthenThePast();
  farm.setSpeed({ PC1: HOUR });
  await farm.submit(4);
  await eventually('PC1 there', () => farm.eye.runs('worker-1', 'PC1'));
  const { code, stdout, stderr } = await farm.run(['drain', 'host-1', '--detach', '--json']);
  expect(code, stdout + stderr).toBe(3);
  const looks = stdout
    .split('\n')
    .filter((line) => line.includes('"drain-progress"'))
    .map((line) => JSON.parse(line) as { expected?: string; blockers: { job?: { since: string } }[] });
  const { expected, blockers } = looks[0] ?? { blockers: [] };
  const since = blockers.flatMap(({ job }) => (job === undefined ? [] : [Date.parse(job.since)]));
  const lasts = Date.parse(expected ?? '') - Math.max(...since);
  // An hour, and what it took in truth.
  expect(lasts, stdout).toBeGreaterThan(HOUR);
  expect(lasts, stdout).toBeLessThan(2 * HOUR);
  farm.setSpeed({ PC1: 500 });
  expect((await farm.run(['resume', 'host-1'])).code).toBe(0);
  await eventually('all sectors proving', () => farm.allProving(6));
  expect(farm.eye.failedJobs()).toEqual([]);
});

it.each(['resume', 'stop'])('after its deadline does as told: %s', async (what) => {
  await up({ name: '', hosts: 2, target: 'host-1', edit: WITHOUT_GROUPS });
  await submitAndHold(6);
  const { code, stdout, stderr } = await farm.run([
    'drain', 'host-1', '--deadline', '1s', '--on-deadline', what,
  ]); // prettier-ignore
  expect(code, stdout + stderr).toBe(what === 'stop' ? 0 : 1);
  const { intents } = JSON.parse(await farm.read('host-1', 'state', 'manifest.json')) as {
    intents: Record<string, unknown>;
  };
  expect(Object.keys(intents)).toEqual(what === 'resume' ? [] : ['worker-1']);
  farm.letSeedsCome();
  if (what === 'stop') await gone('worker-1');
  if (what !== 'resume') expect((await farm.run(['resume', 'host-1'])).code).toBe(0);
  expect(await farm.plannedSteps()).toEqual([]);
  await eventually('all sectors proving', () => farm.allProving(6));
  expect(farm.eye.failedJobs()).toEqual([]);
});
