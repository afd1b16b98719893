import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  endpointOf,
  jumpHosts,
  parseJump,
  parseSshOptions,
  proxyCommand,
  sshArguments,
} from '../../src/remote/ssh-config.js';
import { expandTokens } from '../../src/remote/ssh-tokens.js';
import type { Endpoint, SshWishes } from '../../src/remote/endpoint.js';

/** What `ssh -G` says without any ssh_config, as far as it matters. */
const NOTHING_SAID = `user operator
hostname seal-1
port 22
identitiesonly no
stricthostkeychecking ask
serveralivecountmax 3
serveraliveinterval 0
gssapiauthentication yes
pubkeyauthentication true
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ecdsa
identityfile ~/.ssh/id_ecdsa_sk
identityfile ~/.ssh/id_ed25519
identityfile ~/.ssh/id_ed25519_sk
identityfile ~/.ssh/id_xmss
identityfile ~/.ssh/id_dsa
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/operator/.ssh/known_hosts /home/operator/.ssh/known_hosts2
connecttimeout none
`;

const AROUND = {
  homeDir: '/home/operator',
  localUser: 'operator',
  localId: 1000,
  localHost: 'desk.lan',
  agentSocket: '/run/agent',
  environment: { OTHER_AGENT: '/run/other' },
};

function endpoint(options: string, wishes: SshWishes = {}, around = AROUND): Endpoint {
  const wanted = { host: 'host-1', name: 'host-1', address: 'seal-1', wishes };
  return endpointOf(wanted, parseSshOptions(options), around);
}

/** The usual options with some of them in place of those of the same name. */
function saying(...lines: readonly string[]): string {
  const names = lines.map((line) => `${line.split(' ')[0] ?? ''} `);
  const kept = NOTHING_SAID.split('\n').filter((line) => !names.some((name) => line.startsWith(name)));
  return [...kept, ...lines].join('\n');
}

describe('an endpoint', () => {
  it('without ssh_config is as ssh has it', () => {
    expect(endpoint(NOTHING_SAID)).toEqual({
      host: 'host-1',
      name: 'host-1',
      address: 'seal-1',
      port: 22,
      user: 'operator',
      keys: {
        files: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `/home/operator/.ssh/${file}`),
        named: false,
        only: false,
        agentSocket: '/run/agent',
      },
      hostKeys: {
        files: [
          '/home/operator/.ssh/known_hosts',
          '/home/operator/.ssh/known_hosts2',
          '/etc/ssh/ssh_known_hosts',
          '/etc/ssh/ssh_known_hosts2',
        ],
        acceptNew: false,
        hashNames: false,
      },
      connectTimeoutMs: 10_000,
      keepAlive: { intervalMs: 15_000, misses: 3 },
      sudo: false,
      beyondSsh2: [],
      asked: { address: 'seal-1', wishes: {} },
    });
  });

  it('is the same where ssh itself cannot be asked', () => {
    const asked = endpoint(saying('userknownhostsfile ~/.ssh/known_hosts', 'globalknownhostsfile none'));
    expect(endpoint('')).toEqual(asked);
  });

  it.each<[what: string, line: string, expected: Partial<Endpoint>]>([
    ['its address', 'hostname 10.0.0.1', { address: '10.0.0.1' }],
    ['its port', 'port 2200', { port: 2200 }],
    ['its user', 'user filecoin', { user: 'filecoin' }],
    ['its time', 'connecttimeout 7', { connectTimeoutMs: 7000 }],
    ['its keep-alives', 'serveraliveinterval 20', { keepAlive: { intervalMs: 20_000, misses: 3 } }],
    ['its patience', 'serveralivecountmax 5', { keepAlive: { intervalMs: 15_000, misses: 5 } }],
    [
      'a certificate',
      'certificatefile ~/.ssh/a-cert.pub',
      { beyondSsh2: [{ need: 'certificate', shownBy: 'CertificateFile ~/.ssh/a-cert.pub' }] },
    ],
  ])('takes %s from ssh_config', (_, line, expected) => {
    expect(endpoint(saying(line))).toMatchObject(expected);
  });

  it.each<[what: string, wishes: SshWishes, expected: Partial<Endpoint>]>([
    ['port', { port: 22 }, { port: 22 }],
    ['user', { user: 'root' }, { user: 'root' }],
    ['time', { connectTimeoutMs: 1500 }, { connectTimeoutMs: 1500 }],
    ['sudo', { sudo: true }, { sudo: true }],
  ])('takes its %s from the farm first', (_, wishes, expected) => {
    expect(endpoint(saying('port 2200', 'user filecoin', 'connecttimeout 7'), wishes)).toMatchObject(
      expected,
    );
  });
});

