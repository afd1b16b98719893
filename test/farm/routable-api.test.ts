import { describe, expect, it } from 'vitest';
import type { Farm } from '../../src/farm/farm.js';
import { routableApi } from '../../src/farm/routable-api.js';
import { aFarm, aHost } from '../support/farm.js';

const HOST = aHost({ name: 'miner-1', address: '10.0.0.10', workers: [] });

function farm(miner: Partial<Farm['miner']> = {}): Farm {
  return aFarm({ miner: { ...aFarm().miner, apiIsGuess: true, host: HOST, ...miner } });
}

describe('the address of the API', () => {
  it.each<[what: string, farm: Farm, printed: string | undefined, api: string]>([
    ['is the one that is printed', farm(), '/ip4/10.0.9.9/tcp/2346/http', '/ip4/10.0.9.9/tcp/2346/http'],
    [
      'is that of the machine for 0.0.0.0',
      farm(),
      '/ip4/0.0.0.0/tcp/2346/http',
      '/ip4/10.0.0.10/tcp/2346/http',
    ],
    [
      'is that of the machine for ::',
      farm({ host: { ...HOST, address: '2001:db8::10' } }),
      '/ip6/::/tcp/2346/http',
      '/ip6/2001:db8::10/tcp/2346/http',
    ],
    [
      'is one of http, which need not be said',
      farm(),
      '/ip4/10.0.9.9/tcp/2346',
      '/ip4/10.0.9.9/tcp/2346/http',
    ],
    [
      'is that of the machine, without a word of http',
      farm(),
      '/ip4/0.0.0.0/tcp/2346',
      '/ip4/10.0.0.10/tcp/2346/http',
    ],
    [
      'is the name of the machine for 0.0.0.0',
      farm({ host: { ...HOST, address: 'miner-1.example.org' } }),
      '/ip4/0.0.0.0/tcp/2345/http',
      '/dns/miner-1.example.org/tcp/2345/http',
    ],
    ['is as the file has it', aFarm(), '/ip4/127.0.0.1/tcp/1/http', '/ip4/10.0.0.10/tcp/2345/http'],
    ['is the likely one where nothing is printed', farm(), undefined, '/ip4/10.0.0.10/tcp/2345/http'],
    [
      'may be loopback where all workers are beside the miner',
      farm({ host: aHost() }),
      '/ip4/127.0.0.1/tcp/2345/http',
      '/ip4/127.0.0.1/tcp/2345/http',
    ],
    [
      'may be loopback where the machine of the miner is',
      farm({ host: { ...HOST, address: '127.0.0.11' } }),
      '/ip4/127.0.0.10/tcp/2345/http',
      '/ip4/127.0.0.10/tcp/2345/http',
    ],
  ])('%s', (_what, of, printed, api) => {
    expect(routableApi(of, printed)).toMatchObject({ ok: true, api });
  });

  it('leads nowhere from other machines where the miner listens on loopback', () => {
    expect(routableApi(farm(), '/ip4/127.0.0.1/tcp/2345/http')).toEqual({
      ok: false,
      problem:
        'listens on /ip4/127.0.0.1/tcp/2345/http alone, where workers on other machines find themselves',
    });
  });

  it.each([
    ['/ip6/::/tcp/2345/http', '10.0.0.10', 'IPv6'],
    ['/ip4/0.0.0.0/tcp/2345/http', '2001:db8::10', 'IPv4'],
  ])('is none where it listens on %s and the machine is %s', (printed, address, family) => {
    expect(routableApi(farm({ host: { ...HOST, address } }), printed)).toEqual({
      ok: false,
      problem: `listens on ${printed}, on ${family} alone, and its machine is reached by ${address}`,
    });
  });

  it('is none of a form that is not known', () => {
    expect(routableApi(farm(), '/unix/run/miner')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('prints an address that has no host of its kind') as string,
    });
  });
});
