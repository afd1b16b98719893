import fc from 'fast-check';
import { expect, it } from 'vitest';
import { workerCapacity } from '../../src/capacity/worker-capacity.js';
import { checkFarm, checkLayout } from '../../src/check/check-layout.js';
import type { Farm, Hardware } from '../../src/farm/farm.js';
import { formatConfig } from '../../src/config/format-config.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { doersOf, routesOf } from '../../src/flow/routes.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import type { Answers, MinerAnswer } from '../../src/propose/proposal.js';
import { propose } from '../../src/propose/propose.js';
import { aSeenHost, type Shape } from '../support/seen-host.js';

const MOUNTS = ['/', '/mnt/nvme0', '/mnt/nvme1', '/data', '/mnt/my disk', '/srv/{n}'] as const;

const disk = fc
  .tuple(fc.constantFrom(10, 90, 300, 520, 700, 2000, 7000, 40_000), fc.constantFrom('', ' hdd', ' ?'))
  .map(([free, kind]) => `${free}${kind}`);

const shape: fc.Arbitrary<Shape> = fc.record({
  cpus: fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 96, 256),
  l3: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  ram: fc.oneof(fc.constantFrom(1, 15, 31, 62, 125, 251, 503, 1007, 2015), fc.integer({ min: 1, max: 1200 })),
  swap: fc.constantFrom(0, 0, 8, 64, 256),
  gpus: fc.array(fc.constantFrom(2, 11, 24), { maxLength: 6 }),
  disks: fc.dictionary(fc.constantFrom(...MOUNTS), disk, { maxKeys: 4 }),
  machine: fc.record({ serviceManager: fc.constantFrom('systemd' as const, 'process' as const) }),
  workers: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant([{}]) }),
  address: fc.option(fc.constantFrom('127.0.0.1', '127.0.0.2', '10.0.0.5', '203.0.113.7'), {
    nil: undefined,
  }),
}) as fc.Arbitrary<Shape>;

const names = fc.uniqueArray(
  fc.constantFrom('pc1-01', 'pc1-02', 'pc1-03', 'gpu-1', 'gpu-2', 'gpu-1-c2', 'pc2', 'store', 'x'.repeat(63)),
  { minLength: 1, maxLength: 7 },
);

const miner: fc.Arbitrary<MinerAnswer> = fc.constantFrom<MinerAnswer>(
  { kind: 'none' },
  { kind: 'api', api: '/ip4/10.0.0.5/tcp/2345/http', token: { env: 'T' } },
  { kind: 'api', api: '/dns/miner/tcp/2345/http', token: { file: '/x' } },
  { kind: 'host', host: 'gpu-1', token: { fromMiner: true } },
  { kind: 'host', host: 'elsewhere', token: { fromMiner: true } },
);

const size = fc.constantFrom<SectorSize>('32GiB', '32GiB', '64GiB', '512MiB', '8MiB', '2KiB');

const farm = fc
  .tuple(fc.infiniteStream(shape), names, miner, size, fc.integer({ min: 1, max: 4 }))
  .map(([stream, given, who, sectorSize, kinds]) => {
    // Machines of a few kinds, as farms have them.
    const shapes = Array.from({ length: kinds }, () => stream.next().value as Shape);
    const hosts = given.map((name, index) => aSeenHost(name, shapes[index % kinds] ?? { ram: 1 }));
    const answers: Answers = { name: 'any', sectorSize, miner: who };
    return { hosts, answers };
  });

/** `WORKER CODE` of tasks that are never taken there. */
function neverTaken(read: Farm, hardware: ReadonlyMap<string, Hardware>): readonly string[] {
  return read.hosts.flatMap((host) => {
    const known = hardware.get(host.name);
    if (known === undefined) return [];
    return host.workers.flatMap((worker) =>
      workerCapacity(read, worker, known)
        .tasks.filter(({ alone }) => alone.count === 0)
        .map(({ code }) => `${worker.name} ${code}`),
    );
  });
}

/** Sealing paths with PC1 output that no worker may do PC2 on, in a farm in which some worker does PC2. */
function stuck(read: Farm): readonly string[] {
  const doers = doersOf(read);
  if (doers.PC2.length === 0) return [];
  return routesOf(read, doers)
    .filter(({ takers }) => takers.length === 0)
    .map(({ from }) => from.worker.name);
}

/** What may be said of a proposal: hardware that is not there, and what only a person can answer. */
const OF_HARDWARE = [
  'SF238', // a host without workers
  'SF244', // a loopback miner
  'SF245', // a public miner
  'SF248', // the miner's only CPU
  'SF259', // no GPU
  'SF261', // no room for parameters
  'SF272', // no room for caches
  'SF276', // one machine alone for PC2 or C2
  'SF285', // a task that nobody can do
];

it('any machines get a valid layout, in which every task is taken and no sector is stuck', () => {
  fc.assert(
    fc.property(farm, ({ hosts, answers }) => {
      const { farm: written, comments, hardware, workers } = propose(hosts, [], answers);
      const text = farmText(lift(written), comments, 'As it is.');
      expect(formatConfig(text)).toBe(text);
      const read = readFarm(text, 'f', checkFarm);
      expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const known = readFarm(text, 'f', (one) => checkLayout({ farm: one, hardware }));
      const said = known.diagnostics.filter(({ severity }) => severity !== 'note');
      expect(
        said.filter(({ severity, code }) => severity === 'error' || !OF_HARDWARE.includes(code)),
      ).toEqual([]);
      if (read.farm === undefined) throw new Error('no farm');
      expect(neverTaken(read.farm, hardware)).toEqual([]);
      expect(stuck(read.farm)).toEqual([]);
      expect(read.farm.hosts.reduce((sum, host) => sum + host.workers.length, 0)).toBe(workers);
    }),
    { numRuns: 120 },
  );
}, 300_000);
