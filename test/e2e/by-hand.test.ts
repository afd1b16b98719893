import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lab } from './lab/lab.js';

/** What people do behind sealfarm's back, and in its file, on hosts with systemd; each test goes on from the one before. */
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.up();
  await lab.succeed('apply', '--yes');
});

afterAll(async () => {
  await lab.down();
});

interface Planned {
  readonly hosts: readonly {
    readonly steps: readonly { readonly id: string; readonly disruption: string; readonly reason: string }[];
  }[];
  readonly diagnostics: readonly { readonly code: string; readonly place?: { readonly host?: string } }[];
  readonly waves: readonly { readonly turns: readonly { readonly worker: string }[] }[];
}

/** Steps as `id: disruption, reason`, and findings as `code host`. */
async function plan(): Promise<{
  readonly steps: readonly string[];
  readonly found: readonly string[];
  readonly waves: readonly (readonly string[])[];
}> {
  const { code, stdout, stderr } = await lab.sealfarm('plan', '--json');
  expect([0, 1], stdout + stderr).toContain(code);
  const { hosts, diagnostics, waves } = JSON.parse(stdout) as Planned;
  return {
    steps: hosts.flatMap(({ steps }) =>
      steps.map(({ id, disruption, reason }) => `${id}: ${disruption}, ${reason}`),
    ),
    found: diagnostics.map(({ code, place }) => `${code} ${place?.host ?? ''}`.trim()),
    waves: waves.map(({ turns }) => turns.map(({ worker }) => worker)),
  };
}

/** `lotus-worker` on a host, as a person calls it there. */
function lotusWorker(host: string, words: string): Promise<string> {
  return lab.sh(host, `LOTUS_WORKER_PATH=/var/lib/sealfarm/workers/worker-${host} lotus-worker ${words}`);
}

const ENV = '/etc/sealfarm/workers/worker-plain/worker.env';

it('finds what was done by hand on each host, and puts it right', async () => {
  await lab.sh('plain', `sed -i 's/RUST_LOG=.*/RUST_LOG=debug/' ${ENV}`);
  await lotusWorker('inner', 'tasks disable PC2');
  await lab.sh('process', 'kill -9 "$(cut -d " " -f 1 /var/lib/sealfarm/run/worker-process.pid)"');
  // An old file, by which the miner goes after it has been put back.
  const store = '/mnt/seal/sectorstore.json';
  await lab.sh('slow', `cp ${store} /root/kept; sed -i 's/"slow"/"old"/' ${store}`);
  await lotusWorker('slow', 'storage redeclare --all --drop-missing=false');
  await lab.sh('slow', `cp /root/kept ${store}`);
  const stranger = ['LOTUS_WORKER_PATH=/root/other', 'MINER_API_INFO=x:/ip4/127.0.0.1/tcp/1/http'];
  const set = stranger.map((variable) => `--setenv=${variable}`).join(' ');
  await lab.sh(
    'closed',
    `systemd-run --quiet --unit stranger -p LimitNOFILE=1048576 ${set} /usr/local/bin/lotus-worker run`,
  );
  await lab.sh(
    'closed',
    'timeout 30 sh -c \'until [ "$(pgrep -cx lotus-worker)" = 2 ]; do sleep 0.1; done\'',
  );

  const { steps, found } = await plan();
  expect(steps.toSorted()).toEqual([
    'worker-inner/enable-task:PC2: live, lotus-differs',
    `worker-plain/write-file:${ENV}: none, edited-on-host`,
    'worker-process/start: none, not-running',
    'worker-slow/redeclare:/mnt/seal: live, lotus-differs',
  ]);
  expect(found).toEqual(['SF545 closed']);
  await lab.succeed('apply', '--yes');
  expect(await lab.at('closed', 'systemctl', 'is-active', 'stranger')).toBe('active');
  await lab.at('closed', 'systemctl', 'stop', 'stranger');
  await lab.expectEmptyPlan();
});

