import { describe, expect, it } from 'vitest';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import { foundHardware } from '../../src/observed/found-hardware.js';
import type { Observation } from '../../src/observed/observed.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import {
  aPlace,
  aRoom,
  GiB,
  healthy,
  someFacts,
  TiB,
  withMiner,
  withRegistered,
  type Seen,
} from '../support/facts.js';
import { unreached } from '../support/observation.js';

/** What the machine itself says. */
const MACHINE: Hardware = {
  cpus: 2,
  memory: 24 * GiB,
  swap: 1 * GiB,
  gpus: 1,
  l3Groups: 1,
  disk: new Map([['/', TiB]]),
};

/** A host of these workers, each registered with 64 CPUs, 512 GiB and two GPUs. */
function look(...workers: readonly Partial<Worker>[]): Seen {
  const declared = workers.map((worker, index) =>
    aWorker({ name: `worker-${index + 1}`, storage: [], ...worker }),
  );
  const seen = healthy(aFarm({ hosts: [aHost({ workers: declared })] }));
  const resources = { CPUs: 64, MemPhysical: 512 * GiB, MemSwap: 64 * GiB, GPUs: ['a', 'b'] };
  return declared.reduce((before, { name }) => withRegistered(before, name, resources), seen);
}

function found({
  farm,
  observation,
}: Pick<Seen, 'farm'> & { observation: Observation }): Hardware | undefined {
  const [host = aHost()] = farm.hosts;
  return foundHardware(host, { ...someFacts(host), hardware: MACHINE }, observation);
}

describe('the hardware of a host', () => {
  it('is what Lotus registered', () => {
    const disk = new Map([['/', TiB]]);
    const expected = { cpus: 64, memory: 512 * GiB, swap: 64 * GiB, gpus: 2, disk };
    expect(found(look({}))).toEqual(expected);
  });

  it('is the most of what its workers registered', () => {
    const seen = withRegistered(look({}, {}), 'worker-1', { CPUs: 32, MemPhysical: 256 * GiB });
    expect(found(seen)).toMatchObject({ cpus: 64, memory: 512 * GiB });
  });

  it.each<[what: string, worker: Partial<Worker>, expected: Partial<Hardware>]>([
    ['CPUs', { cpus: '0-31' }, { cpus: 2, memory: 512 * GiB, l3Groups: 1 }],
    ['memory', { memory: 256 * GiB }, { memory: MACHINE.memory, cpus: 64 }],
    ['swap', { noSwap: true }, { swap: GiB, cpus: 64 }],
    ['GPUs', { gpus: 'none' }, { gpus: 1, cpus: 64 }],
  ])('is that of the machine where a worker is told to use less: %s', (_, worker, expected) => {
    expect(found(look(worker))).toMatchObject(expected);
  });

  it.each<[what: string, gpus: readonly (number | string)[], expected: number]>([
    ['up to the highest that Lotus sees', [0, 3], 4],
    ['by their UUIDs', ['GPU-1', 'GPU-2'], 2],
    ['not those that Lotus does not see', [0, 1, 7], 2],
    ['and no fewer than the machine', [0], 1],
  ])('has the GPUs a worker is given, %s', (_, gpus, expected) => {
    expect(found(look({ gpus }))?.gpus).toBe(expected);
  });

  it('is that of the machine where no worker is registered', () => {
    expect(found(withMiner(look({}), { workers: new Map() }))).toEqual(MACHINE);
    expect(found({ ...look({}), observation: { hosts: new Map(), miner: unreached() } })).toEqual(MACHINE);
  });

  it('is not known where nobody says', () => {
    const { farm, observation } = withMiner(look({}), { workers: new Map() });
    expect(foundHardware(farm.hosts[0] ?? aHost(), undefined, observation)).toBeUndefined();
  });

  it('is what Lotus registered also where the machine does not answer', () => {
    const { farm, observation } = look({ storage: [aStorage()] });
    expect(foundHardware(farm.hosts[0] ?? aHost(), undefined, observation)).toEqual({
      cpus: 64,
      memory: 512 * GiB,
      swap: 64 * GiB,
      gpus: 2,
      disk: new Map([['/mnt/nvme0/seal', 4e12]]),
    });
  });

  it('has the disks that its workers report, by mount point', () => {
    const { farm, observation } = look({ storage: [aStorage({ path: '/mnt/nvme0/seal' })] });
    const [host = aHost()] = farm.hosts;
    const facts = {
      ...someFacts(host),
      hardware: {
        ...MACHINE,
        disk: new Map([
          ['/mnt/nvme0', TiB],
          ['/mnt/other', TiB],
        ]),
      },
      places: new Map([['/mnt/nvme0/seal', aPlace('/mnt/nvme0/seal', { room: aRoom() })]]),
    };
    expect(foundHardware(host, facts, observation)?.disk).toEqual(
      new Map([
        ['/mnt/nvme0', 4e12],
        ['/mnt/other', TiB],
      ]),
    );
  });
});
