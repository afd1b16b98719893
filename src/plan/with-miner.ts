import type { DesiredFarm } from '../desired/desired.js';
import { hostLayout } from '../host/layout.js';
import { seriesOf } from '../lotus/release.js';
import type { Observation, ObservedMiner } from '../observed/observed.js';
import { withFileCauses } from './file-cause.js';
import { proofsKept } from './left-proofs.js';
import { mayWrite, planMiner } from './miner-rules.js';
import type { Part } from './part.js';
import { isMinerFirst, steps as allSteps, type HostPlan, type Step } from './plan.js';
import type { Unordered } from './rollout.js';

/** The plan with what concerns the miner's machine, which may be one of the hosts. A part of a farm has it with that host. */
export function withMiner(
  plan: Unordered,
  desired: DesiredFarm,
  { miner: seen, minerMachine }: Observation,
  part?: Part,
): Unordered {
  const { miner } = desired;
  if (miner === undefined || minerMachine === undefined) return plan;
  if (part !== undefined && !part.whole.has(miner.host)) return plan;
  if (!minerMachine.reached) {
    const known = plan.hosts.some(({ host, reached }) => host === miner.host && !reached);
    const diagnostics = known ? plan.diagnostics : [...plan.diagnostics, minerMachine.diagnostic];
    return { ...plan, diagnostics, hosts: withSteps(plan.hosts, hostOf(miner, false)) };
  }
  // Where nothing may be written, what waits for a restart is what the file says already.
  const untouched = { ...miner, keys: [], restart: { ...miner.restart, when: 'never' } } as const;
  const meant = mayWrite(plan.diagnostics, miner.host) ? miner : untouched;
  const runs = seen.reached ? seen.version : undefined;
  const { steps, diagnostics, standing } = planMiner(meant, minerMachine, {
    made: proofsKept(desired, seen, allSteps(plan)),
    ...(runs === undefined ? {} : { runs }),
  });
  return {
    ...plan,
    hosts: withSteps(plan.hosts, hostOf(miner, true, withFileCauses(steps))),
    diagnostics: [...plan.diagnostics, ...diagnostics],
    ...(standing === undefined ? {} : { miner: standing }),
  };
}

function hostOf(
  { host, paths }: NonNullable<DesiredFarm['miner']>,
  reached: boolean,
  steps: readonly Step[] = [],
): HostPlan {
  return { host, layout: hostLayout(paths), reached, steps };
}

/** Last, so that nothing of a worker waits for it. */
function withSteps(hosts: readonly HostPlan[], own: HostPlan): readonly HostPlan[] {
  if (!hosts.some(({ host }) => host === own.host)) return [...hosts, own];
  return hosts.map((host) =>
    host.host === own.host ? { ...host, steps: [...host.steps, ...own.steps] } : host,
  );
}

/**
 * The miner as it is when the turn of the workers comes: of another series, where this plan restarts it before them with the
 * program on disk. Where it does not come back they have no turn.
 */
export function minerThatComes(
  plan: Unordered,
  { miner, minerMachine }: Observation,
): ObservedMiner | undefined {
  const version = minerMachine?.reached === true ? minerMachine.processes[0]?.replaced?.onDisk : undefined;
  if (!miner.reached || version === undefined) return undefined;
  if (miner.version !== undefined && seriesOf(version) === seriesOf(miner.version)) return undefined;
  return allSteps(plan).some(isMinerFirst) ? { ...miner, version } : undefined;
}
