import { describe, expect, it } from 'vitest';
import type { Hardware } from '../../../src/farm/farm.js';
import { aFarm, aHost } from '../../support/farm.js';
import {
  GiB,
  healthy,
  liveCodes,
  theFinding,
  TiB,
  withFacts,
  withMiner,
  type Seen,
} from '../../support/facts.js';

const DECLARED: Hardware = { cpus: 100, memory: 100 * GiB, swap: 100 * GiB, gpus: 0, disk: 10 * TiB };

/** A host with declared hardware and none of its workers registered, whose machine has this. */
function machine(change: Partial<Hardware>, disk = 10 * TiB): Seen {
  const farm = aFarm({ hosts: [aHost({ hardware: DECLARED })] });
  const hardware = { ...DECLARED, disk: new Map([['/mnt/nvme0', disk]]), ...change };
  const seen = withFacts(healthy(farm), 'host-1', () => ({ hardware }));
  const { storage } = seen.observation.miner;
  const withoutStat = [...storage].map(([id, { info }]) => [id, { info }] as const);
  return withMiner(seen, { workers: new Map(), storage: new Map(withoutStat) });
}

describe('a machine', () => {
  it.each<[what: string, seen: Seen, said?: string]>([
    ['has what is declared', machine({})],
    ['has more', machine({ cpus: 128, memory: 200 * GiB }, 20 * TiB)],
    ['has 95 % of it', machine({ cpus: 95, memory: 95 * GiB, swap: 95 * GiB }, 9.5 * TiB)],
    ['has fewer CPUs', machine({ cpus: 94 }), '94 CPUs of 100'],
    ['has less memory', machine({ memory: 94 * GiB }), '94 GiB of 100 GiB memory'],
    ['has no swap', machine({ swap: 0 }), '0 bytes of 100 GiB swap'],
    ['has a smaller disk', machine({}, 9 * TiB), '9216 GiB of 10 TiB below /mnt/nvme0/seal'],
    [
      'has less of all',
      machine({ cpus: 50, memory: 50 * GiB }),
      '50 CPUs of 100 and 50 GiB of 100 GiB memory',
    ],
  ])('%s', (_, seen, said) => {
    if (said === undefined) expect(liveCodes(seen)).toEqual([]);
    else
      expect(theFinding(seen)).toMatchObject({
        code: 'SF528',
        severity: 'warning',
        message: `the machine has less than \`hardware\` says: ${said}`,
        place: { kind: 'host', host: 'host-1' },
      });
  });

  it('of which nothing is declared may have anything', () => {
    const seen = withFacts(healthy(), 'host-1', ({ hardware }) => ({ hardware: { ...hardware, memory: 1 } }));
    expect(liveCodes(seen)).toEqual([]);
  });

  it('has what Lotus says where a worker of it runs', () => {
    const farm = aFarm({ hosts: [aHost({ hardware: { ...DECLARED, cpus: 64, swap: 0, disk: 4e12 } })] });
    const seen = withFacts(healthy(farm), 'host-1', ({ hardware }) => ({
      hardware: { ...hardware, cpus: 2, memory: 1 },
    }));
    expect(liveCodes(seen)).toEqual([]);
  });
});

describe('a clock', () => {
  it.each<[ahead: number, said?: string]>([
    [0],
    [5],
    [-5],
    [5.4, 'its clock is at least 5 seconds ahead of the one here, the time of asking allowed for'],
    [-90, 'its clock is at least 90 seconds behind the one here, the time of asking allowed for'],
  ])('%d seconds ahead', (clockAhead, said) => {
    const seen = withFacts(healthy(), 'host-1', () => ({ clockAhead }));
    if (said === undefined) expect(liveCodes(seen)).toEqual([]);
    else expect(theFinding(seen)).toMatchObject({ code: 'SF541', severity: 'warning', message: said });
  });
});
