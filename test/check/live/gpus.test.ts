import { describe, expect, it } from 'vitest';
import type { Hardware, Worker } from '../../../src/farm/farm.js';
import type { GpuFacts } from '../../../src/observed/facts.js';
import { aFarm, aHost, aWorker } from '../../support/farm.js';
import {
  GiB,
  healthy,
  liveCodes,
  theFinding,
  withFacts,
  withMiner,
  withRegistered,
  type Seen,
} from '../../support/facts.js';

const UUIDS = ['GPU-11111111-a', 'GPU-22222222-b'];
const ABSENT: GpuFacts = { driver: 'absent', gpus: [], onBus: 0, module: false };
const FAILING: GpuFacts = {
  driver: 'failing',
  gpus: [],
  onBus: 2,
  module: true,
  why: 'NVML: Driver/library version mismatch',
};

function driver(count: number): GpuFacts {
  const gpus = UUIDS.slice(0, count).map((uuid, index) => ({ index, uuid, name: 'NVIDIA GeForce RTX 3090' }));
  return { driver: 'ok', gpus, onBus: count, module: true };
}

interface Case {
  readonly worker?: Partial<Worker>;
  /** As declared. */
  readonly declared?: number;
  readonly machine: GpuFacts;
  /** GPUs that Lotus sees; undefined while the worker is not registered. */
  readonly lotus?: number;
}

function look({ worker = {}, declared, machine, lotus }: Case): Seen {
  const hardware: Hardware = { cpus: 64, memory: 512 * GiB, swap: 0, gpus: declared ?? 0 };
  const host = aHost({ workers: [aWorker(worker)], ...(declared === undefined ? {} : { hardware }) });
  const seen = withFacts(healthy(aFarm({ hosts: [host] })), 'host-1', () => ({ gpus: machine }));
  if (lotus === undefined) return withMiner(seen, { workers: new Map() });
  const GPUs = Array.from({ length: lotus }, () => 'NVIDIA GeForce RTX 3090');
  return withRegistered(seen, 'worker-1', { GPUs, CPUs: 64, MemPhysical: 512 * GiB });
}

describe('a registered worker', () => {
  it.each<[what: string, look: Case, ...said: string[]]>([
    ['has what its list says', { worker: { gpus: [0, 1] }, machine: driver(2), lotus: 2 }],
    ['has one of two', { worker: { gpus: [0, 1] }, machine: driver(2), lotus: 1 }, 'SF527 warning'],
    ['has one of two of its machine', { declared: 2, machine: driver(2), lotus: 1 }, 'SF527 warning'],
    ['has none, and the driver has none', { declared: 2, machine: driver(0), lotus: 0 }, 'SF527 error'],
    [
      'has none, and the driver fails',
      { worker: { gpus: 'all' }, machine: FAILING, lotus: 0 },
      'SF527 error',
    ],
    ['has all, though there is no nvidia-smi', { worker: { gpus: [0] }, machine: ABSENT, lotus: 1 }],
    [
      'has none that the driver shows',
      { worker: { gpus: [0] }, machine: driver(2), lotus: 0 },
      'SF544 warning',
    ],
    [
      'has none that the driver shows, and nobody said how many',
      { machine: driver(2), lotus: 0 },
      'SF544 warning',
    ],
    ['has none and needs none', { worker: { tasks: ['AP', 'PC1'] }, machine: driver(2), lotus: 0 }],
    ['shall have none', { worker: { gpus: 'none' }, declared: 2, machine: driver(2), lotus: 0 }],
    ['has none, and nobody said that it has', { machine: ABSENT, lotus: 0 }],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(look(seen))).toEqual(said);
  });
});

describe('a worker that is not registered', () => {
  it.each<[what: string, look: Case, ...said: string[]]>([
    ['is given what is there', { worker: { gpus: [0, 1] }, machine: driver(2) }],
    [
      'is given a UUID that is there, cut short as CUDA allows',
      { worker: { gpus: ['GPU-22222222'] }, machine: driver(2) },
    ],
    [
      'is given a UUID that is not there',
      { worker: { gpus: ['GPU-33333333-c'] }, machine: driver(2) },
      'SF527 warning',
    ],
    [
      'is given a number that its declared machine should have',
      { worker: { gpus: [1] }, declared: 2, machine: driver(1) },
      'SF527 warning',
    ],
    ['is given a number that the layout refuses', { worker: { gpus: [1] }, machine: driver(1) }],
    ['shall have more than there are', { declared: 2, machine: driver(1) }, 'SF527 warning'],
    ['shall have some, and there are none', { declared: 2, machine: driver(0) }, 'SF527 error'],
    ['is given GPUs of a failing driver', { worker: { gpus: [0] }, machine: FAILING }, 'SF527 error'],
    ['is given GPUs by number without nvidia-smi', { worker: { gpus: [0] }, machine: ABSENT }, 'SF527 error'],
    [
      'is given all without nvidia-smi, which other makes do without',
      { worker: { gpus: 'all' }, machine: ABSENT },
      'SF527 warning',
    ],
    ['shall have none', { worker: { gpus: 'none' }, declared: 2, machine: ABSENT }],
    [
      'has no GPUs declared, and a driver that fails for those on the bus',
      { machine: FAILING },
      'SF527 error',
    ],
    ['has no GPUs declared, and no task for them', { worker: { tasks: ['AP'] }, machine: FAILING }],
    ['has no GPUs declared, and none on the bus', { machine: { ...FAILING, onBus: 0 } }],
    ['has no GPUs declared, and those of a driver', { machine: driver(2) }],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(look(seen))).toEqual(said);
  });

  it.each<[what: string, look: Case, message: string]>([
    [
      'is not installed',
      { worker: { gpus: [0] }, machine: { ...ABSENT, onBus: 2 } },
      '1 GPU declared, and there is no nvidia-smi, and the kernel has no driver loaded for the 2 on its bus',
    ],
    [
      'is not loaded',
      { machine: { ...FAILING, module: false } },
      '2 GPUs on the PCI bus, and nvidia-smi fails, and the kernel has no driver loaded for the 2 on its bus: NVML: Driver/library version mismatch',
    ],
  ])('is told that the driver %s', (_, seen, message) => {
    expect(theFinding(look(seen)).message).toBe(message);
  });

  it('is told why the driver fails', () => {
    expect(theFinding(look({ worker: { gpus: [0] }, machine: FAILING })).message).toBe(
      '1 GPU declared, and nvidia-smi fails: NVML: Driver/library version mismatch',
    );
  });
});
