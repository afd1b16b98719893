import { describe, expect, it } from 'vitest';
import { pastDurations } from '../../src/cli/past-durations.js';
import { failure, success } from '../../src/diagnostic/result.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { SectorStatus } from '../../src/rpc/miner-api.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { inPlace } from '../support/observation.js';

const storage = [aStorage({ path: '/mnt/store', seal: false, store: true })];
const { miner } = inPlace(aFarm({ hosts: [aHost({ workers: [aWorker({ storage })] })] }));
const [store = ''] = [...miner.storage.keys()];
const sectors = [7, 8, 9].map((Number) => ({ Miner: 1000, Number, SectorFileType: FILE_TYPES.sealed }));
const SEEN = { ...miner, sectors: new Map([[store, sectors]]) };
const HOUR = 3600;

function log(hours: number): SectorStatus['Log'] {
  return [
    { Kind: 'event;sealing.SectorTicket', Timestamp: HOUR },
    { Kind: 'event;sealing.SectorPreCommit1', Timestamp: (1 + hours) * HOUR },
  ];
}

/** @param logs what the miner tells of each sector; of others it fails */
function asking(logs: ReadonlyMap<number, SectorStatus['Log']>) {
  const asked: number[] = [];
  const durations = pastDurations({
    sectorsStatus: (SectorID) => {
      asked.push(SectorID);
      if (!logs.has(SectorID))
        return Promise.resolve(failure({ code: 'SF411', severity: 'error', message: 'x' }));
      const Log = logs.get(SectorID);
      return Promise.resolve(success({ SectorID, State: 'Proving', ...(Log === undefined ? {} : { Log }) }));
    },
  });
  return { durations, asked };
}

describe('what works took before', () => {
  it('is told by the logs that the miner has, whatever it says of other sectors', async () => {
    const { durations } = asking(new Map([[7, log(3)], [8, null]])); // prettier-ignore
    expect(await durations(SEEN)).toEqual(new Map([['PC1', [3 * HOUR * 1000]]]));
  });

  it('is asked for once, however many ask', async () => {
    const { durations, asked } = asking(new Map([[9, log(3)]])); // prettier-ignore
    await Promise.all([durations(SEEN), durations(SEEN)]);
    await durations(SEEN);
    expect(asked).toEqual([9, 8, 7]);
  });

  it('is asked for again where the miner told of no sector, and not where it has told nothing that helps', async () => {
    const logs = new Map<number, SectorStatus['Log']>();
    const { durations, asked } = asking(logs);
    expect(await durations({ ...SEEN, sectors: new Map() })).toEqual(new Map());
    expect(await durations(SEEN)).toEqual(new Map());
    logs.set(9, null);
    expect(await durations(SEEN)).toEqual(new Map());
    logs.set(9, log(3));
    expect((await durations(SEEN)).size).toBe(0);
    expect(asked).toHaveLength(6);
  });
});
