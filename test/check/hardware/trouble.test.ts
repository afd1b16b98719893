import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFarm } from '../../../src/check/check-layout.js';
import { listed, ranges, sizeNeeded, sizeThere } from '../../../src/check/hardware/words.js';
import { readFarm } from '../../../src/farm/read-farm.js';
import { codes, found, messages, oneHost } from './one-host.js';

const SMALL = 'cpus: 64, memory: 128GiB, gpus: 1';

/** A farm whose hosts are all like h1. */
function hosts(count: number): string {
  const more = Array.from(
    { length: count - 1 },
    (_, index) => `  h${index + 2}:
    address: 10.0.2.${index + 2}
    hardware: { ${SMALL} }
    workers: { x${index + 2}: { tasks: [C2] } }
`,
  );
  return oneHost(SMALL, 'tasks: [C2]') + more.join('');
}

describe('what is wrong with many machines alike', () => {
  const first = 'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 128 GiB';
  it.each([
    [1, first],
    [2, `${first} (likewise x2)`],
    [4, `${first} (likewise x2, x3 and x4)`],
    [5, `${first} (likewise x2, x3 and 2 others)`],
    [24, `${first} (likewise x2, x3 and 21 others)`],
  ])('is said once of %i hosts', (count, message) => {
    expect(codes(hosts(count))).toEqual(['SF251 11 C2']);
    expect(messages('SF251', hosts(count))).toEqual([message]);
  });

  it('is said of each where the numbers differ', () => {
    const text = hosts(2).replace(/128GiB(?=[^]*x2)/, '100GiB');
    expect(codes(text)).toEqual(['SF251 11 C2', 'SF251 15 C2']);
  });

  it('names the hosts of a range', () => {
    const text = oneHost(SMALL, 'tasks: [C2], profile: p')
      .replace('hosts:', 'profiles: { p: {} }\nhosts:')
      .replace('  h1:', '  h[1-3]:')
      .replace('10.0.0.1\n', "'10.0.0.{n}'\n")
      .replace('      w1:', "      'w{n}':")
      .replace(", listen: '10.0.0.1:3456'", '');
    expect(found(text).map(({ message }) => message)).toEqual([`${first} (likewise w2 and w3)`]);
  });
});

describe('sizes', () => {
  const GiB = 2 ** 30;
  it.each([
    [182 * GiB, '182 GiB', '182 GiB'],
    [182 * GiB + 1, '182.1 GiB', '182 GiB'],
    [183 * GiB - 1, '183 GiB', '182.9 GiB'],
    [2048 * GiB, '2048 GiB', '2048 GiB'],
    [15 * 1024 * GiB, '15 TiB', '15 TiB'],
    [768 * 2 ** 20, '768 MiB', '768 MiB'],
    [2048, '2 KiB', '2 KiB'],
    [5, '5 bytes', '5 bytes'],
    [0, '0 bytes', '0 bytes'],
  ])('%i bytes are %s needed and %s there', (bytes, needed, there) => {
    expect([sizeNeeded(bytes), sizeThere(bytes)]).toEqual([needed, there]);
  });
});

describe('lists', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j', (words, text) => {
    expect(listed(words)).toBe(text);
  });

  it.each([
    [[], ''],
    [[5], '5'],
    [[3, 1, 2, 10], '1-3,10'],
    [[10, 9, 0], '0,9-10'],
  ])('CPUs %j', (numbers, text) => {
    expect(ranges(numbers)).toBe(text);
  });
});

describe('the checks of a file', () => {
  it('are those of its hardware as well', () => {
    const { diagnostics } = readFarm(hosts(1), 'sealfarm.yaml', checkFarm);
    expect(diagnostics.map(({ code }) => code)).toContain('SF251');
  });

  it('say nothing of the example with storage groups', () => {
    const file = join(import.meta.dirname, '../../../examples/storage-groups/sealfarm.yaml');
    expect(codes(readFileSync(file, 'utf8'))).toEqual([]);
  });
});
