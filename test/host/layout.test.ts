import { expect, it } from 'vitest';
import { hostLayout, sectorStoreFile, workerLayout } from '../../src/host/layout.js';

const paths = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };

it('keeps what is ours in two folders of the host', () => {
  expect(hostLayout(paths)).toEqual({
    manifest: '/var/lib/sealfarm/manifest.json',
    journal: '/var/lib/sealfarm/journal.jsonl',
    lock: '/var/lib/sealfarm/lock',
    backups: '/var/lib/sealfarm/backups',
    written: '/var/lib/sealfarm/written',
    run: '/var/lib/sealfarm/run',
  });
});

it("finds Lotus's own files in the worker's repo", () => {
  expect(
    workerLayout({ paths, serviceManager: 'process' }, { name: 'worker-1', repo: '/srv/worker' }),
  ).toEqual({
    serviceManager: 'process',
    unit: {
      name: 'sealfarm-worker@worker-1.service',
      dropIn: '/etc/systemd/system/sealfarm-worker@worker-1.service.d/10-sealfarm.conf',
      link: '/etc/systemd/system/multi-user.target.wants/sealfarm-worker@worker-1.service',
    },
    envFile: '/etc/sealfarm/workers/worker-1/worker.env',
    pidFile: '/var/lib/sealfarm/run/worker-1.pid',
    logFile: '/var/lib/sealfarm/log/worker-1.log',
    backups: '/var/lib/sealfarm/backups/worker-1',
    written: '/var/lib/sealfarm/written',
    apiFile: '/srv/worker/api',
    tokenFile: '/srv/worker/token',
    storageJson: '/srv/worker/storage.json',
  });
  expect(sectorStoreFile('/mnt/seal')).toBe('/mnt/seal/sectorstore.json');
});
