import { describe, expect, it } from 'vitest';
import { checkLive } from '../../../src/check/live-checks.js';
import type { Farm } from '../../../src/farm/farm.js';
import { newSectorStore, settingsFrom } from '../../../src/lotus/sectorstore.js';
import type { PlaceFacts } from '../../../src/observed/facts.js';
import { aFarm, aHost, aStorage, aWorker } from '../../support/farm.js';
import {
  aPlace,
  aRoom,
  healthy,
  liveCodes,
  theFinding,
  withFacts,
  withMiner,
  type Seen,
} from '../../support/facts.js';
import { changePath, changeWorker, file, idOf, stopped } from '../../support/observation.js';
import { SEAL } from '../../support/plan.js';

const PATHS = ['/mnt/a', '/mnt/b'];

/** Two hosts with a worker and a path each. */
function twoHosts(): Farm {
  return aFarm({
    hosts: PATHS.map((path, index) =>
      aHost({
        name: `host-${index + 1}`,
        address: `10.0.0.1${index + 1}`,
        workers: [
          aWorker({
            name: `worker-${index + 1}`,
            listen: { host: `10.0.0.1${index + 1}`, port: 3456 },
            storage: [aStorage({ path })],
          }),
        ],
      }),
    ),
  });
}

/** The two paths as their hosts see them. */
function seenAs(...places: readonly Partial<PlaceFacts>[]): Seen {
  return places.reduce(
    (seen, place, index) =>
      withFacts(seen, `host-${index + 1}`, () => {
        const path = PATHS[index] ?? '';
        return { places: new Map([[path, aPlace(path, place)]]) };
      }),
    healthy(twoHosts()),
  );
}

function nfs(source: string, mount: string, physicalPath: string): Partial<PlaceFacts> {
  return { room: aRoom({ source, mount }), physicalPath, type: 'nfs', identity: '52:1' };
}

/** Both paths have the ID of the first. */
function withOneId(seen: Seen): Seen {
  const store = newSectorStore(idOf('host-1', '/mnt/a'), settingsFrom({ Weight: 10, CanSeal: true }));
  const halted = changeWorker(seen.observation, 'worker-2', stopped);
  return {
    ...seen,
    observation: changeWorker(halted, 'worker-2', changePath('/mnt/b', { sectorStore: file(store) })),
  };
}