describe('its keys', () => {
  it('are those that ssh_config names, with its tokens, and then those of the agent', () => {
    const { keys } = endpoint(
      saying('hostname 10.0.0.1', 'user fil', 'identityfile ~/.ssh/%r@%h', 'identityfile /k/%%'),
    );
    expect(keys).toEqual({
      files: ['/home/operator/.ssh/fil@10.0.0.1', '/k/%'],
      named: true,
      only: false,
      agentSocket: '/run/agent',
    });
  });

  const [RSA, ECDSA, ED25519] = ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `~/.ssh/${name}`);

  it.each<[what: string, written: readonly string[], names: readonly string[], named: boolean]>([
    ['one of the usual', [`${RSA}`], ['id_rsa'], true],
    ['two of the usual', [`${RSA}`, `${ED25519}`], ['id_rsa', 'id_ed25519'], true],
    ['a usual beside another', [`${ED25519}`, '~/.ssh/seal'], ['id_ed25519', 'seal'], true],
    [
      'the usual ones and another',
      [`${RSA}`, `${ECDSA}`, `${ED25519}`, '~/.ssh/seal'],
      ['id_rsa', 'id_ecdsa', 'id_ed25519', 'seal'],
      true,
    ],
    ['a usual one for security keys', [`${ED25519}_sk`], ['id_ed25519_sk'], true],
    ['none', ['none'], [], true],
    ['none and then one', ['none', `${RSA}`], ['id_rsa'], true],
    [
      'the list of an older ssh',
      [`${RSA}`, '~/.ssh/id_dsa', `${ECDSA}`, `${ED25519}`],
      ['id_ed25519', 'id_ecdsa', 'id_rsa'],
      false,
    ],
  ])('are, of %s', (_, written, names, named) => {
    const { keys } = endpoint(saying(...written.map((file) => `identityfile ${file}`)));
    const files = names.map((name) => `/home/operator/.ssh/${name}`);
    expect(keys).toMatchObject({ files, named });
  });

  it('are only those with IdentitiesOnly', () => {
    expect(endpoint(saying('identityfile /k/a', 'identitiesonly yes')).keys).toMatchObject({
      files: ['/k/a'],
      only: true,
    });
    expect(endpoint(saying('identitiesonly yes')).keys).toMatchObject({ named: false, only: true });
  });

  it('are the one the farm names alone', () => {
    const { keys } = endpoint(saying('identityfile /k/a'), { identityFile: '~/seal' });
    expect(keys).toMatchObject({ files: ['/home/operator/seal'], named: true, only: true });
  });

  it.each([
    ['none', undefined],
    ['SSH_AUTH_SOCK', '/run/agent'],
    ['/run/other', '/run/other'],
    ['~/.agent', '/home/operator/.agent'],
    ['/run/%u/%r', '/run/operator/operator'],
    ['$OTHER_AGENT', '/run/other'],
    ['${OTHER_AGENT}-%h', '/run/other-seal-1'],
    ['$NOWHERE', undefined],
  ])('come from the agent %s', (written, socket) => {
    expect(endpoint(saying(`identityagent ${written}`)).keys.agentSocket).toBe(socket);
  });

  it.each([
    ['~/.ssh/id_ed25519_sk', []],
    ['~/.ssh/token_sk', [{ need: 'security key', shownBy: 'IdentityFile ~/.ssh/token_sk' }]],
  ])('%s needs %j', (file, needs) => {
    // The usual names stand in the list of everybody.
    expect(endpoint(saying(`identityfile ${file}`)).beyondSsh2).toEqual(needs);
  });

  // Which of the two words is printed depends on the version.
  it.each(['false', 'no'])('are no use where only GSSAPI is allowed: %s', (word) => {
    const off = `pubkeyauthentication ${word}`;
    expect(endpoint(saying(off)).beyondSsh2).toMatchObject([{ need: 'GSSAPI' }]);
    expect(endpoint(saying(off, 'gssapiauthentication no')).beyondSsh2).toEqual([]);
  });
});

describe('its host keys', () => {
  it('lie in the file the farm names alone', () => {
    expect(endpoint(NOTHING_SAID, { knownHostsFile: '~/farm hosts' }).hostKeys.files).toEqual([
      '/home/operator/farm hosts',
    ]);
  });

  it.each<[file: string, needs: Endpoint['beyondSsh2']]>([
    ['none', []],
    ['/r', [{ need: 'list of revoked host keys', shownBy: 'RevokedHostKeys /r' }]],
  ])('with RevokedHostKeys %s need %j', (file, needs) => {
    expect(endpoint(saying(`revokedhostkeys ${file}`)).beyondSsh2).toEqual(needs);
  });

  it.each<[lines: readonly string[], files: readonly string[], acceptNew: boolean]>([
    [['userknownhostsfile none', 'globalknownhostsfile /g'], ['/g'], false],
    [['userknownhostsfile none', 'globalknownhostsfile none'], [], false],
    [['userknownhostsfile /u', 'globalknownhostsfile none'], ['/u'], true],
  ])('lie with %j in %j', (lines, files, acceptNew) => {
    // Nobody is taken at its word whom no file of the user's own would know the next time.
    const { hostKeys } = endpoint(saying('stricthostkeychecking accept-new', ...lines));
    expect(hostKeys).toMatchObject({ files, acceptNew });
  });

  it('are known by the alias', () => {
    expect(endpoint(saying('hostkeyalias bastion-key')).hostKeys.alias).toBe('bastion-key');
  });

  it.each([
    ['accept-new', true],
    ['ask', false],
    ['yes', false],
    // Whoever answers would be let in: not here.
    ['no', false],
    ['off', false],
  ])('with StrictHostKeyChecking %s', (written, acceptNew) => {
    expect(endpoint(saying(`stricthostkeychecking ${written}`)).hostKeys.acceptNew).toBe(acceptNew);
  });
});

