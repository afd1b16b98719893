import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import { canonicalIp, formatSocketAddress, isPublicIp, parseEndpoint } from '../../farm/address.js';
import type { Farm, Host } from '../../farm/farm.js';
import { parseMinerAddress } from '../../farm/miner-address.js';
import type { Layout } from '../layout.js';

/** Other machines would come to themselves. */
export function* listenAddressesAreReached({ farm }: Layout): Generator<Finding> {
  if (isOneMachine(farm)) return;
  for (const host of farm.hosts) {
    for (const { name, listen, yaml } of host.workers) {
      if (!isLoopback(listen.host) || !othersConnect(farm, host)) continue;
      const message = `${quote(name)} listens on ${quote(formatSocketAddress(listen))}, which no other machine reaches`;
      const help = `Write the address under which others reach ${host.name}: listen: ${exampleFor(host, listen.port)}.`;
      yield finding('SF284', [...yaml, 'listen'], message, { help });
    }
  }
}

/** A miner on loopback can have workers on its own machine only. */
export function* minerIsReached({ farm }: Layout): Generator<Finding> {
  const { api, address } = farm.miner;
  const machines = farm.hosts.filter(({ workers }) => workers.length > 0);
  if (!isLoopback(address.host) || isOneMachine(farm) || machines.length < 2) return;
  const message = `${quote(api)} is the miner for one machine only, and ${machines.length} have workers`;
  const help = 'Write the address under which all of them reach it: /ip4/10.0.0.10/tcp/2345/http.';
  // Tunnels on every machine would make it right.
  yield finding('SF244', ['miner', 'api'], message, { severity: 'warning', help });
}

/** Every address under which the file has the API listen, or names it to others. */
export function* minerIsPrivate({ farm: { miner } }: Layout): Generator<Finding> {
  const { listen, remoteListen } = miner.config ?? {};
  const listens = listen === undefined ? undefined : parseMinerAddress(listen);
  const places = [
    ['api', miner.apiIsGuess === true ? undefined : miner.address.host],
    ['listen', listens?.ok === true ? listens.address.host : undefined],
    ['remoteListen', remoteListen === undefined ? undefined : parseEndpoint(remoteListen)?.host],
  ] as const;
  for (const [key, host] of places) {
    if (host === undefined || !isPublicIp(host)) continue;
    const message = `${quote(host)} is an address that the internet reaches`;
    const help = 'Use an address of the network of the farm, or a VPN between its machines.';
    yield finding('SF245', ['miner', key], message, { severity: 'warning', help });
  }
}

/** As a farm for trying out: whatever is said of loopback is true for all of it. */
function isOneMachine({ hosts, miner }: Farm): boolean {
  return [miner.address.host, ...hosts.map(({ address }) => address)].every(isLoopback);
}

function othersConnect({ hosts, miner }: Farm, here: Host): boolean {
  if (hosts.some((host) => host !== here && host.workers.length > 0)) return true;
  // Of a name nobody can tell whether it is this machine.
  const [one, other] = [canonicalIp(miner.address.host), canonicalIp(here.address)];
  if (one === undefined || other === undefined) return false;
  return !isLoopback(one) && here.ssh.transport !== 'local' && one !== other;
}

function isLoopback(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$|^::1$|^::ffff:7f[0-9a-f]{2}:/.test(address) || /^localhost$/i.test(address);
}

function exampleFor({ address }: Host, port: number): string {
  const ip = canonicalIp(address);
  return formatSocketAddress({ host: ip === undefined || isLoopback(ip) ? '10.0.0.11' : ip, port });
}
