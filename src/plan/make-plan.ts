import type { DesiredFarm, DesiredHost, DesiredWorker } from '../desired/desired.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import { hostLayout } from '../host/layout.js';
import { NOTHING_WRITTEN } from '../host/written.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';
import type { MinerObservation, Observation, ObservedHost } from '../observed/observed.js';
import { movedWorkers, planDeparted } from './departed.js';
import { withDistinctIds } from './distinct-ids.js';
import { asAdopted, AS_THEY_RUN, planBoot, type Adopting } from './adopt-rules.js';
import { withFileCauses } from './file-cause.js';
import { foreignWorkers } from './foreign-workers.js';
import { inTheWay } from './in-the-way.js';
import { planEnvFile } from './env-rules.js';
import { manifestStep } from './manifest-rules.js';
import { narrowed, type Part } from './part.js';
import { drainedWorkers } from './drained-workers.js';
import { disturbs, type HostPlan, type Plan } from './plan.js';
import { planProcess } from './process-rules.js';
import { upgradedFrom } from './program-rules.js';
import { planRenaming, underNewNames } from './renamed.js';
import { inWaves, measured, type Unordered } from './rollout.js';
import { servesElsewhere } from './serves-elsewhere.js';
import { sharedIds } from './shared-ids.js';
import { strangers } from './strangers.js';
import { openElsewhere, pathsTaken } from './taken-paths.js';
import { untilPortIsFree } from './taken-ports.js';
import { planStanding } from './standing-rules.js';
import { drainNow, planState, planStoredForGood } from './state-rules.js';
import { planStorageList } from './storage-list-rules.js';
import { planStoragePath } from './storage-rules.js';
import { endingUnit } from '../observed/keeper.js';
import { bootStarters } from '../observed/boot.js';
import { minerProblems } from '../observed/miner-trouble.js';
import { serversOf, type Servers } from '../observed/servers.js';
import { strangeWorkers } from '../observed/unmanaged.js';
import { liveOf } from '../observed/live.js';
import { planDropIn, templateStep } from './unit-rules.js';
import { needsMiner, noWayToMiner } from './way-to-miner.js';
import { minerThatComes, withMiner } from './with-miner.js';
import { combine, NOTHING, type Findings, type WorkerContext } from './worker-context.js';

/**
 * The least disturbing way from what is to what shall be.
 * @param part what it is about; the rest of the farm still counts for what stands in for whom
 */
export function makePlan(
  desired: DesiredFarm,
  observation: Observation,
  part?: Part,
  adopt: Adopting = AS_THEY_RUN,
): Plan {
  const steps = planSteps(desired, observation, part, adopt);
  return measured(inWaves(steps, desired, observation), desired, observation);
}

/** All of it but the order of what disturbs. */
export function planSteps(
  desired: DesiredFarm,
  observation: Observation,
  part?: Part,
  adopt: Adopting = AS_THEY_RUN,
): Unordered {
  const hosts = desired.hosts.filter(({ name }) => part === undefined || part.hosts.has(name));
  const planned = (seen: Observation): Unordered =>
    withMiner(planHosts(desired, seen, hosts, adopt), desired, observation, part);
  const first = planned(observation);
  const comes = minerThatComes(first, observation);
  const plan =
    comes === undefined ? first : planned({ ...observation, miner: upgradedFrom(observation.miner, comes) });
  return part === undefined ? plan : narrowed(plan, part);
}

/** Of the hosts of workers alone: what is the miner's is not asked for. */
export function planHosts(
  desired: DesiredFarm,
  observation: Observation,
  hosts: readonly DesiredHost[] = desired.hosts,
  adopt: Adopting = AS_THEY_RUN,
): Unordered {
  const refused = otherSectorSize(desired, observation.miner);
  const sealProof = SECTOR_SIZES[desired.sectorSize].sealProof;
  const moved = [...movedWorkers(desired, observation), ...servesElsewhere(desired, observation)];
  const strays = new Set(moved.map(({ worker }) => worker));
  const around = { farm: desired.name, observation, sealProof, servers: serversOf(observation), adopt };
  const planned = hosts.map((host) => planHost(host, around, strays));
  const clashes = [...sharedIds(desired, observation), ...moved];
  const foreign = hosts.flatMap((host) => foreignWorkers(host, observation, sealProof));
  const clashing = new Set(clashes.map(({ worker }) => worker));
  return {
    formatVersion: 1,
    farm: desired.name,
    hosts: withDistinctIds(
      planned.map(({ plan }) => ({
        ...plan,
        steps: plan.steps.filter(
          ({ worker }) => refused.length === 0 && (worker === undefined || !clashing.has(worker)),
        ),
      })),
    ),
    diagnostics: [
      ...minerProblems(observation.miner),
      ...refused,
      ...strangers(desired, observation),
      ...planned.flatMap(({ diagnostics }) => diagnostics),
      ...clashes.map(({ diagnostic }) => diagnostic),
    ],
    drained: hosts.flatMap((host) => drainedWorkers(host, observation)),
    ...(foreign.length === 0 ? {} : { foreign }),
  };
}

