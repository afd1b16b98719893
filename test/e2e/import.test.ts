import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import { HOSTS, only, REPO, startByHand } from './lab/by-hand.js';
import { Lab } from './lab/lab.js';

/** Hosts whose workers somebody else started, and of which no file says anything before they are imported. */
let lab: Lab;
const before = new Map<string, string>();

interface Planned {
  readonly hosts: readonly { readonly steps: readonly { readonly disruption: string }[] }[];
  readonly diagnostics: readonly { readonly code: string }[];
  readonly foreign?: readonly { readonly worker: string }[];
}

async function plan() {
  const { stdout } = await lab.sealfarm('plan', '--json');
  const { hosts, diagnostics, foreign = [] } = JSON.parse(stdout) as Planned;
  return {
    steps: [...new Set(hosts.flatMap(({ steps }) => steps.map(({ disruption }) => disruption)))],
    found: diagnostics.map(({ code }) => code),
    foreign: foreign.map(({ worker }) => worker).toSorted(),
  };
}

/** What a worker's process was started with. */
async function environOf(host: (typeof HOSTS)[number]): Promise<readonly string[]> {
  return (await lab.sh(host, `tr '\\0' '\\n' </proc/${await only(lab, host)}/environ`)).split('\n');
}

beforeAll(async () => {
  lab = await Lab.up();
  await startByHand(lab);
  for (const host of HOSTS) before.set(host, await only(lab, host));
});

afterAll(async () => {
  await lab.down();
});

it('is printed as a file that takes it over as it runs', async () => {
  const token = join(lab.folder, 'sandbox', 'miner', 'token');
  const words = ['root@10.79.0.11', 'inner', '10.79.0.14', '--miner-token', `file:${token}`];
  const text = await lab.succeed('import', ...words);
  await writeFile(join(lab.folder, 'sealfarm.yaml'), text);
  await lab.succeed('validate');
  const workers = readFarm(text, 'sealfarm.yaml').farm?.hosts.flatMap((host) => host.workers) ?? [];
  expect(workers.map(({ name, repo, limits }) => [name, repo, limits.get('PC1')]).toSorted()).toEqual([
    ['worker-closed', REPO, 2],
    ['worker-inner', REPO, 2],
    ['worker-plain', REPO, 2],
  ]);
  const names = ['worker-closed', 'worker-inner', 'worker-plain'];
  // The old unit of plain is enabled, and starts it at the next boot.
  expect(await plan()).toEqual({ steps: ['none'], found: ['SF550'], foreign: names });
  await lab.succeed('apply', '--yes');
  expect(await plan()).toEqual({ steps: [], found: ['SF550'], foreign: names });
  for (const host of HOSTS) expect(await only(lab, host)).toBe(before.get(host));
  expect((await lab.worker('worker-inner'))?.foreign).toMatchObject({ adopted: true });
});

it('comes back once after a boot, as the file that was printed says', async () => {
  const id = await lab.sh('inner', 'cat /mnt/seal/sectorstore.json');
  await lab.reboot('inner');
  await lab.untilRunning('worker-inner');
  expect(await only(lab, 'inner')).toMatch(/^\d+$/);
  const environ = await environOf('inner');
  for (const variable of [
    `LOTUS_WORKER_PATH=${REPO}`,
    'LOTUS_WORKER_NAME=worker-inner',
    'LOTUS_WORKER_LISTEN=10.79.1.12:3456',
    'LOTUS_WORKER_NO_LOCAL_STORAGE=true',
    'LOTUS_WORKER_PRECOMMIT1=true',
    'PC1_32G_MAX_CONCURRENT=2',
    'RUST_LOG=info',
    'FIL_PROOFS_PARENT_CACHE=/var/tmp/parents',
  ])
    expect(environ).toContain(variable);
  expect(await lab.sh('inner', 'cat /mnt/seal/sectorstore.json')).toBe(id);
  const worker = await lab.worker('worker-inner');
  expect(worker?.tasks).toEqual(['AP', 'PC1', 'PC2', 'C2']);
  expect(worker).not.toHaveProperty('foreign');
  expect(await plan()).toEqual({
    steps: [],
    found: ['SF550'],
    foreign: ['worker-closed', 'worker-plain'],
  });
  expect(await lab.failedJobs()).toEqual([]);
});

it('is found by the names of ssh_config, and read by the sudo of a user who may not look', async () => {
  await startByHand(lab, ['sudo']);
  const pid = await only(lab, 'sudo');
  const file = `file:${join(lab.folder, 'sandbox', 'miner', 'token')}`;
  const words = ['import', '--ssh-config-hosts', 'su*', '--miner-token', file];
  const closed = await lab.sealfarm(...words);
  expect([closed.code, closed.stdout]).toEqual([1, '']);
  expect(closed.stderr).toMatch(/sealer may not read its\s+environment/);
  const text = await lab.succeed(...words, '--sudo');
  const [host] = readFarm(text, 'sealfarm.yaml').farm?.hosts ?? [];
  expect(host).toMatchObject({ name: 'sudo', address: 'sudo', ssh: { sudo: true } });
  expect(host?.workers).toMatchObject([
    { name: 'worker-sudo', repo: REPO, storage: [{ path: '/mnt/seal' }] },
  ]);
  expect(text).not.toContain(await lab.minerToken());
  await lab.write(text);
  expect(await plan()).toMatchObject({ steps: ['none'], foreign: ['worker-sudo'] });
  expect(await only(lab, 'sudo')).toBe(pid);
  const ofMiner = await lab.succeed('import', 'sudo', '--sudo', '--miner', 'plain', '--sector-size', '32GiB');
  expect(ofMiner).toContain('  token: { fromMiner: true }\n  host: plain\n');
});
