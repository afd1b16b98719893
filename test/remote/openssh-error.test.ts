import { describe, expect, it } from 'vitest';
import { explainOpenssh, whyLost } from '../../src/remote/openssh-error.js';
import { endpointOf, parseSshOptions } from '../../src/remote/ssh-config.js';

const AROUND = { homeDir: '/home/ops', localUser: 'ops', localId: 1000, localHost: 'desk' };
const HOST = endpointOf(
  { host: 'host-1', name: 'host-1', address: '10.0.0.1', wishes: {} },
  parseSshOptions('userknownhostsfile /k\n'),
  AROUND,
);
const PRINT = 'SHA256:j5IPf7RtoRzLbuPcFi35knX/4/ZIBL4m5tjclSEOQek';

/** Words of OpenSSH 8.4 to 9.9, as it logs them. */
const SAID: readonly (readonly [what: string, words: string, code: string, message: RegExp])[] = [
  [
    'an unknown host',
    'No ED25519 host key is known for 10.0.0.1 and you have requested strict checking.\nHost key verification failed.\n',
    'SF401',
    /has an ED25519 host key, which is not in \/k$/,
  ],
  [
    'a host that fails in an unknown way',
    'Host key verification failed.\n',
    'SF401',
    /a host key that ssh refuses/,
  ],
  [
    'a certificate that does not hold',
    'Certificate invalid: expired\nNo ECDSA-CERT host key is known for 10.0.0.1 and you have requested strict checking.\nHost key verification failed.\n',
    'SF401',
    /an ECDSA-CERT host key \(Certificate invalid: expired\)/,
  ],
  [
    'a changed key',
    `@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@\nThe fingerprint for the ED25519 key sent by the remote host is\n${PRINT}.\nOffending ECDSA key in /k:3\nHost key verification failed.\n`,
    'SF402',
    new RegExp(`expected that of /k:3, got ${PRINT.replaceAll('/', '\\/')}; this may be an attack$`),
  ],
  [
    'a key revoked in known_hosts',
    '@       WARNING: REVOKED HOST KEY DETECTED!               @\nThe RSA host key for 10.0.0.1 is marked as revoked.\n',
    'SF402',
    /shows a RSA host key, which is revoked; this may be an attack$/,
  ],
  [
    'a key revoked by a list',
    `Host key ED25519 ${PRINT} revoked by file /etc/ssh/revoked\nHost key verification failed.\n`,
    'SF402',
    /the host key SHA256:\S+ \(ED25519\), which is revoked \(\/etc\/ssh\/revoked\); this may be an attack$/,
  ],
  [
    'a list of revoked keys that is not there',
    `Error checking host key ED25519 ${PRINT} in revoked keys file /r: No such file or directory\nHost key verification failed.\n`,
    'SF408',
    /\/r cannot be read, so host-1 is not trusted: No such file or directory$/,
  ],
  [
    'no host key of a type that is taken',
    'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-dss\n',
    'SF402',
    /has no host key of a type that ssh takes: .*ssh-dss$/,
  ],
  [
    'a wrong option',
    '/home/ops/.ssh/config: line 3: Bad configuration option: hosst\n/home/ops/.ssh/config: terminating, 1 bad configuration options\n',
    'SF415',
    /Bad configuration option: hosst$/,
  ],
  [
    'a wrong value',
    'command-line: line 0: Bad number.\n',
    'SF415',
    /cannot be told: command-line: line 0: Bad number\.$/,
  ],
  [
    'words too many',
    '/c line 2: keyword hostname extra arguments at end of line\n',
    'SF415',
    /extra arguments at end of line$/,
  ],
  [
    'no key that is let in',
    'ops@10.0.0.1: Permission denied (publickey,password).\n',
    'SF403',
    /\(the host takes publickey,password\)$/,
  ],
  [
    'too many keys',
    'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\n',
    'SF403',
    /hung up after too many keys/,
  ],
  [
    'a key file that others can read',
    'Load key "/k/a": bad permissions\nops@10.0.0.1: Permission denied (publickey).\n',
    'SF409',
    /Load key "\/k\/a": bad permissions$/,
  ],
  [
    'a name that nobody knows',
    'ssh: Could not resolve hostname seal: Name or service not known\n',
    'SF404',
    /the name 10\.0\.0\.1 is not known$/,
  ],
  [
    'a port where nothing listens',
    'ssh: connect to host 10.0.0.1 port 22: Connection refused\n',
    'SF404',
    /connection refused$/,
  ],
  [
    'no way there',
    'ssh: connect to host 10.0.0.1 port 22: No route to host\n',
    'SF404',
    /it cannot be reached$/,
  ],
  [
    'no network',
    'ssh: connect to host 10.0.0.1 port 22: Network is unreachable\n',
    'SF404',
    /it cannot be reached$/,
  ],
  [
    'silence',
    'ssh: connect to host 10.0.0.1 port 22: Connection timed out\n',
    'SF404',
    /no login within 10 s$/,
  ],
  [
    'no greeting',
    'kex_exchange_identification: Connection closed by remote host\nConnection closed by 10.0.0.1 port 22\n',
    'SF404',
    /closed before a greeting$/,
  ],
  ['what nobody has seen', 'first\nssh: the sky fell\n', 'SF404', /: ssh: the sky fell$/],
  ['nothing', '', 'SF404', /: ssh ended and said nothing$/],
];

describe('what ssh says', () => {
  it.each(SAID)('of %s', (_, words, code, message) => {
    const { message: said, ...found } = explainOpenssh({ words, wayWords: '' }, HOST);
    expect(found).toMatchObject({ code, severity: 'error', place: { kind: 'host', host: 'host-1' } });
    expect(said).toMatch(message);
  });

  it('counts less than what the command says that leads there', () => {
    const { message } = explainOpenssh({ words: 'Connection refused', wayWords: 'nc: no proxy\n' }, HOST);
    expect(message).toMatch(/: nc: no proxy$/);
  });
});

describe('a connection is gone because', () => {
  it.each([
    [
      'Timeout, server 10.0.0.1 not responding.\r\n',
      'the host no longer answers: nothing came from it for 60 s',
    ],
    ['Connection to 10.0.0.1 closed by remote host.\r\n', 'the host closed it'],
    ['client_loop: send disconnect: Broken pipe\r\n', 'the host closed it'],
    ['', 'the host closed it'],
  ])('%j', (log, why) => {
    expect(whyLost(log, HOST)).toBe(why);
  });
});
