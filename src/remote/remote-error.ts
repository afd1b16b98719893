import { constants } from 'node:os';
import type { Endpoint } from './endpoint.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';

/** 2 minutes */
export const EXEC_TIMEOUT_MS = 120_000;

/** How long a script that is told to end may take before it is left alone. Milliseconds. */
export const STOP_MS = 5000;

/** Of a script that ended because it was told to: 128 + SIGTERM. */
export const STOPPED_STATUS = 143;

/** Of what a script without end says on standard error. */
export const MOST_STREAM_ERRORS = 64 * 2 ** 10;

export function connectionLost(host: string, why: string): Diagnostic {
  return {
    code: 'SF405',
    severity: 'error',
    message: `The connection to ${host} is gone: ${why}`,
    place: { kind: 'host', host },
    help: 'Look whether the host and its network are up, then run the command again: it goes on from where things stand.',
  };
}

export function channelRefused(host: string, why: string): Diagnostic {
  return {
    code: 'SF414',
    severity: 'error',
    message: `${host} does not run the script: ${why}`,
    place: { kind: 'host', host },
    help: "Look at sshd's log on the host: MaxSessions, ForceCommand and the user's login shell can be the reason.",
  };
}

export function scriptTimedOut(host: string, timeoutMs: number): Diagnostic {
  return {
    code: 'SF406',
    severity: 'error',
    message: `A script on ${host} did not end within ${timeoutMs / 1000} s; parts of it may still be running there`,
    place: { kind: 'host', host },
    help: 'Look at the host: a file system that does not answer and a very high load are the usual reasons.',
  };
}

export function tooMuchOutput(host: string, most: number): Diagnostic {
  return {
    code: 'SF406',
    severity: 'error',
    message: `A script on ${host} was cut off: it printed more than ${Math.round(most / 2 ** 20)} MiB`,
    place: { kind: 'host', host },
    help: 'Look at the host for files far larger than sealfarm reads, such as a log in place of a configuration file.',
  };
}

/** What SSH gives as the reason: RFC 4254, section 5.1. */
export function isForbidden(error: Error & { readonly reason?: unknown }): boolean {
  return error.reason === 1;
}

export function forwardsNothing(host: string): Diagnostic {
  return {
    code: 'SF417',
    severity: 'note',
    message: 'sshd forwards no connections: Lotus is asked through bash or nc on the host',
    place: { kind: 'host', host },
    help: "Allow it in the host's sshd configuration, if it may be: AllowTcpForwarding local.",
  };
}

export function dialRefused(
  from: string,
  host: string,
  port: number,
  error: Error & { readonly code?: unknown },
): Diagnostic {
  // Node's error about several addresses of one name has no message.
  const why = error.message === '' ? String(error.code) : error.message;
  const message = `${from} cannot connect to ${endpoint(host, port)}: ${why}`;
  if (NO_WAY.test(why)) return noWay(from, message);
  return {
    code: 'SF407',
    severity: 'error',
    message,
    place: { kind: 'host', host: from },
    help: 'Look whether the worker or miner runs and listens on exactly this address.',
  };
}

/** What sshd, the system or its resolver say where not even a refusal came back. */
const NO_WAY =
  /no route|unreachable|timed out|not known|temporary failure|no address|\bE(?:HOSTUNREACH|NETUNREACH|TIMEDOUT|NOTFOUND|AI_AGAIN)\b/i;

function noWay(from: string, message: string): Diagnostic {
  return {
    code: 'SF419',
    severity: 'error',
    message,
    place: { kind: 'host', host: from },
    help: 'Look whether the address is right and no firewall drops the connection.',
  };
}

export function dialTimedOut(from: string, host: string, port: number, timeoutMs: number): Diagnostic {
  return noWay(from, `${from} got no connection to ${endpoint(host, port)} within ${timeoutMs / 1000} s`);
}

/** As a shell counts it: 128 + the signal's number. */
export function signalStatus(signal: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal ?? ''] ?? 0);
}

/** `10.0.0.1:22`, `[fd00::1]:22` */
export function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** By its keep-alives, of which the last that is missed is given its time as well. */
export function answersNoMore({ intervalMs, misses }: Endpoint['keepAlive']): string {
  return `the host no longer answers: nothing came from it for ${(intervalMs * (misses + 1)) / 1000} s`;
}

/** Why a connection of ssh2 ended, by its own words. */
export function saidBySsh2(message: string, keepAlive: Endpoint['keepAlive']): string {
  return message === 'Keepalive timeout' ? answersNoMore(keepAlive) : message;
}
