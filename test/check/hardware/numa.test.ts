import { describe, expect, it } from 'vitest';
import { codes, found, messages, oneHost } from './one-host.js';

const TWO = 'cpus: 64, memory: 512GiB, gpus: 1, numaNodes: 2';
const PC1 = (more: string): string => `tasks: [PC1], limits: { PC1: 1 }, ${more}`;

describe('SF273: memory nodes without a limit of memory', () => {
  it.each<[hardware: string | undefined, worker: string, ...said: string[]]>([
    [TWO, 'numaNodes: [0]', 'SF273 11 [0]'],
    [undefined, 'numaNodes: [0]', 'SF273 11 [0]'],
    [TWO, 'numaNodes: [0, 1]'],
    [TWO, 'numaNodes: [0], memory: 240GiB'],
    [TWO, 'memory: 240GiB'],
    ['cpus: 64, memory: 512GiB, gpus: 1, numaNodes: 1', 'numaNodes: [0]'],
  ])('%s with %s', (hardware, worker, ...said) => {
    expect(codes(oneHost(hardware, PC1(worker)))).toEqual(said);
  });

  it('names the nodes and what they may have', () => {
    const text = oneHost('cpus: 64, memory: 512GiB, gpus: 1, numaNodes: 4', PC1('numaNodes: [3, 1]'));
    expect(messages('SF273', text)).toEqual([
      'w1 may use the memory of nodes 1 and 3 alone, and Lotus counts that of the whole machine',
    ]);
    expect(found(text)[0]?.help).toContain('about 256 GiB');
  });
});

describe('SF274: memory nodes that are not there', () => {
  it.each<[hardware: string | undefined, worker: string, ...said: string[]]>([
    [TWO, 'numaNodes: [1, 2], memory: 99GiB', 'SF274 11 [1, 2]'],
    [TWO, 'numaNodes: [1], memory: 99GiB'],
    // Who does not know how many there are has nothing to say.
    ['cpus: 64, memory: 512GiB, gpus: 1', 'numaNodes: [7], memory: 99GiB'],
  ])('%s with %s', (hardware, worker, ...said) => {
    expect(codes(oneHost(hardware, PC1(worker)))).toEqual(said);
  });

  it('names them', () => {
    expect(messages('SF274', oneHost(TWO, PC1('numaNodes: [1, 2], memory: 99GiB')))).toEqual([
      'w1 shall use the memory of node 2, and h1 has 2 nodes',
    ]);
  });
});

describe('a limit of memory', () => {
  it('is all that Lotus counts', () => {
    const text = oneHost('cpus: 64, memory: 512GiB, gpus: 1', 'tasks: [C2], memory: 100GiB');
    expect(codes(text)).toEqual(['SF251 11 C2']);
    expect(messages('SF251', text)).toEqual([
      'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 100 GiB',
    ]);
    expect(found(text)[0]?.help).toContain('raise its `memory`');
  });

  it('keeps two workers within the machine', () => {
    const both = (memory: string): readonly string[] =>
      ['0-31', '32-63'].map((cpus) => `tasks: [PC1], limits: { PC1: 4 }, cpus: ${cpus}${memory}`);
    const machine = 'cpus: 64, memory: 400GiB';
    expect(messages('SF257', oneHost(machine, ...both('')))).toHaveLength(1);
    expect(messages('SF257', oneHost(machine, ...both(', memory: 190GiB')))).toEqual([]);
  });

  it('leaves swap as it is, as systemd does', () => {
    expect(
      codes(oneHost('cpus: 64, memory: 512GiB, swap: 100GiB, gpus: 1', 'tasks: [C2], memory: 100GiB')),
    ).toEqual(['SF268 11 C2']);
  });
});
