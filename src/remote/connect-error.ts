import type { ClientErrorExtensions } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { shellWord } from './context.js';
import type { Endpoint } from './endpoint.js';
import type { HostKeyCheck } from './host-key.js';
import type { Identities } from './identities.js';
import { endpoint } from './remote-error.js';

/** What ssh2 reports: `level` says where it happened, `code` is a system error's name or a number of the protocol. */
export type ConnectError = Error & ClientErrorExtensions & { readonly code?: unknown };

/** What of an error says why there is no connection. */
export type Trouble = Pick<ConnectError, 'level' | 'code' | 'message'>;

/** What to tell a person about an attempt to connect that failed. */
export function explainConnectError(
  error: ConnectError,
  host: Endpoint,
  hostKey: HostKeyCheck,
  identities: Identities,
): Diagnostic {
  if (error.message.includes('no matching host key format')) {
    const refusal = hostKey.noKnownType();
    if (refusal !== undefined) return refusal;
  }
  const tooMany = /too many authentication failures/i.test(error.message);
  if (tooMany || error.level === 'client-authentication') {
    return loginRefused(host, identities, tooMany);
  }
  return unreached(error, host);
}

export function unreached(trouble: Trouble, host: Endpoint): Diagnostic {
  const { why, help } = cause(trouble, host);
  return {
    code: 'SF404',
    severity: 'error',
    message: `Cannot connect to ${host.name} (${endpoint(host.address, host.port)}): ${why}`,
    place: { kind: 'host', host: host.host },
    help,
  };
}

function loginRefused(host: Endpoint, identities: Identities, tooMany: boolean): Diagnostic {
  const leftOut = identities.leftOut.length;
  return {
    code: 'SF403',
    severity: 'error',
    message:
      `${host.name} (${endpoint(host.address, host.port)}) does not let ${host.user} in with ${identities.names.join(', ')}` +
      (tooMany ? '; it hung up after too many keys (MaxAuthTries of its sshd)' : '') +
      (leftOut === 0 ? '' : `; not tried, as sshd counts wrong keys: ${identities.leftOut.join(', ')}`),
    place: { kind: 'host', host: host.host },
    help:
      leftOut === 0 && !(tooMany && identities.names.length > 1)
        ? copyTheKey(host)
        : 'Name the right private key file as ssh.identityFile; then only that key is tried.',
  };
}

export function copyTheKey({ user, address, port }: Endpoint): string {
  return `Put the public key into the host's authorized_keys: ssh-copy-id -p ${port} ${shellWord(`${user}@${address}`)}`;
}

interface Cause {
  readonly why: string;
  readonly help: string;
}

const TRY_SSH = 'Look whether `ssh` to the host works from here.';

function cause(error: Trouble, host: Endpoint): Cause {
  if (error.level === 'client-timeout') {
    return {
      why: `no login within ${host.connectTimeoutMs / 1000} s`,
      help: 'Look whether the host is up and no firewall drops the connection; ssh.connectTimeout can be raised.',
    };
  }
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        why: 'connection refused',
        help: `Look whether sshd runs on the host and listens on port ${host.port}.`,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        why: `the name ${host.address} is not known`,
        help: "Correct the host's address, or look whether DNS works here.",
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return {
        why: 'it cannot be reached',
        help: 'Look whether the host is up and there is a route to it.',
      };
    default:
      break;
  }
  if (error.message === 'Connection lost before handshake') {
    return {
      why: 'the connection was closed before a greeting',
      help: "Look whether sshd is what listens there; a busy one drops connections (MaxStartups in sshd's configuration).",
    };
  }
  return { why: error.message === '' ? String(error.code) : error.message, help: TRY_SSH };
}
