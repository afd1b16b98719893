import { describe, expect, it } from 'vitest';
import type { Hardware } from '../../src/farm/farm.js';
import { modelOf } from '../../src/simulate/model.js';
import type { Outcome } from '../../src/simulate/outcome.js';
import { simulate } from '../../src/simulate/simulate.js';
import { guideFarm, withoutGroups } from '../support/farm.js';
import { FINISHED, GiB, PC1_OUTPUT, settings, UNSEALED } from '../support/simulated-farm.js';

const MACHINE: Hardware = { cpus: 64, memory: 512 * GiB, swap: 0, gpus: 1 };
const HARDWARE = new Map(['host-1', 'host-2', 'host-3'].map((name) => [name, MACHINE]));
const BYTES = { unsealed: UNSEALED, 'pc1-output': PC1_OUTPUT, finished: FINISHED };

/** The ways PC1 output went, such as `3→1`. */
function waysOf(outcome: Outcome): readonly string[] {
  return outcome.transfers
    .filter(({ cargo }) => cargo === 'pc1-output')
    .map(({ from, to }) => `${from.at(-1) ?? ''}→${to.at(-1) ?? ''}`)
    .sort();
}

describe('the guide’s three workers', () => {
  const grouped = simulate(guideFarm(), HARDWARE, settings({ sectors: 60 }));
  const open = simulate(withoutGroups(guideFarm()), HARDWARE, settings({ sectors: 60 }));

  it('keep PC1 output in its group, and bring that of the third to the first', () => {
    expect(waysOf(grouped)).toEqual(['3→1']);
    expect(grouped.finished).toBe(60);
  });

  it('carry it everywhere without groups', () => {
    expect(waysOf(open)).toEqual(['1→2', '2→1', '3→1', '3→2']);
    expect(open.finished).toBe(60);
  });

  it.each<[string, Outcome]>([
    ['with groups', grouped],
    ['without', open],
  ])('carry for each sector what its files are large: %s', (_, { transfers, bytesBetweenMachines }) => {
    for (const { cargo, sectors, bytes } of transfers) expect(bytes).toBe(sectors * BYTES[cargo]);
    const bytes = transfers.map((transfer) => transfer.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
    expect(bytesBetweenMachines).toBe(bytes.reduce((sum, one) => sum + one, 0));
  });

  it('bring every finished sector to the miner, once', () => {
    expect(modelOf(guideFarm(), HARDWARE).minerStores).toBe(true);
    const finished = grouped.transfers.filter(({ cargo }) => cargo === 'finished');
    expect(finished.reduce((sum, { sectors }) => sum + sectors, 0)).toBe(60);
    expect(new Set(finished.map(({ to }) => to))).toEqual(new Set(['lotus-miner']));
  });
});
