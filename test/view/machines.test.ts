import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../src/observed/facts.js';
import { machineLines, type Machine } from '../../src/view/machines.js';
import { PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { aHost } from '../support/farm.js';
import { aPlace, aRoom, GiB, someFacts, TiB } from '../support/facts.js';

const BASE = someFacts(aHost());
const GPU = { index: 0, uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3090', memory: 24 * GiB };

function machine(host: string, facts: Partial<HostFacts> = {}): Machine {
  return { host, facts: { ...BASE, ...facts } };
}

/** Two thirds of its disk are full. */
const FULL = new Map([['/mnt/nvme0/seal', aPlace('/mnt/nvme0/seal', { room: aRoom({ free: 5 * TiB }) })]]);

const RICH: Partial<HostFacts> = {
  cores: 64,
  numa: [0, 1].map((node) => ({ node, cpus: '0', memory: 256 * GiB })),
  hugepages: [{ size: GiB, total: 40, free: 8 }],
  gpus: { driver: 'ok', gpus: [GPU, { ...GPU, index: 1 }], onBus: 2, module: true },
  workers: new Map([
    ['a', { program: 'ok', version: '1.34.1+mainnet', secretModes: new Map(), gpuLocks: [] }],
    ['b', { program: 'ok', version: '1.34.1+mainnet+git', secretModes: new Map(), gpuLocks: [] }],
  ]),
};

describe('a machine', () => {
  it('is told in one line', () => {
    expect(machineLines([machine('host-1', RICH)], PLAIN, 300)).toEqual([
      '  host-1  64 cores in 8 L3 groups, 2 NUMA nodes · 512 GiB RAM, no swap, 40 × 1 GiB huge pages · 2 × RTX 3090 24 GiB · /mnt/nvme0 15 TiB of 16 TiB free · lotus-worker 1.34.1',
    ]);
  });

  it('has threads where they are more than cores, and what else it lacks', () => {
    const hardware = { cpus: 64, memory: 512 * GiB, swap: 64 * GiB, gpus: 0 };
    const gpus = { driver: 'failing', gpus: [], onBus: 2, module: false } as const;
    expect(machineLines([machine('h', { hardware, gpus, places: new Map() })], PLAIN, 300)).toEqual([
      '  h  32 cores, 64 threads · 512 GiB RAM, 64 GiB swap · 2 GPUs without a driver',
    ]);
  });

  it('breaks between what belongs together, below its own words', () => {
    const lines = machineLines([machine('host-1', RICH)], PLAIN, 60);
    expect(lines.every((line) => displayWidth(line) <= 60)).toBe(true);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.slice(1).every((line) => /^ {10}[^ ]/.test(line))).toBe(true);
    expect(lines.join('\n')).toContain('2 × RTX 3090 24 GiB');
  });

  it('with many file systems has the first of them, and all together', () => {
    const places = Array.from(
      { length: 6 },
      (_, disk) =>
        [
          `/mnt/${disk}/seal`,
          aPlace(`/mnt/${disk}/seal`, { room: aRoom({ mount: `/mnt/${disk}` }) }),
        ] as const,
    );
    const [line] = machineLines([machine('h', { places: new Map(places) })], PLAIN, 300);
    expect(line).toContain('/mnt/2 15 TiB of 16 TiB free · 6 file systems 90 TiB of 96 TiB free in all');
    expect(line).not.toContain('/mnt/3');
  });

  it('that did not answer is not there', () => {
    expect(machineLines([{ host: 'h' }], PLAIN, 80)).toEqual([]);
  });

  it('has nothing that a terminal obeys', () => {
    const gpus = { driver: 'ok', gpus: [{ ...GPU, name: 'evil\u001b[2J' }], onBus: 1, module: true } as const;
    expect(machineLines([machine('h', { gpus })], PLAIN, 300).join()).not.toContain('\u001b');
  });
});

it('machines that have the same stand in one line, with their disks together', () => {
  const lines = machineLines(
    [machine('pc1-1'), machine('pc1-2', { places: FULL }), machine('pc1-3'), machine('c2', { cores: 8 })],
    PLAIN,
    300,
  );
  expect(lines).toEqual([
    '  pc1-[1-3]  32 cores, 64 threads in 8 L3 groups · 512 GiB RAM, no swap · no GPU · 3 file systems 35 TiB of 48 TiB free in all',
    '  c2         8 cores, 64 threads in 8 L3 groups · 512 GiB RAM, no swap · no GPU · /mnt/nvme0 15 TiB of 16 TiB free',
  ]);
});
