import { canonicalIp, isHostName, parsePort } from './address.js';
import type { SocketAddress } from './farm.js';

export type MinerAddress =
  | { readonly ok: true; readonly address: SocketAddress }
  /** What is wrong, as the end of a sentence. */
  | { readonly ok: false; readonly problem: string };

/** Reads `/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT/http`, the form a miner's API has, and says what is wrong with any other. */
export function parseMinerAddress(text: string): MinerAddress {
  const [start, family = '', hostText = '', transport, portText = '', application, ...rest] = text.split('/');
  if (start !== '' || rest.length > 0) return wrong('does not have the form /ip4/HOST/tcp/PORT/http');
  const host = hostOf(family, hostText);
  if (host === undefined) return wrong('has no host of its kind: /ip4/A.B.C.D, /ip6/ADDRESS or /dns/NAME');
  const port = parsePort(portText);
  if (transport !== 'tcp' || port === undefined) return wrong('has no /tcp/PORT with a port from 1 to 65535');
  if (application !== 'http') return wrong('must end in /http: other protocols are not spoken');
  return { ok: true, address: { host, port } };
}

/** The address that a miner has for itself, which need not say by what it speaks: it is http all the same. */
export function spoken(listens: string): string {
  return /\/tcp\/\d+$/.test(listens) ? `${listens}/http` : listens;
}

/** As `parseMinerAddress` reads it. */
export function minerMultiaddr({ host, port }: SocketAddress): string {
  const family = canonicalIp(host) === undefined ? 'dns' : host.includes(':') ? 'ip6' : 'ip4';
  return `/${family}/${host}/tcp/${port}/http`;
}

function hostOf(family: string, text: string): string | undefined {
  switch (family) {
    case 'ip4':
      return text.includes(':') ? undefined : canonicalIp(text);
    case 'ip6':
      return text.includes(':') ? canonicalIp(text) : undefined;
    case 'dns':
    case 'dns4':
    case 'dns6':
      return isHostName(text) ? text : undefined;
    default:
      return undefined;
  }
}

function wrong(problem: string): MinerAddress {
  return { ok: false, problem };
}
