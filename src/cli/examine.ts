import type { LiveContext } from '../check/live/context.js';
import { declaredHardware } from '../check/layout.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Emit } from '../event/event.js';
import type { Farm, Hardware, Host } from '../farm/farm.js';
import { foundHardware } from '../observed/found-hardware.js';
import type { Observation } from '../observed/observed.js';
import { observeFacts, observeVersions } from '../probe/observe-facts.js';
import { observeFarm, type FarmProbe } from '../probe/observe-farm.js';
import { observeMinerMachine, observeMinerProgram } from '../probe/observe-miner-machine.js';
import { withRoutes } from '../probe/observe-routes.js';
import type { Workspace } from './workspace.js';

/** A look at hosts that also asks what their machines have and in which state they are. */
export interface Examination extends Pick<LiveContext, 'facts' | 'versions'> {
  readonly probe: FarmProbe;
  /** Why hosts that were reached did not say what they have. */
  readonly failures: readonly Diagnostic[];
  /** The lotus-miner that its next start brings up; absent where that is not known. */
  readonly minerProgram?: string;
}

export async function examine(
  { farm, connections }: Pick<Workspace, 'farm' | 'connections'>,
  hosts: readonly Host[],
  emit: Emit,
): Promise<Examination> {
  const [look, minerMachine] = await Promise.all([
    observeFarm(farm, connections, emit, hosts),
    lookAtMiner(farm, connections),
  ]);
  const { observation, apis } = await withRoutes(look, connections);
  const machine = minerMachine === undefined ? {} : { minerMachine };
  const probe = { apis, observation: { ...observation, ...machine } };
  const reached = hosts.filter(({ name }) => probe.observation.hosts.get(name)?.reached === true);
  const [program, answers, versions] = await Promise.all([
    minerMachine?.reached === true ? programOf(farm, connections) : undefined,
    observeFacts([...reached, ...minerAlone(farm)], connections, () => Date.now()),
    observeVersions(connections.miner, probe.apis),
  ]);
  return {
    probe,
    versions,
    ...(program === undefined ? {} : { minerProgram: program }),
    facts: new Map(
      [...answers].flatMap(([host, answer]) => (answer.ok ? [[host, answer.value] as const] : [])),
    ),
    failures: [...answers.values()].flatMap((answer) => (answer.ok ? [] : [answer.diagnostic])),
  };
}

function lookAtMiner(
  { miner }: Farm,
  connections: Workspace['connections'],
): Promise<Observation['minerMachine']> {
  const { host } = miner;
  if (host === undefined) return Promise.resolve(undefined);
  return observeMinerMachine(host, miner, connections.remote(host.name));
}

async function programOf(
  { miner }: Farm,
  connections: Workspace['connections'],
): Promise<string | undefined> {
  const { host } = miner;
  return host === undefined ? undefined : observeMinerProgram(connections.remote(host.name), miner);
}

/** The machine of the miner where it is none of the hosts: its clock counts as theirs do. */
function minerAlone({ miner: { host }, hosts }: Farm): readonly Host[] {
  return host === undefined || hosts.some(({ name }) => name === host.name) ? [] : [host];
}

/**
 * What each host has, as declared and as found. Hosts of which nothing is known are not in it.
 * @param first which of the two counts where there are both
 */
export function knownHardware(
  farm: Farm,
  { facts, probe }: Examination,
  first: 'declared' | 'found',
): ReadonlyMap<string, Hardware> {
  const found = farm.hosts.flatMap((host) => {
    const hardware = foundHardware(host, facts.get(host.name), probe.observation);
    return hardware === undefined ? [] : [[host.name, hardware] as const];
  });
  const declared = declaredHardware(farm);
  return first === 'found' ? new Map([...declared, ...found]) : new Map([...found, ...declared]);
}
