import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/cli.js';
import { MINER_ADDRESS, type LabHostName } from './farm-file.js';
import type { Lab } from './lab.js';

/** Where workers that somebody starts by hand have their repo. */
export const REPO = '/root/.lotusworker';

/** Hosts on which somebody starts a worker by hand, each in another way. */
export const HOSTS = ['plain', 'inner', 'closed'] as const satisfies readonly LabHostName[];

const ADDRESSES = {
  plain: '10.79.0.11',
  inner: '10.79.1.12',
  sudo: '10.79.0.13',
  closed: '10.79.0.14',
} as const satisfies Partial<Record<LabHostName, string>>;

/** All of them, until they listen. */
export async function startByHand(
  lab: Lab,
  hosts: readonly (keyof typeof ADDRESSES)[] = HOSTS,
): Promise<void> {
  for (const host of hosts) {
    await prepare(lab, host, ADDRESSES[host]);
    await startBy(lab, host);
  }
  for (const host of hosts)
    await eventually(`the worker of ${host} listens`, async () =>
      (await lab.sh(host, `ls ${REPO}`)).includes('api'),
    );
}

/** What it needs beside its flags. */
async function environment(lab: Lab, host: LabHostName, listen: string): Promise<readonly string[]> {
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

/** Files of a worker that is to be started by hand, as a person has them. */
async function prepare(lab: Lab, host: LabHostName, listen: string): Promise<void> {
  const store = { ID: randomUUID(), Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0 };
  const meta = JSON.stringify({ ...store, Groups: [host], AllowTo: [host] });
  await lab.sh(
    host,
    `mkdir -p ${REPO}; echo '${meta}' >/mnt/seal/sectorstore.json; echo '{"StoragePaths":[{"Path":"/mnt/seal"}]}' >${REPO}/storage.json`,
  );
  const lines = (await environment(lab, host, listen)).map((line) => `${line}\n`).join('');
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

/** By a unit of its own, on `inner` in tmux. */
async function startBy(lab: Lab, host: LabHostName): Promise<void> {
  if (host === 'inner') {
    const line = `set -a; . /root/seal.env; ulimit -n "$(ulimit -Hn)"; exec /usr/local/bin/lotus-worker ${WORDS}`;
    await lab.at(host, 'tmux', 'new-session', '-d', line);
    return;
  }
  await lab.sh(host, `cat >/etc/systemd/system/seal.service <<'END'\n${UNIT}END\nsystemctl daemon-reload`);
  await lab.sh(host, `systemctl ${host === 'plain' ? 'enable --now' : 'start'} seal.service`);
}

/** The one process of a worker there, or how many there are. */
export async function only(lab: Lab, host: LabHostName): Promise<string> {
  const pids = (await lab.sh(host, 'pgrep -x lotus-worker || :')).split('\n');
  return pids.length === 1 ? (pids[0] ?? '') : `${pids.length} of them`;
}
