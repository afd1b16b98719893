import { spaceOf } from '../../capacity/space.js';
import type { Hardware, Host } from '../../farm/farm.js';
import { foundHardware } from '../../observed/found-hardware.js';
import { listed, sizeNeeded, sizeThere } from '../hardware/words.js';
import type { LiveCheck } from './context.js';

/** A machine never has quite what its memory is sold as. */
const ENOUGH = 0.95;

/** What the file says of a machine is what the layout is checked by where no machine is looked at. */
export const lessHardware: LiveCheck = function* ({ farm, facts, observation }) {
  for (const host of farm.hosts) {
    const found = foundHardware(host, facts.get(host.name), observation);
    const { hardware } = host;
    if (hardware === undefined || found === undefined || observation.hosts.get(host.name)?.reached !== true)
      continue;
    const less = [...lessThere(hardware, found), ...smallerDisks(host, hardware, found)];
    if (less.length === 0) continue;
    yield {
      code: 'SF528',
      severity: 'warning',
      message: `the machine has less than \`hardware\` says: ${listed(less)}`,
      place: { kind: 'host', host: host.name },
      help: 'Correct `hardware`, by which validate and capacity go, or look what the machine has lost.',
    };
  }
};

function* lessThere(said: Hardware, found: Hardware): Generator<string> {
  if (found.cpus < said.cpus * ENOUGH) yield `${found.cpus} CPUs of ${said.cpus}`;
  for (const kind of ['memory', 'swap'] as const) {
    if (found[kind] < said[kind] * ENOUGH)
      yield `${sizeThere(found[kind])} of ${sizeNeeded(said[kind])} ${kind}`;
  }
}

function* smallerDisks({ workers }: Host, said: Hardware, found: Hardware): Generator<string> {
  for (const storage of workers.flatMap((worker) => worker.storage)) {
    const wanted = spaceOf(storage, said)?.size;
    const there = spaceOf(storage, found)?.size;
    if (wanted === undefined || there === undefined || there >= wanted * ENOUGH) continue;
    yield `${sizeThere(there)} of ${sizeNeeded(wanted)} below ${storage.path}`;
  }
}

const SECONDS = 5;

export const clocks: LiveCheck = function* ({ facts }) {
  for (const [host, { clockAhead }] of facts) {
    if (Math.abs(clockAhead) <= SECONDS) continue;
    const seconds = `${Math.round(Math.abs(clockAhead))} seconds ${clockAhead > 0 ? 'ahead of' : 'behind'}`;
    yield {
      code: 'SF541',
      severity: 'warning',
      message: `its clock is at least ${seconds} the one here, the time of asking allowed for`,
      place: { kind: 'host', host },
      help: 'Let a time service (chrony, systemd-timesyncd) keep the clocks of the hosts, the miner and this machine.',
    };
  }
};
