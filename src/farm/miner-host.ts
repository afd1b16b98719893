import { finding } from '../config/finding.js';
import { quote } from '../config/wording.js';
import { canonicalIp, isHostName } from './address.js';
import type { Host } from './farm.js';
import type { HostDefaults } from './host.js';
import type { Report } from './report.js';

const AT = ['miner', 'host'];

/** The host of this name or address, else a machine of its own, which has no workers. */
export function readMinerHost(
  written: string | undefined,
  hosts: readonly Host[],
  defaults: Pick<HostDefaults, 'ssh' | 'paths' | 'serviceManager'>,
  report: Report,
): Host | undefined {
  if (written === undefined) return undefined;
  const address = canonicalIp(written) ?? written;
  // Two names of one machine would be two locks and two journals.
  const known = hosts.find(({ name }) => name === written) ?? hosts.find((host) => host.address === address);
  if (known !== undefined) return known;
  if (address === written && canonicalIp(written) === undefined && !isHostName(written)) {
    const help = 'Write the name of a host of the file, an IP address, a DNS name or an alias of ssh_config.';
    report(finding('SF228', AT, `${quote(written)} is no host, and no address of one`, { help }));
    return undefined;
  }
  return { name: written, address, ...defaults, tags: [], workers: [], yaml: AT };
}
