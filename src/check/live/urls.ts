import { canonicalIp, formatSocketAddress } from '../../farm/address.js';
import type { Farm } from '../../farm/farm.js';

/** `10.0.0.11:3456` of `http://10.0.0.11:3456/remote`; the text itself where it is no URL. */
export function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Whether an address means the machine of whoever reads it: `127.0.0.1`, `::1` or `localhost`. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127\.(?:\d+\.){2}\d+$/.test(name);
}

/** Whether the miner of the file listens there. What IP address a name stands for nobody knows here, so its port must do. */
export function isMiners(address: string, { miner }: Farm): boolean {
  if (address === formatSocketAddress(miner.address)) return true;
  return canonicalIp(miner.address.host) === undefined && address.endsWith(`:${miner.address.port}`);
}
