import { Client, type ClientErrorExtensions, type ConnectConfig, type KexAlgorithm } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { explainConnectError, unreached, type ConnectError } from './connect-error.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import { unreadRevocations } from './host-key-refusal.js';
import { readHostKeyCheck, type HostKeyCheck } from './host-key.js';
import { findIdentities, type Identities } from './identities.js';
import { openSocket, type Way } from './open-socket.js';
import { lastLine } from './openssh-error.js';
import type { Remote } from './remote.js';
import { MOST_OUTPUT_BYTES } from './output-collector.js';
import { Ssh2Remote } from './ssh2-remote.js';

export interface Ssh2Tuning {
  /** bytes a script may print */
  readonly mostOutput?: number;
  /** Channels at a time; as many as sshd allows sessions, unless all of them are forwarded connections. */
  readonly mostChannels?: number;
  /** How long they may all be taken without one becoming free. Milliseconds. */
  readonly patienceMs?: number;
}

/** Group exchange costs seconds of CPU for each connection, nistp521 is slow as well; every sshd has others. */
const KEX: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];

/** Connects and logs in. Fails with SF401–SF404, SF408 or SF409. */
export async function connectSsh2(
  endpoint: Endpoint,
  context: ConnectContext,
  tuning: Ssh2Tuning = {},
): Promise<Result<Remote>> {
  const revoked = endpoint.beyondSsh2.find(({ need }) => need === 'list of revoked host keys');
  if (revoked !== undefined)
    return failure(unreadRevocations(endpoint, `(${revoked.shownBy})`, 'ssh2 knows no such lists'));
  const hostKey = await readHostKeyCheck(endpoint, context.files);
  if (!hostKey.ok) return hostKey;
  const identities = await findIdentities(endpoint, context.files, context.keyRing);
  if (!identities.ok) return identities;
  const way = await openSocket(endpoint, context);
  if (!way.ok) return way;
  return logIn(endpoint, { hostKey: hostKey.value, identities: identities.value, way: way.value }, tuning);
}

interface LogIn {
  readonly hostKey: HostKeyCheck;
  readonly identities: Identities;
  readonly way: Way;
}

function logIn(endpoint: Endpoint, means: LogIn, tuning: Ssh2Tuning): Promise<Result<Remote>> {
  const { hostKey, identities, way } = means;
  const { socket } = way;
  const client = new Client();
  let refusal: Diagnostic | undefined;
  const verify = (key: Buffer): boolean => {
    refusal = hostKey.refusal(key);
    return refusal === undefined;
  };
  let keysExchanged = false;
  const explain = async (error: ConnectError): Promise<Diagnostic> => {
    if (refusal !== undefined) return refusal;
    const said = keysExchanged ? '' : (await way.lastWords()).trim();
    if (said !== '') return unreached({ message: lastLine(said) }, endpoint);
    return explainConnectError(error, endpoint, hostKey, identities);
  };
  return new Promise((resolve) => {
    const fail = (error: ConnectError): void => {
      socket.destroy();
      void explain(error).then((diagnostic) => {
        resolve(failure(diagnostic));
      });
    };
    // These stay for as long as the client lives: ssh2 emits errors after its end, too.
    client.on('error', (error) => {
      if (!isPassing(error)) fail(error);
    });
    client.once('handshake', () => {
      keysExchanged = true;
    });
    client.on('close', () => {
      const error: ConnectError = new Error('the host closed the connection');
      // sshd hangs up where it has seen enough wrong keys.
      if (keysExchanged) error.level = 'client-authentication';
      fail(error);
    });
    client.once('ready', () => {
      const remote = new Ssh2Remote(endpoint, client, socket, { mostOutput: MOST_OUTPUT_BYTES, ...tuning });
      void hostKey.remember().then(() => {
        resolve(success(remote));
      });
    });
    client.connect({ ...settings(endpoint, hostKey, identities), sock: socket, hostVerifier: verify });
  });
}

function settings(endpoint: Endpoint, hostKey: HostKeyCheck, identities: Identities): ConnectConfig {
  return {
    username: endpoint.user,
    authHandler: [...identities.methods],
    // Counts from the start of the TCP connection, name look-up included, to the end of authentication.
    readyTimeout: endpoint.connectTimeoutMs,
    keepaliveInterval: endpoint.keepAlive.intervalMs,
    keepaliveCountMax: endpoint.keepAlive.misses,
    algorithms: { kex: [...KEX], serverHostKey: hostKey.algorithms() },
  };
}

/** One key could not be used, ssh2 says so and goes on with the next. */
function isPassing(error: Error & ClientErrorExtensions): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data with key');
}
