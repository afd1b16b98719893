import { describe, expect, it } from 'vitest';
import type { StorageInfo } from '../../../src/lotus/api.js';
import { GiB, healthy, liveCodes, theFinding, withMiner, type Seen } from '../../support/facts.js';

// 1× for the sealed file and 0.1× for the cache: 1.1 × 32 GiB, without the fraction of a byte.
const ONE = Math.floor(1.1 * 32 * GiB);

interface Store {
  readonly info?: Partial<StorageInfo>;
  /** bytes; absent for a path that does not answer */
  readonly free?: number;
}

/** With these paths beside those of the workers, which only seal. */
function stores(...given: readonly Store[]): Seen {
  const seen = healthy();
  const known = seen.observation.miner.storage.get('miner-store');
  if (known?.stat === undefined) throw new Error('not indexed');
  const { stat } = known;
  const sealing = [...seen.observation.miner.storage].filter(([, { info }]) => !info.CanStore);
  const paths = given.map(({ info, free }, index) => {
    const path = { info: { ...known.info, ...info, ID: `store-${index}` } };
    return [
      path.info.ID,
      free === undefined ? path : { ...path, stat: { ...stat, Available: free } },
    ] as const;
  });
  return withMiner(seen, { storage: new Map([...sealing, ...paths]) });
}

describe('long-term storage', () => {
  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['is there', healthy()],
    ['is not there', stores({ info: { CanStore: false }, free: ONE }), 'SF540 error'],
    ['has a weight of 0', stores({ info: { Weight: 0 }, free: ONE })],
    ['is not in an empty index', withMiner(healthy(), { storage: new Map() }), 'SF540 error'],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });
});

describe('room for one more finished sector', () => {
  const wide = { AllowTypes: ['sealed', 'cache', 'unsealed'] };
  const unsealedOnly = { AllowTypes: ['unsealed'] };
  const cacheOnly = { AllowTypes: ['cache'] };
  const noCache = { DenyTypes: ['cache'] };

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['is just there', stores({ free: ONE })],
    ['is not quite there', stores({ free: ONE - 1 }), 'SF549 warning'],
    ['on one path is enough', stores({ free: 0 }, { free: ONE })],
    ['is on no path', stores({ free: 0 }, { free: ONE - 1 }), 'SF549 warning'],
    ['where it allows both files', stores({ free: 0 }, { info: wide, free: ONE })],
    [
      'does not count where sealed files are not allowed',
      stores({ free: 0 }, { info: unsealedOnly, free: ONE }),
      'SF549 warning',
    ],
    [
      'does not count where the cache is denied',
      stores({ free: 0 }, { info: noCache, free: ONE }),
      'SF549 warning',
    ],
    [
      'of a path that only seals does not count',
      stores({ free: 0 }, { info: { CanStore: false }, free: ONE }),
      'SF549 warning',
    ],
    [
      'on one path for each file counts',
      stores({ free: 0 }, { info: noCache, free: ONE }, { info: cacheOnly, free: ONE }),
    ],
    ['is not known of the one that answers nothing', stores({})],
    ['is not there beside one that answers nothing', stores({ free: 0 }, {}), 'SF549 warning'],
    ['is not asked of a path that keeps unsealed files alone', stores({ info: unsealedOnly, free: 0 })],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is that of the farm’s own sector size', () => {
    const seen = stores({ free: ONE });
    expect(liveCodes({ ...seen, farm: { ...seen.farm, sectorSize: '64GiB' } })).toContain('SF549 warning');
  });

  it('is told in numbers, with the paths that do not answer', () => {
    const words =
      'no long-term storage has room for one more sector: it takes 35.2 GiB, the most that is free is 20 GiB';
    expect(theFinding(stores({ free: 20 * GiB }, { free: 0 })).message).toBe(words);
    expect(theFinding(stores({ free: 20 * GiB }, {})).message).toBe(`${words}; 1 more path does not answer`);
    expect(theFinding(stores({ free: 20 * GiB }, {}, {})).message).toBe(
      `${words}; 2 more paths do not answer`,
    );
  });
});
