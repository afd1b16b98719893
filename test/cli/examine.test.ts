import { describe, expect, it } from 'vitest';
import { knownHardware, type Examination } from '../../src/cli/examine.js';
import { hostsNamed } from '../../src/cli/targets.js';
import type { Hardware } from '../../src/farm/farm.js';
import { aFarm, aHost } from '../support/farm.js';
import { GiB, healthy, withMiner } from '../support/facts.js';

const farm = aFarm({ hosts: ['host-1', 'host-2', 'host-3'].map((name) => aHost({ name })) });

describe('hostsNamed', () => {
  it.each<[names: readonly string[], expected: readonly string[]]>([
    [[], ['host-1', 'host-2', 'host-3']],
    [
      ['host-3', 'host-1', 'host-3'],
      ['host-1', 'host-3'],
    ],
  ])('%j', (names, expected) => {
    const hosts = hostsNamed(farm, names);
    expect(hosts.ok && hosts.value.map(({ name }) => name)).toEqual(expected);
  });

  it.each([
    ['host-22', /no host host-22; did you mean host-2\?/],
    ['worker-1', /no host worker-1/],
  ])('%s', (name, message) => {
    expect(hostsNamed(farm, ['host-1', name])).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF611',
        message: expect.stringMatching(message) as string,
        help: 'It has: host-1, host-2, host-3',
      },
    });
  });
});

describe('knownHardware', () => {
  it('is declared, or found, or neither, and of both the one that is asked for', () => {
    const declared: Hardware = { cpus: 1, memory: GiB, swap: 0, gpus: 0 };
    const [first = aHost(), second = aHost(), third = aHost()] = farm.hosts;
    const mixed = aFarm({ hosts: [{ ...first, hardware: declared }, second, third] });
    const seen = withMiner(healthy(mixed), { workers: new Map() });
    const examination: Examination = {
      probe: { observation: seen.observation, apis: new Map() },
      facts: new Map([...seen.facts].filter(([host]) => host !== 'host-3')),
      versions: seen.versions,
      failures: [],
    };
    const known = knownHardware(mixed, examination, 'declared');
    expect([...known.keys()].sort()).toEqual(['host-1', 'host-2']);
    expect(known.get('host-1')).toBe(declared);
    expect(known.get('host-2')).toMatchObject({ cpus: 64, memory: 512 * GiB });
    const found = knownHardware(mixed, examination, 'found');
    expect(found.get('host-1')).toMatchObject({ cpus: 64, memory: 512 * GiB });
    const unseen = knownHardware(mixed, { ...examination, facts: new Map() }, 'found');
    expect([...unseen]).toEqual([['host-1', declared]]);
  });
});
