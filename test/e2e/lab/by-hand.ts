import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/cli.js';
import { MINER_ADDRESS, type LabHostName } from './farm-file.js';
import type { Lab } from './lab.js';

/** A worker as somebody has started it who has never heard of sealfarm. */
interface ByHand {
  readonly host: LabHostName;
  readonly name: string;
  readonly listen: string;
  readonly repo: string;
  readonly seal: string;
  /** By what it is told; by both the flag wins. */
  readonly told: 'flags' | 'variables' | 'both';
  /** Of two on one host. */
  readonly gpu?: number;
  readonly starts: 'enabled unit' | 'unit' | 'tmux' | 'shell' | 'nohup' | 'loop';
}

/** Where workers that somebody starts by hand have their repo. */
export const REPO = '/root/.lotusworker';

const usual = { repo: REPO, seal: '/mnt/seal' };

/** Six hosts, each with a worker that was started in another way, and one with two of them. */
export const BY_HAND: readonly ByHand[] = [
  { host: 'plain', name: 'worker-plain', listen: '10.79.0.11:3456', told: 'both', starts: 'enabled unit' },
  { host: 'inner', name: 'worker-inner', listen: '10.79.1.12:3456', told: 'both', starts: 'tmux' },
  { host: 'sudo', name: 'worker-sudo', listen: '10.79.0.13:3456', told: 'variables', starts: 'shell' },
  { host: 'closed', name: 'worker-closed', listen: '10.79.0.14:3456', told: 'flags', starts: 'unit' },
  { host: 'slow', name: 'worker-slow', listen: '10.79.0.15:3456', told: 'flags', starts: 'nohup' },
  {
    host: 'process',
    name: 'worker-process',
    listen: '10.79.0.16:3456',
    told: 'flags',
    starts: 'loop',
    gpu: 0,
  },
  {
    host: 'process',
    name: 'worker-second',
    listen: '10.79.0.16:3457',
    told: 'variables',
    starts: 'shell',
    gpu: 1,
  },
].map((one) => ({
  ...usual,
  ...(one.name === 'worker-second' ? { repo: '/root/second', seal: '/mnt/second' } : {}),
  ...(one as Omit<ByHand, 'repo' | 'seal'>),
}));

export const HOSTS = [...new Set(BY_HAND.map(({ host }) => host))];

/** All of them, until they listen. */
export async function startByHand(lab: Lab): Promise<void> {
  for (const worker of BY_HAND) {
    await prepare(lab, worker);
    await startBy(lab, worker);
  }
  for (const { host, name, repo } of BY_HAND)
    await eventually(`${name} listens`, async () => (await lab.sh(host, `ls ${repo}`)).includes('api'));
}

const TASKS = ['addpiece', 'precommit1', 'precommit2', 'commit'];

function flagsOf({ name, listen, repo, told }: ByHand): string {
  const own = [`--worker-repo ${repo}`, 'run', '--no-local-storage', '--no-default'];
  if (told === 'variables') return 'run';
  return [...own, `--name ${name}`, `--listen ${listen}`, ...TASKS.map((task) => `--${task}`)].join(' ');
}

/** What it needs beside its flags. */
async function environment(lab: Lab, worker: ByHand): Promise<readonly string[]> {
  const [, port = ''] = /\/tcp\/(\d+)\/http/.exec(await lab.farmText()) ?? [];
  const { name, listen, repo, told, gpu } = worker;
  const proofs = ['FIL_PROOFS_PARAMETER_CACHE=/var/tmp/params', 'FIL_PROOFS_PARENT_CACHE=/var/tmp/parents'];
  const own = [
    `LOTUS_WORKER_PATH=${repo}`,
    `LOTUS_WORKER_NAME=${name}`,
    `LOTUS_WORKER_LISTEN=${listen}`,
    'LOTUS_WORKER_NO_LOCAL_STORAGE=true',
    'LOTUS_WORKER_NO_DEFAULT=true',
    ...TASKS.map((task) => `LOTUS_WORKER_${task.toUpperCase()}=true`),
  ];
  const other = ['LOTUS_WORKER_PATH=/nowhere', 'LOTUS_WORKER_NAME=never', 'LOTUS_WORKER_LISTEN=10.79.9.9:1'];
  return [
    `MINER_API_INFO=${await lab.minerToken()}:/ip4/${MINER_ADDRESS}/tcp/${port}/http`,
    ...(told === 'flags' ? [] : told === 'variables' ? own : other),
    'PC1_32G_MAX_CONCURRENT=2',
    'RUST_LOG=info',
    ...proofs,
    ...(gpu === undefined ? [] : onGpu(gpu)),
  ];
}

function onGpu(gpu: number): readonly string[] {
  const builders = ['COLUMN', 'TREE'].map((kind) => `FIL_PROOFS_USE_GPU_${kind}_BUILDER=1`);
  return [`CUDA_VISIBLE_DEVICES=${gpu}`, ...builders, `TMPDIR=/var/tmp/gpu-${gpu}`];
}

function variablesFile({ name }: ByHand): string {
  return `/root/${name}.env`;
}

/** Files of a worker that is to be started by hand, as a person has them. */
async function prepare(lab: Lab, worker: ByHand): Promise<void> {
  const { host, name, repo, seal } = worker;
  const store = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  const meta = JSON.stringify({ ...store, Groups: [name], AllowTo: [name] });
  const list = JSON.stringify({ StoragePaths: [{ Path: seal }] });
  await lab.sh(
    host,
    `mkdir -p ${repo} ${seal}; echo '${meta}' >${seal}/sectorstore.json; echo '${list}' >${repo}/storage.json`,
  );
  const lines = (await environment(lab, worker)).map((line) => `${line}\n`).join('');
  await lab.sh(host, `umask 077; cat >${variablesFile(worker)} <<'END'\n${lines}END`);
}

function unitOf(worker: ByHand): string {
  return `[Service]
EnvironmentFile=${variablesFile(worker)}
ExecStart=/usr/local/bin/lotus-worker ${flagsOf(worker)}
Restart=always
RestartSec=1
KillSignal=SIGINT
LimitNOFILE=1048576
[Install]
WantedBy=multi-user.target
`;
}

/** With nothing of whoever runs the tests. */
const CLEAN = 'env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function startBy(lab: Lab, worker: ByHand): Promise<void> {
  const { host, starts } = worker;
  if (starts === 'unit' || starts === 'enabled unit') {
    const unit = '/etc/systemd/system/seal.service';
    await lab.sh(host, `cat >${unit} <<'END'\n${unitOf(worker)}END\nsystemctl daemon-reload`);
    await lab.sh(host, `systemctl ${starts === 'unit' ? 'start' : 'enable --now'} seal.service`);
    return;
  }
  const before = `set -a; . ${variablesFile(worker)}; ulimit -n "$(ulimit -Hn)"`;
  const command = `/usr/local/bin/lotus-worker ${flagsOf(worker)}`;
  if (starts === 'tmux') {
    await lab.at(host, 'tmux', 'new-session', '-d', `${before}; exec ${command}`);
    return;
  }
  const line =
    starts === 'loop' ? `${before}; while :; do ${command}; sleep 1; done` : `${before}; exec ${command}`;
  const nohup = starts === 'nohup' ? 'nohup ' : '';
  await lab.sh(host, `cd /root; ${nohup}setsid ${CLEAN} sh -c '${line}' </dev/null >/dev/null 2>&1 &`);
}

/** Processes of workers there, in their order. */
export async function processes(lab: Lab, host: LabHostName): Promise<string> {
  return lab.sh(host, 'pgrep -x lotus-worker || :');
}