it('attaches a path more, and refuses to give it up while it holds a sector', async () => {
  await lab.at('plain', 'mkdir', '/mnt/more');
  const more = '          - { path: /mnt/more, seal: true, allowTo: [sudo], mount: any }\n';
  await lab.edit((text) =>
    text
      .replace(/( +- \{ path: \/mnt\/seal, seal: true, groups: \[plain\].*\n)/, `$1${more}`)
      .replace('worker-inner:\n', 'worker-inner:\n        gpus: [0]\n')
      .replace('worker-slow:\n', 'worker-slow:\n        gpus: [1]\n'),
  );
  const added = await plan();
  expect(added.steps.filter((step) => step.startsWith('worker-plain'))).toEqual([
    'worker-plain/create-sectorstore:/mnt/more: none, new',
    'worker-plain/attach:/mnt/more: live, new',
  ]);
  await lab.succeed('apply', '--yes');
  await lab.expectEmptyPlan();
  await lab.sh('plain', 'mkdir -p /mnt/more/sealed && touch /mnt/more/sealed/s-t01000-999');
  await lab.edit((text) => text.replace(more, ''));
  const { steps, found } = await plan();
  expect(found).toEqual(['SF506 plain']);
  expect(steps.filter((step) => step.includes('detach'))).toEqual([]);
  expect((await lab.sealfarm('apply', '--yes')).code).toBe(1);
  await lab.at('plain', 'rm', '/mnt/more/sealed/s-t01000-999');
});

it('refuses another sector size than the miner has', async () => {
  await lab.edit((text) =>
    text.replace('sectorSize: 32GiB', 'sectorSize: 64GiB').replace('128GiB', '256GiB'),
  );
  expect(await plan()).toEqual({ steps: [], found: ['SF513'], waves: [] });
  await lab.edit((text) =>
    text.replace('sectorSize: 64GiB', 'sectorSize: 32GiB').replace('256GiB', '128GiB'),
  );
});

it('swaps the GPUs of two workers in two waves, renames one and removes another', async () => {
  const repo = '/var/lib/sealfarm/workers/worker-inner';
  const id = await lab.at('inner', 'cat', '/mnt/seal/sectorstore.json');
  await lab.edit((text) =>
    text
      .replace(
        'worker-inner:\n        gpus: [0]\n',
        `worker-new:\n        renamedFrom: worker-inner\n        repo: ${repo}\n        gpus: [1]\n`,
      )
      .replace('worker-slow:\n        gpus: [1]\n', 'worker-slow:\n        gpus: [0]\n')
      .replace(/workers:\n {6}worker-closed:\n(?: {8}.*\n)+/, 'workers: {}\n'),
  );
  const { waves, steps } = await plan();
  expect(waves.flat().toSorted()).toEqual(['worker-closed', 'worker-new', 'worker-plain', 'worker-slow']);
  expect(waves.filter((turns) => turns.includes('worker-new'))).toEqual([['worker-new']]);
  expect(waves.filter((turns) => turns.includes('worker-slow'))).toEqual([['worker-slow']]);
  expect(steps).toContain('worker-closed/remove-worker: empty, removed-from-config');
  await lab.succeed('apply', '--yes', '--allow-large');
  await lab.expectEmptyPlan();

  expect(await lab.sh('inner', 'systemctl show -p ActiveState --value sealfarm-worker@worker-new')).toBe(
    'active',
  );
  expect(await lab.sh('inner', "find /etc -name '*worker-inner*'")).toBe('');
  expect(await lab.at('inner', 'cat', '/mnt/seal/sectorstore.json')).toBe(id);
  expect(await lab.sh('closed', 'pgrep -x lotus-worker || :')).toBe('');
  expect(await lab.sh('closed', "find /etc -name '*worker-closed*'")).toBe('');
  expect(await lab.sh('closed', 'ls /mnt/seal/sectorstore.json /var/lib/sealfarm/workers')).toContain(
    'worker-closed',
  );
});
