import { describe, expect, it } from 'vitest';
import type { WorkerResources } from '../../../src/lotus/api.js';
import { aFarm, aHost, aWorker } from '../../support/farm.js';
import { GiB, healthy, liveCodes, theFinding, withRegistered, type Seen } from '../../support/facts.js';

/** One worker that does C2 and more, registered with such a machine. */
function registered(change: Partial<WorkerResources>): Seen {
  const farm = aFarm({ hosts: [aHost({ workers: [aWorker({ tasks: ['PC2', 'C2', 'PR2'] })] })] });
  return withRegistered(healthy(farm), 'worker-1', { MemSwap: 0, MemSwapUsed: 0, MemUsed: 0, ...change });
}

describe('memory that is in use when a worker registers', () => {
  it.each<[what: string, change: Partial<WorkerResources>, ...said: string[]]>([
    ['leaves enough', { MemPhysical: 186 * GiB, MemUsed: 4 * GiB }],
    ['leaves a byte too little', { MemPhysical: 186 * GiB, MemUsed: 4 * GiB + 1 }, 'SF547 error'],
    [
      'leaves enough with swap',
      { MemPhysical: 128 * GiB, MemSwap: 60 * GiB, MemUsed: 3 * GiB, MemSwapUsed: 3 * GiB },
    ],
    [
      'counts with the swap in use',
      { MemPhysical: 128 * GiB, MemSwap: 60 * GiB, MemUsed: 3 * GiB, MemSwapUsed: 4 * GiB },
      'SF547 error',
    ],
    // Then the layout is at fault, and that is said of it.
    ['matters not where C2 would never fit', { MemPhysical: 181 * GiB, MemUsed: 4 * GiB }],
  ])('%s', (_, change, ...said) => {
    expect(liveCodes(registered(change))).toEqual(said);
  });

  it('is said with the tasks that it keeps away', () => {
    expect(theFinding(registered({ MemPhysical: 184 * GiB, MemUsed: 5 * GiB }))).toMatchObject({
      message:
        'Lotus gives it no C2 and PR2: C2 needs 182 GiB of RAM + swap, and when the worker registered 5 GiB were in use, which leaves 179 GiB',
      place: { kind: 'host', host: 'host-1', worker: 'worker-1' },
    });
  });
});
