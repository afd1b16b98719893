import type { SocketAddress } from './farm.js';

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** An IP address in its one canonical form; undefined for anything else. */
export function canonicalIp(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  if (!text.includes(':') || !/^[0-9A-Fa-f:.]+$/.test(text)) return undefined;
  const url = `http://[${text}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** Whether a text is a name DNS could know. All digits and dots is a mistyped IP address. */
export function isHostName(text: string): boolean {
  if (text.length > 253 || /^[0-9.]+$/.test(text)) return false;
  return text.split('.').every((label) => LABEL.test(label));
}

/** A TCP port, 1–65535, without leading zeros. */
export function parsePort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= 65_535 ? port : undefined;
}

/** `10.0.0.11:3456` or `[2001:db8::11]:3456`. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const [, bracketed, plain, portText = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  const host = canonicalIp(bracketed ?? plain ?? '');
  const port = parsePort(portText);
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** The same, where a name of DNS may stand in place of the IP address. */
export function parseEndpoint(text: string): SocketAddress | undefined {
  const [host = '', portText = '', ...rest] = text.split(':');
  const port = parsePort(portText);
  const named = rest.length === 0 && port !== undefined && isHostName(host) ? { host, port } : undefined;
  return parseSocketAddress(text) ?? named;
}

/** As `parseSocketAddress` reads it. */
export function formatSocketAddress({ host, port }: SocketAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether an address means all of a machine's addresses, and so none that others could connect to. */
export function isWildcard({ host }: SocketAddress): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Whether an IP address is of the machine alone that it is said on: others have one that reads the same. */
export function isLoopback(ip: string): boolean {
  return /^127\.|^::1$|^::ffff:7f/.test(ip);
}

/** IPv4 that the internet does not carry: private, of a provider's own network, loopback, link-local, examples, reserved. RFC 6890 */
const UNROUTED =
  /^(?:0|10|127|2(?:2[4-9]|[3-5]\d))\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.168\.|^192\.0\.[02]\.|^198\.1[89]\.|^198\.51\.100\.|^203\.0\.113\.|^169\.254\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

/** Whether it is an IP address that the internet carries: whoever is out there may come to it. */
export function isPublicIp(host: string): boolean {
  const ip = canonicalIp(host);
  if (ip === undefined) return false;
  return ip.includes(':') ? /^[23]/.test(ip) && !ip.startsWith('2001:db8:') : !UNROUTED.test(ip);
}