it('knows all tokens of paths', () => {
  const tokens = ['%d', '%h', '%i', '%j', '%k', '%L', '%l', '%n', '%p', '%r', '%u', '%%', '%C'];
  const text = saying(
    `identityfile /k/${tokens.join(':')}`,
    'hostname 10.0.0.1', 'hostkeyalias alias', 'user fil', 'port 2200', 'proxyjump gate',
  ); // prettier-ignore
  const hash = createHash('sha1').update('desk.lan10.0.0.12200fil').digest('hex');
  expect(endpoint(text).keys.files).toEqual([
    `/k//home/operator:10.0.0.1:1000:gate:alias:desk:desk.lan:seal-1:2200:fil:operator:%:${hash}`,
  ]);
});

describe('ssh is asked', () => {
  it.each<[wishes: SshWishes, words: string]>([
    [{}, '-G -T -- seal-1'],
    [{ user: 'fil', port: 2200 }, '-G -T -l fil -p 2200 -- seal-1'],
    [{ jump: 'a,b' }, '-G -T -o ProxyJump=a,b -- seal-1'],
    [{ jump: 'none' }, '-G -T -o ProxyJump=none -o ProxyCommand=none -- seal-1'],
    // It has no say in what else of ssh_config holds.
    [{ identityFile: '~/k', knownHostsFile: '/k', connectTimeoutMs: 1, sudo: true }, '-G -T -- seal-1'],
  ])('with %j', (wishes, words) => {
    expect(sshArguments({ address: 'seal-1', wishes }).join(' ')).toBe(words);
  });

  test('with another file', () => {
    expect(sshArguments({ address: 'seal-1', wishes: {}, configFile: '/c' })).toEqual([
      '-G',
      '-T',
      '-F',
      '/c',
      '--',
      'seal-1',
    ]);
  });
});

describe('what lies between', () => {
  it.each<[line: string, expected: readonly string[]]>([
    ['proxyjump none', []],
    ['proxyjump bastion', ['bastion']],
    ['proxyjump a,me@b:2200', ['a', 'me@b:2200']],
    ['proxyjump gate-%n,%r@%h', ['gate-seal-1', 'operator@seal-1']],
    ['port 22', []],
  ])('%s', (line, expected) => {
    expect(jumpHosts(parseSshOptions(line), endpoint(NOTHING_SAID), 'seal-1')).toEqual(expected);
  });

  it.each([
    ['bastion', 'bastion', undefined, undefined],
    ['ops@bastion', 'bastion', 'ops', undefined],
    ['ops@10.0.0.1:2200', '10.0.0.1', 'ops', 2200],
    ['[fd00::1]:2200', 'fd00::1', undefined, 2200],
    ['ssh://ops@bastion:2200', 'bastion', 'ops', 2200],
    ['ssh://bastion/', 'bastion', undefined, undefined],
  ])('the jump host %s', (text, address, user, port) => {
    const found = parseJump(text);
    expect([found?.address, found?.wishes.user, found?.wishes.port]).toEqual([address, user, port]);
  });

  it.each(['', '@', 'a b', '-oProxyCommand=x', 'ops@-x', 'a:b', ':22'])('no jump host: %j', (text) => {
    expect(parseJump(text)).toBeUndefined();
  });

  it('may be a command', () => {
    const options = parseSshOptions(saying('proxycommand nc -x %n %h %p', 'hostname 10.0.0.1', 'port 2200'));
    expect(proxyCommand(options, endpoint(saying('hostname 10.0.0.1', 'port 2200')), 'seal-1')).toEqual({
      kind: 'command',
      command: 'nc -x seal-1 10.0.0.1 2200',
      written: 'nc -x %n %h %p',
    });
    expect(proxyCommand(parseSshOptions('proxycommand none'), endpoint(''), 'seal-1')).toBeUndefined();
  });

  it('keeps unknown tokens, and puts in no token twice', () => {
    expect(expandTokens('%h %x %%h %', { h: '%p', p: '22' })).toBe('%p %x %h %');
  });
});

it('reads whatever ssh prints', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(endpoint(text).host).toBe('host-1');
    }),
  );
});
