import { describe, expect, it } from 'vitest';
import { check, hosts, words } from './farm-text.js';

const at = (listen: string, name = 'w1'): string => `${name}: { tasks: [C2], listen: '${listen}' }`;
const miner = (api: string, text: string): string => text.replace('/ip4/10.0.0.10', api);
/** Another address for the first host. */
const host = (address: string, text: string): string => text.replace('10.0.0.1,', `${address},`);
const local = (text: string): string => text.replace('10.0.0.1,', '10.0.0.1, ssh: { transport: local },');

describe('listen addresses', () => {
  check('SF284', [
    ['loopback, with another machine', hosts(at('127.0.0.1:1'), 'w2: {}'), "error 7 '127.0.0.1:1'"],
    ['loopback of IPv6', hosts(at('[::1]:1'), 'w2: {}'), "error 7 '[::1]:1'"],
    ['loopback, with the miner elsewhere', hosts(at('127.0.0.1:1')), "error 7 '127.0.0.1:1'"],
    ['an address of its own', hosts(at('10.0.0.1:1'), 'w2: {}')],
    ['loopback, with the miner on the same machine', miner('/ip4/10.0.0.1', hosts(at('127.0.0.1:1')))],
    ['loopback, with the miner on loopback', miner('/ip4/127.0.0.1', hosts(at('127.0.0.1:1')))],
    ['loopback, with a miner that is known by name', miner('/dns/miner', hosts(at('127.0.0.1:1')))],
    ['loopback, on this machine', local(hosts(at('127.0.0.1:1')))],
    ['loopback, beside a machine without workers', miner('/ip4/10.0.0.1', hosts(at('127.0.0.1:1'), ''))],
    [
      'all on loopback, to try things out',
      miner(
        '/ip4/127.0.0.10',
        host('127.0.0.1', hosts(at('127.0.0.1:1'), 'w2: {}').replace('10.0.0.2', '127.0.0.2')),
      ),
    ],
  ]);

  it('names the address to write', () => {
    expect(words('SF284', hosts(at('127.0.0.1:3456')))).toEqual([
      "'w1' listens on '127.0.0.1:3456', which no other machine reaches",
      'Write the address under which others reach h1: listen: 10.0.0.1:3456.',
    ]);
  });
});

describe('the miner', () => {
  const two = hosts('w1: {}', 'w2: {}');
  check('SF244', [
    [
      'on loopback, with two machines',
      miner('/ip4/127.0.0.1', two),
      'warning 4 /ip4/127.0.0.1/tcp/2345/http',
    ],
    ['by the name of it', miner('/dns/localhost', two), 'warning 4 /dns/localhost/tcp/2345/http'],
    ['on loopback, with one', miner('/ip4/127.0.0.1', hosts('w1: {}', ''))],
    ['elsewhere', two],
  ]);
});

describe('the address of the API', () => {
  const key = (written: string): string =>
    hosts('w1: {}').replace('miner: { ', `miner: { host: h1, ${written}, `);
  check('SF245', [
    ['is public', miner('/ip4/8.8.8.8', hosts('w1: {}')), 'warning 4 /ip4/8.8.8.8/tcp/2345/http'],
    ['is public in IPv6', miner('/ip6/2a00::1', hosts('w1: {}')), 'warning 4 /ip6/2a00::1/tcp/2345/http'],
    ['is a name', miner('/dns/miner', hosts('w1: {}'))],
    ['is private', hosts('w1: {}')],
    [
      'it listens on is public',
      key('listen: /ip4/172.32.0.1/tcp/2345/http'),
      'warning 4 /ip4/172.32.0.1/tcp/2345/http',
    ],
    ['it listens on is any', key('listen: /ip4/0.0.0.0/tcp/2345/http')],
    ['it names to others is public', key("remoteListen: '100.128.0.1:2345'"), "warning 4 '100.128.0.1:2345'"],
    ['it names to others is of the provider', key("remoteListen: '100.127.0.1:2345'")],
  ]);
});
