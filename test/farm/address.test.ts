import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIp, formatSocketAddress, isHostName, parseSocketAddress } from '../../src/farm/address.js';
import { parseMinerAddress } from '../../src/farm/miner-address.js';

describe('IP addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::1', '::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ])('%s is %s', (written, canonical) => {
    expect(canonicalIp(written)).toBe(canonical);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0.1',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.1.',
    '10.0.0.1 ',
    'a',
    '::g',
    ':',
    '1:2',
    '::1%eth0',
    '[::1]',
  ])('%j is none', (written) => {
    expect(canonicalIp(written)).toBeUndefined();
  });
});

describe('names', () => {
  it.each(['host', 'a.b-c.example', 'node_1', 'x1'])('%s is a name', (name) => {
    expect(isHostName(name)).toBe(true);
  });

  it.each([
    '',
    '-a',
    'a-',
    'a..b',
    'a.',
    '10.0.0',
    'a b',
    'ü',
    'a:22',
    'a/b',
    'a'.repeat(64),
    'a.'.repeat(127) + 'aa',
  ])('%s is none', (name) => {
    expect(isHostName(name)).toBe(false);
  });
});

describe('socket addresses', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (ip, port) => {
        const host = canonicalIp(ip) ?? '';
        expect(parseSocketAddress(formatSocketAddress({ host, port }))).toEqual({ host, port });
      }),
    );
  });

  it.each([
    '',
    ':',
    '10.0.0.1',
    '10.0.0.1:',
    '10.0.0.1:0',
    '10.0.0.1:65536',
    '10.0.0.1:080',
    '::1:3456',
    '[::1]',
    '[::1',
    'a:1',
  ])('%j is none', (written) => {
    expect(parseSocketAddress(written)).toBeUndefined();
  });
});

describe("the miner's address", () => {
  it.each([
    ['/ip4/10.0.0.10/tcp/2345/http', { host: '10.0.0.10', port: 2345 }],
    ['/ip6/2001:db8::1/tcp/2345/http', { host: '2001:db8::1', port: 2345 }],
    ['/dns/miner-1/tcp/1/http', { host: 'miner-1', port: 1 }],
    ['/dns4/m.example/tcp/65535/http', { host: 'm.example', port: 65_535 }],
    ['/dns6/m.example/tcp/65535/http', { host: 'm.example', port: 65_535 }],
  ])('%s', (written, address) => {
    expect(parseMinerAddress(written)).toEqual({ ok: true, address });
  });

  it.each([
    ['', 'host'],
    ['10.0.0.10:2345', 'form'],
    ['/ip4/10.0.0.10/tcp/2345/http/', 'form'],
    ['/ip4/::1/tcp/2345/http', 'host'],
    ['/ip6/10.0.0.1/tcp/2345/http', 'host'],
    ['/dns/10.0.0/tcp/2345/http', 'host'],
    ['/unix/a/tcp/2345/http', 'host'],
    ['/ip4/10.0.0.10/udp/2345/http', 'tcp'],
    ['/ip4/10.0.0.10/tcp/65536/http', 'tcp'],
    ['/ip4/10.0.0.10/tcp/2345', '/http'],
    ['/ip4/10.0.0.10/tcp/2345/https', '/http'],
    ['/ip4/10.0.0.10/tcp/2345/ws', '/http'],
  ])('%s is none', (written, why) => {
    const parsed = parseMinerAddress(written);
    expect(parsed.ok ? '' : parsed.problem).toContain(why);
  });
});
