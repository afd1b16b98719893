import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/remote/endpoint.js';
import {
  forwardTo,
  jumpCommand,
  jumpCommandByProgram,
  masterArguments,
  throughMaster,
  toHost,
} from '../../src/remote/openssh-arguments.js';
import { endpointFor, testHost } from '../support/ssh-farm.js';
import { SshdFarm } from '../support/sshd-farm.js';

const FILES = { socket: '/s', log: '/log', wayLog: '/way' };

let farm: SshdFarm;

beforeAll(async () => {
  farm = await SshdFarm.make();
});

afterEach(() => farm.clear());

afterAll(() => farm.keys.remove());

function endpoint(ssh = {}): Promise<Endpoint> {
  return endpointFor(
    testHost({ transport: 'openssh', user: 'ops', port: 2200, ...ssh }, 'seal-1'),
    farm.context,
  );
}

/** The values of `-o NAME=VALUE`, by name. */
function options(words: readonly string[]): ReadonlyMap<string, string> {
  const pairs = words.flatMap((word, at): [string, string][] => {
    if (words[at - 1] !== '-o') return [];
    const [name = '', ...value] = word.split('=');
    return [[name, value.join('=')]];
  });
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return new Map(pairs);
}

describe('a master', () => {
  test.each<[option: string, value: string, why: string]>([
    ['ControlPersist', '10', 'it ends by itself when sealfarm was killed'],
    ['BatchMode', 'yes', 'nobody is asked for a password or a passphrase'],
    ['StrictHostKeyChecking', 'yes', 'no host is taken at its word, whatever ssh_config says'],
    ['UpdateHostKeys', 'no', 'no host adds keys to known_hosts'],
    ['ConnectTimeout', '2', 'whole seconds, no fewer than asked for'],
    ['ConnectionAttempts', '1', 'a host that is down is not tried again and again'],
    ['ServerAliveInterval', '15', 'a host that is silent is noticed'],
    ['ServerAliveCountMax', '3', 'and given up'],
    ['ClearAllForwardings', 'yes', 'the ports of people are not opened'],
    ['Tunnel', 'no', 'nor their tunnels'],
    ['PermitLocalCommand', 'no', 'nothing runs here'],
    ['RemoteCommand', 'none', 'with one it would not begin'],
    ['LogLevel', 'INFO', 'with QUIET nobody hears why it ended'],
  ])('has %s=%s: %s', async (option, value) => {
    const words = masterArguments(await endpoint({ connectTimeoutMs: 1500 }), FILES);
    expect(options(words).get(option)).toBe(value);
  });

  test('has no agent and no X11 to lend, no terminal, and goes to the background', async () => {
    const words = masterArguments(await endpoint(), FILES);
    expect(words.slice(0, 10)).toEqual(['-M', '-N', '-f', '-T', '-a', '-x', '-S', '/s', '-E', '/log']);
    expect(words.slice(-6)).toEqual(['-l', 'ops', '-p', '2200', '--', 'seal-1']);
  });

  test('takes new host keys where ssh_config has accept-new', async () => {
    await farm.config('StrictHostKeyChecking accept-new');
    const words = masterArguments(await endpoint(), FILES);
    expect(options(words).get('StrictHostKeyChecking')).toBe('accept-new');
  });

  test('has the files of the farm and no others', async () => {
    const words = masterArguments(
      await endpoint({ identityFile: '/k/100% "mine"', knownHostsFile: '/k/known' }),
      FILES,
    );
    expect(Object.fromEntries(options(words))).toMatchObject({
      // `%` begins a token of ssh_config, and a blank ends a word.
      IdentityFile: '"/k/100%% \\"mine\\""',
      IdentitiesOnly: 'yes',
      UserKnownHostsFile: '/k/known',
      GlobalKnownHostsFile: 'none',
    });
  });

  test('has those of ssh_config where the farm names none', async () => {
    const named = ['IdentityFile', 'IdentitiesOnly', 'UserKnownHostsFile', 'GlobalKnownHostsFile'];
    const given = [...options(masterArguments(await endpoint(), FILES)).keys()];
    expect(given.filter((name) => named.includes(name))).toEqual([]);
    // No other way is asked for, either.
    expect(given).not.toContain('ProxyCommand');
  });

  test('hears what a ProxyCommand says, which goes on as it is', async () => {
    await farm.config('ProxyCommand nc -x %h %p', 'ProxyUseFdpass yes');
    expect(Object.fromEntries(options(masterArguments(await endpoint(), FILES)))).toMatchObject({
      ProxyCommand: "sh -c 'exec nc -x %h %p' 2>>/way",
      ProxyUseFdpass: 'no',
    });
  });

  test('goes through the connection to a jump host', async () => {
    const words = masterArguments(
      await endpoint(),
      FILES,
      jumpCommand('/jump', { address: 'fd00::1', port: 22 }),
    );
    expect(Object.fromEntries(options(words))).toMatchObject({
      ProxyCommand:
        "ssh -F none -T -S /jump -o ControlMaster=no -o ProxyCommand=false -o BatchMode=yes -W '[fd00::1]:22' -- sealfarm 2>>/way",
      ProxyUseFdpass: 'no',
    });
    expect(jumpCommandByProgram('/jump', { address: '10.0.0.1', port: 22 })).not.toMatch(/(?<!%)%(?!%)/);
  });
});

describe('a client', () => {
  test('goes through the socket, by no ssh_config', () => {
    expect(throughMaster('/s', '/c')).toEqual(
      ['-F', 'none', '-T', '-S', '/s', '-E', '/c', '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'BatchMode=yes'],
    ); // prettier-ignore
    expect(forwardTo('10.0.0.1', 80)).toEqual(['-W', '[10.0.0.1]:80', '--', 'sealfarm']);
    expect(toHost('true')).toEqual(['--', 'sealfarm', 'true']);
  });

  test('connects to nobody when the socket is gone', async () => {
    const sshd = await farm.sshd();
    const client = [
      '-o',
      'HostName=127.0.0.1',
      '-p',
      String(sshd.port),
      ...throughMaster(join(farm.keys.folder, 'gone')),
    ];
    await expect(promisify(execFile)('ssh', [...client, ...toHost('true')])).rejects.toThrow();
    expect(sshd.connections).toBe(0);
  });
});
