import { describe, expect, it } from 'vitest';
import { addressOf, isLoopback } from '../../../src/check/live/urls.js';
import type { Farm } from '../../../src/farm/farm.js';
import type { StorageInfo } from '../../../src/lotus/api.js';
import { aFarm, aHost, aWorker } from '../../support/farm.js';
import { healthy, liveCodes, theFinding, withMiner, type Seen } from '../../support/facts.js';
import { idOf, indexed } from '../../support/observation.js';
import { SEAL } from '../../support/plan.js';

const ID = idOf('host-1', SEAL);
const OWN = 'http://10.0.0.11:3456/remote';

/** With this path in the index, a new one or another entry for a known one. */
function listed(
  id: string,
  URLs: readonly string[],
  change: Partial<StorageInfo> = {},
  farm: Farm = aFarm(),
): Seen {
  const seen = healthy(farm);
  const { storage } = seen.observation.miner;
  const info = storage.get(id)?.info ?? storage.get(ID)?.info;
  if (info === undefined) throw new Error('not indexed');
  return withMiner(seen, {
    storage: new Map([...storage, [id, indexed({ ...info, ID: id, URLs, ...change })]]),
  });
}

describe('a path of the file', () => {
  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['has the URL of its worker', listed(ID, [OWN])],
    ['has no URL', listed(ID, [])],
    ['has an old URL beside it', listed(ID, ['http://10.0.0.99:3456/remote', OWN]), 'SF537 warning'],
    ['has an old port', listed(ID, ['http://10.0.0.11:3457/remote']), 'SF537 warning'],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is told with the address where nobody listens', () => {
    expect(theFinding(listed(ID, [OWN, 'http://10.0.0.99:3456/remote']))).toMatchObject({
      message: 'the index also names 10.0.0.99:3456 for this path, where nobody of the file listens',
      place: { host: 'host-1', worker: 'worker-1', path: SEAL },
    });
  });
});

describe('a loopback address', () => {
  const at = (host: string, listen: string, miner: string): Farm => ({
    ...aFarm({
      hosts: [aHost({ address: host, workers: [aWorker({ listen: { host: listen, port: 3456 } })] })],
    }),
    miner: { ...aFarm().miner, address: { host: miner, port: 2345 } },
  });
  const other = aHost({ name: 'host-2', address: '10.0.0.12', workers: [] });
  const alone = at('127.0.0.11', '127.0.0.11', '127.0.0.10');
  const loopback = { ...alone, hosts: [...alone.hosts, { ...other, address: '127.0.0.12' }] };
  const two = aFarm({ hosts: [...aFarm().hosts, other] });

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['of a worker', listed(ID, ['http://127.0.0.1:3456/remote']), 'SF538 error'],
    ['of a worker among several', listed(ID, ['http://[::1]:3456/remote'], {}, two), 'SF538 error'],
    ['of the miner', listed('miner-store', ['http://127.0.0.1:2345/remote']), 'SF538 error'],
    [
      'of a worker beside the miner, both on the one machine',
      listed(ID, ['http://127.0.0.1:3456/remote'], {}, at('10.0.0.11', '127.0.0.1', '127.0.0.1')),
    ],
    [
      'of a worker on the one machine, which the miner has by name',
      listed(ID, ['http://127.0.0.1:3456/remote'], {}, at('10.0.0.11', '127.0.0.1', '10.0.0.11')),
    ],
    ['of a farm on loopback', listed(ID, ['http://127.0.0.11:3456/remote'], {}, loopback)],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is told with what to set', () => {
    expect(theFinding(listed(ID, ['http://127.0.0.1:3456/remote']))).toMatchObject({
      place: { host: 'host-1', path: SEAL },
      help: expect.stringContaining('`listen`') as string,
    });
    expect(theFinding(listed('miner-store', ['http://127.0.0.1:2345/remote'])).help).toContain(
      'RemoteListenAddress',
    );
  });
});

describe('a path that nobody in the file has', () => {
  const named: Farm = {
    ...aFarm(),
    miner: { ...aFarm().miner, address: { host: 'miner.example', port: 2345 } },
  };

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['seals elsewhere', listed('other', ['http://10.0.0.99:3456/remote']), 'SF543 warning'],
    ['only stores', listed('other', ['http://10.0.0.99:3456/remote'], { CanSeal: false, CanStore: true })],
    ['is the miner’s', listed('other', ['http://10.0.0.10:2345/remote'])],
    ['is at the port of a miner known by name', listed('other', ['http://10.0.0.99:2345/remote'], {}, named)],
    [
      'is at another port than that of a miner known by name',
      listed('other', ['http://10.0.0.99:12345/remote'], {}, named),
      'SF543 warning',
    ],
    ['is at the address of a worker', listed('other', [OWN])],
    ['is nowhere', listed('other', [])],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is counted by address', () => {
    const seen = listed('one', ['http://10.0.0.99:3456/remote']);
    const info = seen.observation.miner.storage.get('one')?.info;
    if (info === undefined) throw new Error('not indexed');
    const storage = new Map([...seen.observation.miner.storage, ['two', indexed({ ...info, ID: 'two' })]]);
    expect(theFinding(withMiner(seen, { storage })).message).toBe(
      'the index has 2 sealing paths at 10.0.0.99:3456, where nobody of the file listens',
    );
  });
});

describe('addressOf', () => {
  it.each([
    ['http://10.0.0.11:3456/remote', '10.0.0.11:3456'],
    ['http://[2001:db8::11]:3456/remote', '[2001:db8::11]:3456'],
    ['nonsense', 'nonsense'],
  ])('%s', (url, address) => {
    expect(addressOf(url)).toBe(address);
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['[::1]', true],
    ['localhost', true],
    ['128.0.0.1', false],
    ['10.127.0.0', false],
    ['127.example.com', false],
  ])('%s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
