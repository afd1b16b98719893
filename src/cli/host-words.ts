import type { WrittenSsh } from '../config/written.gen.js';
import { canonicalIp, isHostName, parsePort } from '../farm/address.js';

/** A host as a person names it to ssh. */
export interface HostWords {
  /** IP address, DNS name or alias of ssh_config. */
  readonly address: string;
  readonly ssh: Pick<WrittenSsh, 'user' | 'port'>;
}

/** `[user@]host[:port]`, an IPv6 address with a port in brackets; undefined for anything else. */
export function parseHostWords(text: string): HostWords | undefined {
  const [, user, rest = ''] = /^(?:([^@\s]+)@)?(\S+)$/.exec(text) ?? [];
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(rest) ?? [];
  const named = bracketed ?? plain ?? rest;
  const address = canonicalIp(named) ?? (isHostName(named) && bracketed === undefined ? named : undefined);
  const port = portText === undefined ? undefined : parsePort(portText);
  if (address === undefined || (portText !== undefined && port === undefined)) return undefined;
  return {
    address,
    ssh: { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) },
  };
}
