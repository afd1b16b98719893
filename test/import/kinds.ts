import type { AskedHost } from '../../src/import/imported.js';
import { aFoundHost, asked, type StartedWorker } from '../support/found-host.js';

const PROOFS = {
  FIL_PROOFS_PARAMETER_CACHE: '/fast/params',
  FIL_PROOFS_PARENT_CACHE: '/fast/parents',
  RUST_LOG: 'info',
};
const UNIT = {
  kind: 'unit',
  unit: 'lotus-worker.service',
  file: '/etc/systemd/system/lotus-worker.service',
  enabled: true,
} as const;

function ip(net: number, number: number): string {
  return `/ip4/10.0.${net}.${number}/tcp/3456/http`;
}

function padded(number: number): string {
  return String(number).padStart(2, '0');
}

/** PC1 machines, started in tmux by variables; those from 17 on are smaller. */
function pc1(number: number): AskedHost {
  const name = `pc1-${padded(number)}`;
  const worker: StartedWorker = {
    args: ['run', '--no-default', '--addpiece', '--precommit1'],
    env: {
      ...PROOFS,
      FIL_PROOFS_USE_MULTICORE_SDR: '1',
      PC1_32G_MAX_CONCURRENT: number < 17 ? '14' : '8',
      TMPDIR: '/tmp',
      TERM: 'xterm',
    },
    api: ip(1, number + 10),
    storage: {
      '/mnt/nvme0/seal': { CanSeal: true, AllowTo: ['gpu'] },
    },
  };
  return asked(name, aFoundHost([worker], { hostname: name, bootId: name }));
}

/** Two workers with a GPU each, by flags, of a unit. */
function gpu(number: number): AskedHost {
  const name = `gpu-${padded(number)}`;
  const worker = (index: number): StartedWorker => ({
    args: [
      '--worker-repo',
      `/home/lotus/worker-${index}`,
      'run',
      '--name',
      `${name}-${index}`,
      '--listen',
      `10.0.2.${number + 10}:${3456 + index}`,
      '--no-default',
      '--precommit2',
      '--commit',
      '--parallel-fetch-limit=8',
    ],
    env: {
      ...PROOFS,
      CUDA_VISIBLE_DEVICES: String(index),
      FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1',
      FIL_PROOFS_USE_GPU_TREE_BUILDER: '1',
      TMPDIR: `/fast/tmp-${index}`,
    },
    repo: `/home/lotus/worker-${index}`,
    user: 'lotus',
    cpus: index === 0 ? '0-31' : '32-63',
    starter: {
      ...UNIT,
      unit: `lotus-worker-${index}.service`,
      file: `/etc/systemd/system/lotus-worker-${index}.service`,
    },
    storage: { [`/mnt/nvme${index}/seal`]: { CanSeal: true, Groups: ['gpu', name], AllowTo: [name] } },
  });
  return asked(name, aFoundHost([worker(0), worker(1)], { hostname: name, bootId: name }));
}

function store(number: number): AskedHost {
  const name = `store-${number}`;
  const worker: StartedWorker = {
    args: ['run'],
    env: { ...PROOFS, LOTUS_WORKER_NO_DEFAULT: 'true' },
    api: ip(3, number + 10),
    starter: UNIT,
    storage: { '/mnt/pool': { CanStore: true } },
  };
  return asked(name, aFoundHost([worker], { hostname: name, bootId: name }));
}

/** 24 machines for PC1, 12 for PC2 and C2, 4 that store. */
export const FORTY: readonly AskedHost[] = [
  ...Array.from({ length: 24 }, (_, index) => pc1(index + 1)),
  ...Array.from({ length: 12 }, (_, index) => gpu(index + 1)),
  ...Array.from({ length: 4 }, (_, index) => store(index + 1)),
];