describe('two paths', () => {
  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['are on disks of their own', seenAs({}, {})],
    ['are the same number on two machines', seenAs({ identity: '66304:2' }, { identity: '66304:2' })],
    [
      'are one export',
      seenAs(nfs('nas:/store', '/mnt/a', '/mnt/a'), nfs('nas:/store/', '/mnt/b', '/mnt/b')),
      'SF531 error',
      'SF531 error',
      'SF532 warning',
    ],
    [
      'are one folder, mounted at different heights',
      seenAs(nfs('nas:/store/x', '/mnt/a', '/mnt/a'), nfs('nas:/store', '/mnt', '/mnt/x')),
      'SF531 error',
      'SF531 error',
    ],
    [
      'are folders of one export',
      seenAs(nfs('nas:/store', '/mnt', '/mnt/a'), nfs('nas:/store', '/mnt', '/mnt/b')),
      'SF532 warning',
    ],
    [
      'are exports of their own',
      seenAs(nfs('nas:/store-1', '/mnt/a', '/mnt/a'), nfs('nas:/store-2', '/mnt/b', '/mnt/b')),
    ],
    [
      'are one Windows share',
      seenAs(nfs('//nas/store', '/mnt', '/mnt/a'), nfs('//nas/store', '/mnt', '/mnt/b')),
      'SF532 warning',
    ],
    [
      'are not there yet',
      seenAs(
        { ...nfs('nas:/store', '/mnt', '/mnt'), exists: false },
        { ...nfs('nas:/store', '/mnt', '/mnt'), exists: false },
      ),
    ],
    [
      'are one export under one ID, which the plan says',
      withOneId(seenAs(nfs('nas:/store', '/mnt/a', '/mnt/a'), nfs('nas:/store', '/mnt/b', '/mnt/b'))),
      'SF532 warning',
    ],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('are told with each other', () => {
    const seen = seenAs(nfs('nas:/store', '/mnt/a', '/mnt/a'), nfs('nas:/store', '/mnt/b', '/mnt/b'));
    expect(checkLive(seen).map(({ message, place }) => [message, place])).toEqual([
      [
        'this is the same folder as /mnt/b on host-2, and has another ID there',
        { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/mnt/a' },
      ],
      [
        'this is the same folder as /mnt/a on host-1, and has another ID there',
        { kind: 'host', host: 'host-2', worker: 'worker-2', path: '/mnt/b' },
      ],
      [
        '2 workers have storage paths on nas:/store: worker-1, worker-2',
        { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/mnt/a' },
      ],
    ]);
  });
});

/** The second path is not attached yet, nor has it a sectorstore.json. */
function withoutOwnId(seen: Seen): Seen {
  const halted = changeWorker(seen.observation, 'worker-2', stopped);
  const absent = { sectorStore: { state: 'absent' } } as const;
  return { ...seen, observation: changeWorker(halted, 'worker-2', changePath('/mnt/b', absent)) };
}

it('is named by its worker where it has no ID yet', () => {
  const seen = seenAs(nfs('nas:/store', '/mnt/a', '/mnt/a'), nfs('nas:/store', '/mnt/b', '/mnt/b'));
  expect(checkLive(withoutOwnId(seen)).map(({ message }) => message)).toContain(
    'this is the same folder as /mnt/b on host-2, which is a path of worker-2 there',
  );
});

describe('two paths of one host', () => {
  const farm = aFarm({
    hosts: [aHost({ workers: [aWorker({ storage: PATHS.map((path) => aStorage({ path })) })] })],
  });

  it.each<[what: string, identity: string, ...said: string[]]>([
    ['are one folder by a link', '66304:1', 'SF531 error', 'SF531 error'],
    ['are two folders', '66304:2'],
  ])('%s', (_, identity, ...said) => {
    const places = new Map([
      ['/mnt/a', aPlace('/mnt/a', { identity: '66304:1' })],
      ['/mnt/b', aPlace('/mnt/b', { identity })],
    ]);
    expect(liveCodes(withFacts(healthy(farm), 'host-1', () => ({ places })))).toEqual(said);
  });
});

describe('a path in the index', () => {
  const ID = idOf('host-1', SEAL);
  function servedAt(...URLs: readonly string[]): Seen {
    const seen = healthy();
    const { storage } = seen.observation.miner;
    const info = storage.get(ID)?.info;
    if (info === undefined) throw new Error('not indexed');
    return withMiner(seen, { storage: new Map([...storage, [ID, { info: { ...info, URLs } }]]) });
  }

  it('is the worker’s and the miner’s at once', () => {
    const seen = servedAt('http://10.0.0.11:3456/remote', 'http://10.0.0.10:2345/remote');
    expect(theFinding(seen)).toMatchObject({
      code: 'SF531',
      severity: 'error',
      message: 'the miner has attached this path too',
      place: { host: 'host-1', worker: 'worker-1', path: SEAL },
    });
  });

  it('is at the port of a miner known by name', () => {
    const seen = servedAt('http://10.0.0.11:3456/remote', 'http://10.0.0.10:2345/remote');
    const miner = { ...seen.farm.miner, address: { host: 'miner.example', port: 2345 } };
    expect(theFinding({ ...seen, farm: { ...seen.farm, miner } }).code).toBe('SF531');
  });

  it('is the worker’s alone', () => {
    expect(liveCodes(servedAt('http://10.0.0.11:3456/remote'))).toEqual([]);
  });
});
