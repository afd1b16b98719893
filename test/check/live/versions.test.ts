import { describe, expect, it } from 'vitest';
import { guideFarm } from '../../support/farm.js';
import {
  healthy,
  liveCodes,
  theFinding,
  withMiner,
  withWorkerFacts,
  type Seen,
} from '../../support/facts.js';

/** 1.7.0, as 3 × 8 bits. */
const V170 = 0x010700;
const V160 = 0x010600;
const V171 = 0x010701;

/** The guide's three workers with these versions; those named are registered. */
function versions(numbers: readonly number[], registered: readonly string[], miner = true): Seen {
  const seen = healthy(guideFarm());
  const names = numbers.map((number, index) => [`worker-${index + 1}`, number] as const);
  const workers = [...seen.observation.miner.workers].filter(([, { Info }]) =>
    registered.includes(Info.Hostname),
  );
  const own = miner ? { miner: '1.36.2+mainnet' } : {};
  return { ...withMiner(seen, { workers: new Map(workers) }), versions: { ...own, workers: new Map(names) } };
}

const ALL = ['worker-1', 'worker-2', 'worker-3'];

describe('versions', () => {
  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['are all the same', versions([V170, V170, V170], ALL)],
    ['are not known', versions([], ALL)],
    ['are the same, and nobody is registered', versions([V170, V170, V170], [])],
    ['differ in what the miner minds', versions([V170, V170, V160], ['worker-1', 'worker-2']), 'SF524 error'],
    [
      'are those of the only worker that is taken',
      versions([V160, V170, V170], ['worker-1']),
      'SF524 error',
      'SF524 error',
    ],
    ['differ in the last number', versions([V170, V170, V171], ALL), 'SF524 warning'],
    [
      'differ in the last number, and one is not taken',
      versions([V170, V170, V171], ALL.slice(0, 2)),
      'SF524 warning',
    ],
    ['differ, and all are taken', versions([V170, V170, V160], ALL), 'SF524 warning'],
    ['differ, and none is taken', versions([V170, V170, V160], []), 'SF524 error'],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('are told as numbers, with the program that the miner is', () => {
    const seen = versions([V170, V170, V160], ['worker-1', 'worker-2']);
    expect(theFinding(seen)).toMatchObject({
      message: 'the miner does not take this worker: it has the worker API 1.6.0, the other workers 1.7.0',
      place: { kind: 'host', host: 'host-3', worker: 'worker-3' },
      help: expect.stringContaining('1.36.2+mainnet') as string,
    });
    expect(theFinding(versions([V170, V170, V160], ['worker-1', 'worker-2'], false)).help).not.toContain('(');
  });
});

describe('the program', () => {
  const of = (version: string | undefined, miner?: string): Seen => ({
    ...withWorkerFacts(healthy(), version === undefined ? {} : { version }),
    versions: { ...(miner === undefined ? {} : { miner }), workers: new Map() },
  });

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['is that of the miner', of('1.36.2+mainnet+git.8a722b5', '1.36.2+mainnet+git.8a722b5')],
    ['is another build of it', of('1.36.2+mainnet+git.1111111', 'v1.36.2+mainnet')],
    ['is older', of('1.35.0+mainnet', '1.36.2+mainnet'), 'SF524 warning'],
    ['is a candidate of it', of('1.36.2-rc1+mainnet', '1.36.2+mainnet'), 'SF524 warning'],
    ['tells no version', of(undefined, '1.36.2+mainnet')],
    ['has a miner that tells none', of('1.35.0+mainnet')],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it.each<[version: string, severity: string]>([
    ['1.35.0+mainnet', 'error'],
    ['1.36.1+mainnet', 'warning'],
  ])('is of %s, and the miner has not taken the worker that runs', (version, severity) => {
    const seen = of(version, '1.36.2+mainnet');
    const left = withMiner(seen, { workers: new Map() });
    expect(liveCodes({ ...left, versions: seen.versions })).toEqual([`SF524 ${severity}`]);
  });

  it('is told with both versions', () => {
    expect(theFinding(of('1.35.0+mainnet+git.8a722b5', '1.36.2+mainnet'))).toMatchObject({
      message: 'this program is lotus-worker 1.35.0, and the miner runs 1.36.2',
      place: { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/usr/local/bin/lotus-worker' },
    });
  });
});
