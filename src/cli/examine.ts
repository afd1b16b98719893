import type { LiveContext } from '../check/live/context.js';
import { declaredHardware } from '../check/layout.js';
import { nearestTo } from '../config/wording.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Emit } from '../event/event.js';
import type { Farm, Hardware, Host } from '../farm/farm.js';
import { foundHardware } from '../observed/found-hardware.js';
import { observeFacts, observeVersions } from '../probe/observe-facts.js';
import { observeFarm, type FarmProbe } from '../probe/observe-farm.js';
import type { Workspace } from './workspace.js';

/** A look at hosts that also asks what their machines have and in which state they are. */
export interface Examination extends Pick<LiveContext, 'facts' | 'versions'> {
  readonly probe: FarmProbe;
  /** Why hosts that were reached did not say what they have. */
  readonly failures: readonly Diagnostic[];
}

export async function examine(
  { farm, connections }: Pick<Workspace, 'farm' | 'connections'>,
  hosts: readonly Host[],
  emit: Emit,
): Promise<Examination> {
  const probe = await observeFarm(farm, connections, emit, hosts);
  const reached = hosts.filter(({ name }) => probe.observation.hosts.get(name)?.reached === true);
  const [answers, versions] = await Promise.all([
    observeFacts(reached, connections, () => Date.now()),
    observeVersions(connections.miner, probe.apis),
  ]);
  return {
    probe,
    versions,
    facts: new Map(
      [...answers].flatMap(([host, answer]) => (answer.ok ? [[host, answer.value] as const] : [])),
    ),
    failures: [...answers.values()].flatMap((answer) => (answer.ok ? [] : [answer.diagnostic])),
  };
}

/** What each host has: as declared, else as found. Hosts of which nothing is known are not in it. */
export function knownHardware(farm: Farm, { facts, probe }: Examination): ReadonlyMap<string, Hardware> {
  const found = farm.hosts.flatMap((host) => {
    const hardware = foundHardware(host, facts.get(host.name), probe.observation);
    return hardware === undefined ? [] : [[host.name, hardware] as const];
  });
  return new Map([...found, ...declaredHardware(farm)]);
}

/** The hosts of these names, all of them for none. Fails with SF611. */
export function hostsNamed({ name: farm, hosts }: Farm, names: readonly string[]): Result<readonly Host[]> {
  const known = hosts.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined)
    return success(names.length === 0 ? hosts : hosts.filter(({ name }) => names.includes(name)));
  const meant = nearestTo(unknown, known);
  return failure({
    code: 'SF611',
    severity: 'error',
    message: `${farm} has no host ${unknown}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    help: `It has: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
  });
}
