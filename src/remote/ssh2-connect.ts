import { connect } from 'node:net';
import { Client, type ClientErrorExtensions, type ConnectConfig, type KexAlgorithm } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { explainConnectError, type ConnectError } from './connect-error.js';
import type { ConnectContext } from './context.js';
import { readHostKeyCheck, type HostKeyCheck } from './host-key.js';
import { findIdentities, type Identities } from './identities.js';
import type { Remote } from './remote.js';
import { MOST_OUTPUT_BYTES } from './output-collector.js';
import { Ssh2Remote } from './ssh2-remote.js';

/** What tests turn down, so as not to wait. */
export interface Ssh2Tuning {
  /** How often an idle connection is asked whether it is alive; three misses end it. Milliseconds. */
  readonly keepAliveMs: number;
  /** bytes a script may print */
  readonly mostOutput: number;
}

const TUNING: Ssh2Tuning = { keepAliveMs: 15_000, mostOutput: MOST_OUTPUT_BYTES };

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
  host: Host,
  context: ConnectContext,
  tuning: Ssh2Tuning = TUNING,
): Promise<Result<Remote>> {
  const hostKey = await readHostKeyCheck(host, context);
  if (!hostKey.ok) return hostKey;
  const identities = await findIdentities(host, context, host.ssh.connectTimeoutMs);
  if (!identities.ok) return identities;
  return logIn(host, hostKey.value, identities.value, tuning);
}

function logIn(
  host: Host,
  hostKey: HostKeyCheck,
  identities: Identities,
  tuning: Ssh2Tuning,
): Promise<Result<Remote>> {
  // A socket of our own: ssh2 destroys its one only while it is writable, which leaves half-closed ones open.
  const socket = connect({ host: host.address, port: host.ssh.port, noDelay: true });
  const client = new Client();
  let refusal: Diagnostic | undefined;
  const verify = (key: Buffer): boolean => {
    refusal = hostKey.refusal(key);
    return refusal === undefined;
  };
  return new Promise((resolve) => {
    const fail = (error: ConnectError): void => {
      resolve(failure(refusal ?? explainConnectError(error, host, hostKey, identities)));
      socket.destroy();
    };
    // These stay for as long as the client lives: ssh2 emits errors after its end, too.
    client.on('error', (error) => {
      if (!isPassing(error)) fail(error);
    });
    let keysExchanged = false;
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
      resolve(success(new Ssh2Remote(host, client, socket, tuning.mostOutput)));
    });
    client.connect({ ...settings(host, hostKey, identities, tuning), sock: socket, hostVerifier: verify });
  });
}

function settings(
  host: Host,
  hostKey: HostKeyCheck,
  identities: Identities,
  tuning: Ssh2Tuning,
): ConnectConfig {
  return {
    username: host.ssh.user,
    authHandler: [...identities.methods],
    // Counts from the start of the TCP connection, name look-up included, to the end of authentication.
    readyTimeout: host.ssh.connectTimeoutMs,
    keepaliveInterval: tuning.keepAliveMs,
    keepaliveCountMax: 3,
    algorithms: { kex: [...KEX], serverHostKey: hostKey.algorithms() },
  };
}

/** One key could not be used, ssh2 says so and goes on with the next. */
function isPassing(error: Error & ClientErrorExtensions): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data with key');
}