interface PlannedHost {
  readonly plan: HostPlan;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the planning of each host goes by. */
interface Surroundings {
  readonly farm: string;
  readonly observation: Observation;
  readonly sealProof: number;
  readonly servers: Servers;
  readonly adopt: Adopting;
}

function planHost(desired: DesiredHost, around: Surroundings, strays: ReadonlySet<string>): PlannedHost {
  const { hosts, miner } = around.observation;
  const { farm } = around;
  const observed = hosts.get(desired.name);
  if (observed === undefined) throw new Error(`${desired.name} was not observed`);
  const base = { host: desired.name, layout: hostLayout(desired.paths) };
  if (!observed.reached) {
    return { plan: { ...base, reached: false, steps: [] }, diagnostics: [observed.diagnostic] };
  }
  const problems = [...observed.problems, ...otherFarm(desired, farm, observed)];
  if (hasErrors(problems)) {
    return { plan: { ...base, reached: true, steps: [] }, diagnostics: problems };
  }
  const leaving = planDeparted(desired, observed, miner);
  const found = desired.workers.map(
    (worker) =>
      inTheWay(worker, observed) ??
      planStanding(worker, underNewNames(desired, observed)) ??
      untilPortIsFree(planWorker(desired, worker, observed, around), worker, desired, observed),
  );
  const { steps, diagnostics } = combine(found);
  const stuck = steps.some(needsMiner) ? noWayToMiner(desired, observed, miner) : undefined;
  return {
    plan: {
      ...base,
      reached: true,
      steps: [
        ...manifestStep(withoutWorkers(desired, strays), farm, observed),
        ...templateStep(desired, observed),
        // What is left of a stopped one must not come back beside one that is about to start.
        ...leaving.steps.filter(({ disruption }) => disruption === 'none'),
        ...withFileCauses(steps.filter((step) => stuck === undefined || !needsMiner(step))),
        ...leaving.steps.filter(({ disruption }) => disruption !== 'none'),
      ],
    },
    diagnostics: [
      ...observed.problems,
      ...(stuck === undefined ? [] : [stuck]),
      ...strangeWorkers(observed, desired.workers),
      ...bootStarters(observed),
      ...leaving.diagnostics,
      ...diagnostics,
    ],
  };
}

function planWorker(
  home: DesiredHost,
  desired: DesiredWorker,
  host: ObservedHost,
  { observation: { miner }, sealProof, servers, adopt }: Surroundings,
): Findings {
  const observed = host.workers.get(desired.name);
  if (observed === undefined) throw new Error(`${desired.name} was not observed`);
  const context: WorkerContext = {
    desired,
    observed,
    miner,
    written: host.written ?? NOTHING_WRITTEN,
    openElsewhere: openElsewhere(desired, host),
    servers,
    sealProof,
    adopt,
  };
  const renaming = planRenaming(context, host, home);
  const noted = { home: hostLayout(home.paths), intent: host.manifest?.intents[desired.name] };
  const byState = desired.drain === undefined && desired.state !== 'running';
  // Under its new name it takes nothing any more, and comes to rest at once.
  if (renaming !== undefined)
    return byState && renaming.steps.some(disturbs)
      ? combine([renaming, drainNow(context, noted, 'config-changed')])
      : renaming;
  const stored = planStoredForGood(context, noted);
  if (stored !== undefined) return stored;
  const list = planStorageList(context);
  const paths = desired.storage.map((storage) => planStoragePath(context, storage));
  // Attaching makes Lotus edit its list, so that must be right before; otherwise a listed path must be ready first.
  const storage = liveOf(observed.process) === undefined ? [...paths, list] : [list, ...paths];
  const own = asAdopted(context, combine([planEnvFile(context), planDropIn(context)]));
  const files = combine([...storage, own, planBoot(context), pathsTaken(context)]);
  const process = combine([unitState(context), byState ? planState(context, noted) : planProcess(context)]);
  // A worker is never started or stopped over something that is known to be wrong with it.
  if (hasErrors(files.diagnostics))
    return { ...files, diagnostics: [...files.diagnostics, ...process.diagnostics] };
  return combine([files, process]);
}

/** What is not put on a host is not noted there either. */
function withoutWorkers(host: DesiredHost, names: ReadonlySet<string>): DesiredHost {
  return { ...host, workers: host.workers.filter(({ name }) => !names.has(name)) };
}

function unitState({ desired, observed }: WorkerContext): Findings {
  const ending = endingUnit(observed, desired.host, desired.name);
  return ending === undefined ? NOTHING : { steps: [], diagnostics: [ending] };
}

function otherFarm(desired: DesiredHost, farm: string, { manifest }: ObservedHost): readonly Diagnostic[] {
  if (manifest === undefined || manifest.farm === farm) return [];
  return [
    {
      code: 'SF512',
      severity: 'error',
      message: `${desired.name} belongs to the farm ${manifest.farm}, this file is of the farm ${farm}`,
      place: { kind: 'host', host: desired.name, path: hostLayout(desired.paths).manifest },
      help: 'Check that this is the right host. If the farm has a new name, change `farm` in the manifest on the host too.',
    },
  ];
}

/** Every limit would be written for sectors that there are none of. */
function otherSectorSize({ sectorSize }: DesiredFarm, miner: MinerObservation): readonly Diagnostic[] {
  const bytes = miner.reached ? miner.sectorSize : undefined;
  if (bytes === undefined || bytes === SECTOR_SIZES[sectorSize].bytes) return [];
  const [name = `${bytes} bytes`] =
    Object.entries(SECTOR_SIZES).find(([, facts]) => facts.bytes === bytes) ?? [];
  return [
    {
      code: 'SF513',
      severity: 'error',
      message: `the miner seals sectors of ${name}, the file says ${sectorSize}`,
      help: 'Correct `sectorSize`, or `miner.api` if this is another miner than the one that is meant.',
    },
  ];
}
