import { describe, expect, it } from 'vitest';
import { formatRender, renderJson } from '../../src/view/render.js';
import { DESIRED } from './farm-samples.js';

const ONE = { ...DESIRED, hosts: DESIRED.hosts.slice(0, 1) };

describe('formatRender', () => {
  it('shows every file with its mode under a heading', () => {
    expect(formatRender(ONE)).toMatchInlineSnapshot(`
      "# host-1: /etc/sealfarm/workers/worker-1/worker.env (0600)
      LOTUS_WORKER_ADDPIECE=true
      LOTUS_WORKER_COMMIT=true
      LOTUS_WORKER_LISTEN=10.0.0.11:3456
      LOTUS_WORKER_NAME=worker-1
      LOTUS_WORKER_NO_DEFAULT=true
      LOTUS_WORKER_NO_LOCAL_STORAGE=true
      LOTUS_WORKER_PATH=/var/lib/lotus-worker/worker-1
      LOTUS_WORKER_PRECOMMIT1=true
      LOTUS_WORKER_PRECOMMIT2=true
      MINER_API_INFO="(secret)"
      PC1_32G_MAX_CONCURRENT=4
      RUST_LOG=info
      SEALFARM_BINARY=/usr/local/bin/lotus-worker
      SEALFARM_VARIABLES=LOTUS_WORKER_LISTEN,LOTUS_WORKER_NAME,LOTUS_WORKER_NO_LOCAL_STORAGE,LOTUS_WORKER_PATH,MINER_API_INFO,PC1_32G_MAX_CONCURRENT,RUST_LOG,SEALFARM_BINARY,TMPDIR
      TMPDIR=/var/lib/sealfarm/tmp/worker-1

      # host-1: /var/lib/lotus-worker/worker-1/storage.json (0644)
      {
        "StoragePaths": [
          {
            "Path": "/mnt/nvme0/seal"
          }
        ]
      }

      # host-1: /mnt/nvme0/seal/sectorstore.json (0644)
      {
        "ID": "(drawn when applied)",
        "Weight": 10,
        "CanSeal": true,
        "CanStore": false,
        "MaxStorage": 0,
        "Groups": [
          "example-seal-group-1"
        ],
        "AllowTo": [
          "example-seal-group-1"
        ]
      }
      "
    `);
  });

  it('shows a declared ID', () => {
    const hosts = ONE.hosts.map((host) => ({
      ...host,
      workers: host.workers.map((worker) => ({
        ...worker,
        storage: worker.storage.map((storage) => ({ ...storage, id: '0000-1' })),
      })),
    }));
    expect(formatRender({ ...ONE, hosts })).toContain('  "ID": "0000-1",\n');
  });
});

describe('renderJson', () => {
  it('has the files of each host', () => {
    const { formatVersion, hosts } = renderJson(DESIRED);
    expect(formatVersion).toBe(1);
    expect(Object.keys(hosts)).toEqual(['host-1', 'host-2', 'host-3', 'host-4']);
    expect(hosts['host-2']?.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['/etc/sealfarm/workers/worker-2/worker.env', '0600'],
      ['/var/lib/lotus-worker/worker-2/storage.json', '0644'],
      ['/mnt/nvme0/seal/sectorstore.json', '0644'],
      ['/mnt/nvme1/seal/sectorstore.json', '0644'],
      ['/etc/sealfarm/workers/worker-2b/worker.env', '0600'],
      ['/var/lib/lotus-worker/worker-2b/storage.json', '0644'],
    ]);
    expect(hosts['host-4']?.files[0]?.content).toMatch(/^MINER_API_INFO="\(secret\)"$/m);
  });
});
