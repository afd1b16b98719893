import { describe, expect, it } from 'vitest';
import { edited, farmOf, said, SAMPLE } from './sample.js';

const miner = (lines: string): string => edited(['  token: {', `  ${lines}\n  token: {`]);

it('the miner may forbid to finalize elsewhere', () => {
  expect(farmOf(SAMPLE).miner.disallowRemoteFinalize).toBe(false);
  const { disallowRemoteFinalize, config } = farmOf(miner('disallowRemoteFinalize: true')).miner;
  expect(disallowRemoteFinalize).toBe(true);
  expect(config).toBeUndefined();
});

it('without a host there is nothing to write', () => {
  const { host, config, repo, user } = farmOf(SAMPLE).miner;
  expect([host, config, repo, user]).toEqual([undefined, undefined, undefined, undefined]);
});

it.each(['h1', '10.0.0.1'])("has the farm's own host by %s", (host) => {
  const farm = farmOf(miner(`host: ${host}`));
  expect(farm.miner.host).toBe(farm.hosts[0]);
  expect(farm.miner.config).toEqual({});
});

it('has a machine of its own that is reached as others are', () => {
  const text = miner('host: miner-1').replace(
    'profiles:',
    'defaults: { ssh: { user: ops }, paths: { state: /srv } }\nprofiles:',
  );
  expect(farmOf(text).miner.host).toEqual({
    name: 'miner-1',
    address: 'miner-1',
    ssh: { user: 'ops' },
    paths: { config: '/etc/sealfarm', state: '/srv' },
    serviceManager: 'systemd',
    tags: [],
    workers: [],
    yaml: ['miner', 'host'],
  });
});

it('says what its config.toml shall say, and nothing of the rest', () => {
  const lines = [
    'host: h1',
    'repo: /lotus/',
    'user: lotus',
    'tasks: [AP, precommit1]',
    'listen: /ip4/10.0.0.10/tcp/2345/http',
    'remoteListen: 10.0.0.10:2345',
    'disallowRemoteFinalize: false',
  ];
  const { repo, user, config } = farmOf(miner(lines.join('\n  '))).miner;
  expect({ repo, user }).toEqual({ repo: '/lotus', user: 'lotus' });
  expect(config).toEqual({
    tasks: ['AP', 'PC1'],
    listen: '/ip4/10.0.0.10/tcp/2345/http',
    remoteListen: '10.0.0.10:2345',
    disallowRemoteFinalize: false,
  });
});

const FROM_MINER = / {2}api: .*\n {2}token: .*\n/;

describe('a miner that is asked for its token', () => {
  const asking = (more: string): string =>
    SAMPLE.replace(FROM_MINER, `  host: miner-1\n  token: { fromMiner: true }\n${more}`);

  it('need not have its address in the file: a likely one stands in', () => {
    const { token, api, address, apiIsGuess } = farmOf(asking('')).miner;
    expect({ token, api, address, apiIsGuess }).toEqual({
      token: { fromMiner: true },
      api: '/dns/miner-1/tcp/2345/http',
      address: { host: 'miner-1', port: 2345 },
      apiIsGuess: true,
    });
  });

  it('has the address that it names to others', () => {
    const { api, apiIsGuess } = farmOf(asking("  remoteListen: '[fd00::10]:2346'\n")).miner;
    expect([api, apiIsGuess]).toEqual(['/ip6/fd00::10/tcp/2346/http', undefined]);
  });

  it('has the address of the file', () => {
    const { api, apiIsGuess } = farmOf(asking('  api: /ip4/10.0.0.9/tcp/2345/http\n')).miner;
    expect([api, apiIsGuess]).toEqual(['/ip4/10.0.0.9/tcp/2345/http', undefined]);
  });

  it('has a machine', () => {
    expect(said(asking('').replace('  host: miner-1\n', ''))).toEqual([expect.stringMatching(/^SF227/)]);
  });

  it('is asked, or not', () => {
    expect(said(asking('').replace('true', 'false'))).toEqual([expect.stringMatching(/^SF115/)]);
  });
});

it('has an address where it is not asked', () => {
  expect(said(SAMPLE.replace(/ {2}api: .*\n/, ''))).toEqual([expect.stringMatching(/^SF113/)]);
});

it('needs no workers on its own machine', () => {
  const text = `${miner('host: m')}  m: { address: 10.0.0.10 }\n`;
  expect(said(text)).toEqual([]);
  expect(said(text.replace('host: m\n', 'host: h1\n'))).toEqual(['SF238 19:3']);
});
