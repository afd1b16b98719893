import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { Lab } from './lab/lab.js';
import { MINER_ADDRESS } from './lab/farm-file.js';

/** Hosts whose workers somebody else started: by a unit of his own, in tmux, and by a unit that no boot starts. */
let lab: Lab;
const HOSTS = ['plain', 'inner', 'closed'] as const;
type HostName = (typeof HOSTS)[number];
const REPO = '/root/.lotusworker';
const before = new Map<HostName, string>();

/** What it needs beside its flags. */
async function environment(host: HostName, listen: string): Promise<readonly string[]> {
  const [, port = ''] = /\/tcp\/(\d+)\/http/.exec(await lab.farmText()) ?? [];
  const proofs = ['FIL_PROOFS_PARAMETER_CACHE=/var/tmp/params', 'FIL_PROOFS_PARENT_CACHE=/var/tmp/parents'];
  return [
    `MINER_API_INFO=${await lab.minerToken()}:/ip4/${MINER_ADDRESS}/tcp/${port}/http`,
    `LOTUS_WORKER_NAME=worker-${host}`,
    `LOTUS_WORKER_LISTEN=${listen}:3456`,
    'PC1_32G_MAX_CONCURRENT=2',
    'RUST_LOG=info',
    ...proofs,
  ];
}

const WORDS = `--worker-repo ${REPO} run --no-local-storage --no-default --addpiece --precommit1 --precommit2 --commit`;

async function prepare(host: HostName, listen: string): Promise<void> {
  const store = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  const meta = JSON.stringify({ ...store, Groups: [host], AllowTo: [host] });
  await lab.sh(
    host,
    `mkdir -p ${REPO}; echo '${meta}' >/mnt/seal/sectorstore.json; echo '{"StoragePaths":[{"Path":"/mnt/seal"}]}' >${REPO}/storage.json`,
  );
  const lines = (await environment(host, listen)).map((line) => `${line}\n`).join('');
  await lab.sh(host, `umask 077; cat >/root/seal.env <<'END'\n${lines}END`);
}

const UNIT = `[Service]
EnvironmentFile=/root/seal.env
ExecStart=/usr/local/bin/lotus-worker ${WORDS}
Restart=always
RestartSec=1
KillSignal=SIGINT
LimitNOFILE=1048576
[Install]
WantedBy=multi-user.target
`;

async function startBy(host: HostName): Promise<void> {
  if (host === 'inner') {
    // With more open files than a session may have here, and what tmux leaves in the environment.
    const how = '--quiet --unit hand -p LimitNOFILE=1048576 -p EnvironmentFile=/root/seal.env';
    const tmux = '--setenv=TMUX=/tmp/tmux-0/default,7,0';
    await lab.sh(host, `systemd-run ${how} ${tmux} /usr/local/bin/lotus-worker ${WORDS}`);
    return;
  }
  await lab.sh(host, `cat >/etc/systemd/system/seal.service <<'END'\n${UNIT}END\nsystemctl daemon-reload`);
  await lab.sh(host, `systemctl ${host === 'plain' ? 'enable --now' : 'start'} seal.service`);
}

/** The one process of a worker there, or how many there are. */
async function only(host: HostName): Promise<string> {
  const pids = (await lab.sh(host, 'pgrep -x lotus-worker || :')).split('\n');
  return pids.length === 1 ? (pids[0] ?? '') : `${pids.length} of them`;
}

interface Planned {
  readonly hosts: readonly {
    readonly steps: readonly { readonly id: string; readonly disruption: string }[];
  }[];
  readonly diagnostics: readonly { readonly code: string }[];
  readonly foreign?: readonly { readonly worker: string; readonly starter: string }[];
}

async function plan() {
  const { stdout } = await lab.sealfarm('plan', '--json', '--target', ...HOSTS);
  const { hosts, diagnostics, foreign = [] } = JSON.parse(stdout) as Planned;
  return {
    steps: hosts.flatMap(({ steps }) => steps),
    found: diagnostics.map(({ code }) => code),
    foreign: foreign.map(({ worker, starter }) => `${worker}: ${starter}`).toSorted(),
  };
}

beforeAll(async () => {
  lab = await Lab.up();
  await lab.edit((text) =>
    text
      .replace(", limits: { PC1: 1 }, cpus: '0', memory: 128GiB }", ' }')
      .replace(/worker-plain:\n {8}profile: feeder/, 'worker-plain:\n        profile: all')
      .replace('groups: [plain], allowTo: [sudo]', 'groups: [plain], allowTo: [plain]')
      .replace(/worker-(plain|inner|closed):\n/g, `$&        repo: ${REPO}\n`),
  );
  const addresses = { plain: '10.79.0.11', inner: '10.79.1.12', closed: '10.79.0.14' };
  for (const host of HOSTS) {
    await prepare(host, addresses[host]);
    await startBy(host);
  }
  for (const host of HOSTS)
    await eventually(`the worker of ${host} listens`, async () =>
      (await lab.sh(host, `ls ${REPO}`)).includes('api'),
    );
  for (const host of HOSTS) before.set(host, await only(host));
});

afterAll(async () => {
  await lab.down();
});

it('is taken over as it runs, whoever started it', async () => {
  await eventually('they are registered', async () => (await plan()).found.every((code) => code !== 'SF508'));
  const { steps, found } = await plan();
  expect(found).toEqual(['SF550']);
  expect(new Set(steps.map(({ disruption }) => disruption))).toEqual(new Set(['none']));
  await lab.succeed('apply', '--yes', '--target', ...HOSTS);
  for (const host of HOSTS) expect(await only(host)).toBe(before.get(host));
  expect(await plan()).toEqual({
    steps: [],
    found: ['SF550'],
    foreign: [
      'worker-closed: the unit seal.service',
      'worker-inner: tmux session 0',
      'worker-plain: the unit seal.service',
    ],
  });
});

it('comes back once after a boot: by the unit that is enabled, be it the old one or that of sealfarm', async () => {
  for (const host of ['plain', 'inner'] as const) await lab.reboot(host);
  for (const host of ['plain', 'inner'] as const) await lab.untilRunning(`worker-${host}`);
  expect(await only('plain')).toMatch(/^\d+$/);
  expect(await only('inner')).toMatch(/^\d+$/);
  expect(await plan()).toEqual({
    steps: [],
    found: ['SF550'],
    foreign: ['worker-closed: the unit seal.service', 'worker-plain: the unit seal.service'],
  });

  await lab.succeed('apply', '--yes', '--disable-foreign-units', '--target', ...HOSTS);
  await lab.reboot('plain');
  await lab.untilRunning('worker-plain');
  expect(await only('plain')).toMatch(/^\d+$/);
  expect(await plan()).toEqual({ steps: [], found: [], foreign: ['worker-closed: the unit seal.service'] });
});

it('is restarted by sealfarm where that is asked for, and its old unit does not bring it back', async () => {
  await lab.succeed('apply', '--yes', '--restart-to-adopt', '--target', ...HOSTS);
  expect(await plan()).toEqual({ steps: [], found: [], foreign: [] });
  expect(await only('closed')).toMatch(/^\d+$/);
  expect(await only('closed')).not.toBe(before.get('closed'));
  expect(await lab.sh('closed', 'systemctl is-active seal.service || :')).toBe('inactive');
  expect(await lab.failedJobs()).toBe(0);
});
