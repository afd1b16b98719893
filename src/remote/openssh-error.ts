import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { copyTheKey, unreached, type Trouble } from './connect-error.js';
import type { Endpoint } from './endpoint.js';
import { changedKey, revokedKey, unknownKey, unreadRevocations, whoShows } from './host-key-refusal.js';
import type { NotLoggedIn } from './openssh-login.js';
import { answersNoMore, endpoint } from './remote-error.js';

/** What to tell a person about an `ssh` that ended without a login, by all that was said. */
export function explainOpenssh({ words, wayWords }: NotLoggedIn, host: Endpoint): Diagnostic {
  return (
    hostKeyRefusal(words, host) ??
    loginRefusal(words, host) ??
    configRefusal(words, host) ??
    unreached(wayWords.trim() === '' ? troubleOf(words) : { message: lastLine(wayWords) }, host)
  );
}

function hostKeyRefusal(text: string, host: Endpoint): Diagnostic | undefined {
  const [file = ''] = host.hostKeys.files;
  const revoked = revocation(text, host);
  if (revoked !== undefined) return revoked;
  if (text.includes('HOST IDENTIFICATION HAS CHANGED'))
    return changedKey(host, file, changedWords(text, host));
  if (text.includes('no matching host key type found')) {
    const words = `${whoShows(host)} has no host key of a type that ssh takes: ${lastLine(text)}`;
    return changedKey(host, file, words);
  }
  const unknown = /^No (\S+) host key is known for /m.exec(text);
  if (unknown !== null) return unknownKey(host, file, `${a(unknown[1])} host key${ofCertificate(text)}`);
  // Such as a certificate that no longer holds and a plain key that nobody knows.
  return text.includes('Host key verification failed')
    ? unknownKey(host, file, `a host key that ssh refuses${ofCertificate(text)}`)
    : undefined;
}

/** By known_hosts, or by the list of RevokedHostKeys. */
function revocation(text: string, host: Endpoint): Diagnostic | undefined {
  const marked = /^The (\S+) host key for \S+ is marked as revoked/m.exec(text);
  if (marked !== null || text.includes('REVOKED HOST KEY'))
    return revokedKey(host, `${a(marked?.[1])} host key, which is revoked`);
  const [, type = '', print = '', list] = /Host key (\S+) (\S+) revoked by file (.+?)\s*$/m.exec(text) ?? [];
  if (list !== undefined)
    return revokedKey(host, `the host key ${print} (${type}), which is revoked (${list})`);
  const [, unread, why = ''] =
    /Error checking host key \S+ \S+ in revoked keys file (.+): (.+?)\s*$/m.exec(text) ?? [];
  return unread === undefined ? undefined : unreadRevocations(host, unread, why);
}

/** `an ED25519`, `a RSA` */
function a(type: string | undefined): string {
  return type === undefined ? 'a' : `${/^[AE]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** ssh tells apart a key that nobody knows and a certificate that does not hold by a line of its own before. */
function ofCertificate(text: string): string {
  const why = /^(?:error: )?(Certificate (?:invalid|does not).*|No matching CA found.*)$/m.exec(text)?.[1];
  return why === undefined ? '' : ` (${why})`;
}

function changedWords(text: string, host: Endpoint): string {
  const [, shown] = /key sent by the remote host is\s+(SHA256:\S+?)\.?\s/m.exec(text) ?? [];
  const [, at] = /^Offending .*key in (.+:\d+)\s*$/m.exec(text) ?? [];
  return (
    `${whoShows(host)} shows another host key than the known one` +
    (at === undefined ? '' : `: expected that of ${at}`) +
    (shown === undefined ? '' : `${at === undefined ? ':' : ','} got ${shown}`) +
    '; this may be an attack'
  );
}

function loginRefusal(text: string, host: Endpoint): Diagnostic | undefined {
  const tooMany = /too many authentication failures/i.test(text);
  const [, methods] = /Permission denied(?: \(([^)]*)\))?/.exec(text) ?? [];
  if (!tooMany && !text.includes('Permission denied (')) return undefined;
  const unusable = unusableKey(text);
  return {
    code: unusable === undefined ? 'SF403' : 'SF409',
    severity: 'error',
    message:
      `${host.name} (${endpoint(host.address, host.port)}) does not let ${host.user} in with what \`ssh\` has` +
      (tooMany
        ? '; it hung up after too many keys (MaxAuthTries of its sshd)'
        : ` (the host takes ${methods ?? 'nothing'})`) +
      (unusable === undefined ? '' : `: ${unusable}`),
    place: { kind: 'host', host: host.host },
    help: tooMany
      ? 'Name the right private key file as ssh.identityFile; then only that key is tried.'
      : unusable === undefined
        ? `${copyTheKey(host)}; \`ssh -v\` says which keys are tried.`
        : 'Make the private key file readable for you alone (chmod 600), or name another one as ssh.identityFile.',
  };
}

/** What ssh says of a key file before it goes on without it. */
function unusableKey(text: string): string | undefined {
  const line =
    /^(?:Load key ".*": (?!Permission denied \().*|no such identity: .*|sign_and_send_pubkey: .*)$/m.exec(
      text,
    )?.[0];
  return line?.trim();
}

function configRefusal(text: string, host: Endpoint): Diagnostic | undefined {
  const line =
    /^.*(?:[Bb]ad configuration option|command-line: line \d+|keyword .* extra arguments).*$/m.exec(
      text,
    )?.[0];
  if (line === undefined) return undefined;
  return {
    code: 'SF415',
    severity: 'error',
    message: `How to reach ${host.name} cannot be told: ${line.trim()}`,
    place: { kind: 'host', host: host.host },
    help: 'Correct ssh_config (~/.ssh/config and /etc/ssh/ssh_config); `ssh -G HOST` says what it comes to.',
  };
}

const TROUBLES: readonly (readonly [RegExp, Trouble])[] = [
  [/Could not resolve hostname/, { message: '', code: 'ENOTFOUND' }],
  [/Connection refused/, { message: '', code: 'ECONNREFUSED' }],
  [/No route to host|Network is unreachable/, { message: '', code: 'EHOSTUNREACH' }],
  [/timed out|timeout/i, { message: '', level: 'client-timeout' }],
  // Before a login sshd says nothing else than its greeting.
  [
    /kex_exchange_identification: (?:Connection closed|read: Connection reset)/,
    { message: 'Connection lost before handshake' },
  ],
];

function troubleOf(text: string): Trouble {
  const known = TROUBLES.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  return { message: lastLine(text) };
}

/** The last thing said but for the line that only says that it is over. */
export function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const meaningful = lines.filter(
    (line) => !/^Connection closed by UNKNOWN|^kex_exchange_identification: Connection closed/.test(line),
  );
  return meaningful.at(-1) ?? lines.at(-1) ?? 'ssh ended and said nothing';
}

/** Why a connection that stood is gone, by what its master has logged. */
export function whyLost(log: string, { keepAlive }: Pick<Endpoint, 'keepAlive'>): string {
  if (/^Timeout, server .* not responding/m.test(log)) return answersNoMore(keepAlive);
  return 'the host closed it';
}

/** Why a master's host made no connection (`-W`), by what the master has logged since: the last reason it gave. */
export function whyNotForwarded(log: string): { readonly why: string; readonly forbidden: boolean } {
  const [, reason = 'connection refused'] =
    [...log.matchAll(/^channel \d+: open failed: (.*?)\s*$/gm)].at(-1) ?? [];
  return { why: reason, forbidden: /administratively prohibited/.test(log) };
}
