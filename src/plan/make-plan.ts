import type { DesiredFarm, DesiredHost, DesiredWorker } from '../desired/desired.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import { formatManifest, SEALFARM, type DrainIntent, type Manifest } from '../host/manifest.js';
import { hostLayout } from '../host/layout.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';
import type { MinerObservation, Observation, ObservedHost } from '../observed/observed.js';
import { Secret } from '../secret/secret.js';
import { movedWorkers, planDeparted } from './departed.js';
import { inTheWay } from './in-the-way.js';
import { planEnvFile } from './env-rules.js';
import { narrowed, type Part } from './part.js';
import type { DrainedWorker, HostPlan, Plan, Step } from './plan.js';
import { planProcess } from './process-rules.js';
import { planRenaming, renamingOf, underNewNames } from './renamed.js';
import { inWaves, measured, type Unordered } from './rollout.js';
import { sharedIds } from './shared-ids.js';
import { strangers } from './strangers.js';
import { planStanding } from './standing-rules.js';
import { planStorageList } from './storage-list-rules.js';
import { planStoragePath } from './storage-rules.js';
import { endingUnit } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import { planDropIn, templateStep } from './unit-rules.js';
import { combine, NOTHING, type Findings, type WorkerContext } from './worker-context.js';

/**
 * The least disturbing way from what is to what shall be.
 * @param part what it is about; the rest of the farm still counts for what stands in for whom
 */
export function makePlan(desired: DesiredFarm, observation: Observation, part?: Part): Plan {
  return measured(inWaves(planSteps(desired, observation, part), desired, observation), desired, observation);
}

/** All of it but the order of what disturbs. */
export function planSteps(desired: DesiredFarm, observation: Observation, part?: Part): Unordered {
  const hosts = desired.hosts.filter(({ name }) => part === undefined || part.hosts.has(name));
  const plan = planHosts(desired, hosts, observation);
  return part === undefined ? plan : narrowed(plan, part);
}

function planHosts(desired: DesiredFarm, hosts: readonly DesiredHost[], observation: Observation): Unordered {
  const sealProof = SECTOR_SIZES[desired.sectorSize].sealProof;
  const planned = hosts.map((host) => planHost(host, desired.name, observation, sealProof));
  const clashes = [...sharedIds(desired, observation), ...movedWorkers(desired, observation)];
  const clashing = new Set(clashes.map(({ worker }) => worker));
  return {
    formatVersion: 1,
    farm: desired.name,
    hosts: planned.map(({ plan }) => ({
      ...plan,
      steps: plan.steps.filter(({ worker }) => worker === undefined || !clashing.has(worker)),
    })),
    diagnostics: [
      ...minerProblems(observation.miner),
      ...strangers(desired, observation),
      ...planned.flatMap(({ diagnostics }) => diagnostics),
      ...clashes.map(({ diagnostic }) => diagnostic),
    ],
    drained: hosts.flatMap((host) => drainedWorkers(host, observation)),
  };
}

interface PlannedHost {
  readonly plan: HostPlan;
  readonly diagnostics: readonly Diagnostic[];
}

function planHost(
  desired: DesiredHost,
  farm: string,
  { hosts, miner }: Observation,
  sealProof: number,
): PlannedHost {
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
      planWorker(desired, worker, observed, miner, sealProof),
  );
  return {
    plan: {
      ...base,
      reached: true,
      steps: [
        ...manifestStep(desired, farm, observed),
        ...templateStep(desired, observed),
        // What is left of a stopped one must not come back beside one that is about to start.
        ...leaving.steps.filter(({ disruption }) => disruption === 'none'),
        ...combine(found).steps,
        ...leaving.steps.filter(({ disruption }) => disruption !== 'none'),
      ],
    },
    diagnostics: [...observed.problems, ...leaving.diagnostics, ...combine(found).diagnostics],
  };
}

function planWorker(
  home: DesiredHost,
  desired: DesiredWorker,
  host: ObservedHost,
  miner: MinerObservation,
  sealProof: number,
): Findings {
  const observed = host.workers.get(desired.name);
  if (observed === undefined) throw new Error(`${desired.name} was not observed`);
  const context: WorkerContext = { desired, observed, miner, sealProof };
  const renaming = planRenaming(context, host, home);
  if (renaming !== undefined) return renaming;
  const list = planStorageList(context);
  const paths = desired.storage.map((storage) => planStoragePath(context, storage));
  // Attaching makes Lotus edit its list, so that must be right before; otherwise a listed path must be ready first.
  const storage = liveOf(observed.process) === undefined ? [...paths, list] : [list, ...paths];
  const files = combine([...storage, planEnvFile(context), planDropIn(context)]);
  const process = combine([unitState(context), planProcess(context)]);
  // A worker is never started or stopped over something that is known to be wrong with it.
  if (hasErrors(files.diagnostics))
    return { ...files, diagnostics: [...files.diagnostics, ...process.diagnostics] };
  return combine([files, process]);
}

function unitState({ desired, observed }: WorkerContext): Findings {
  const ending = endingUnit(observed, desired.host, desired.name);
  return ending === undefined ? NOTHING : { steps: [], diagnostics: [ending] };
}

/** The manifest is written first: what is ours is known before anything else is made. */
function manifestStep(desired: DesiredHost, farm: string, observed: ObservedHost): readonly Step[] {
  const current = observed.manifest;
  const known = current?.workers ?? [];
  const missing = desired.workers.map(({ name }) => name).filter((name) => !known.includes(name));
  const intents = new Map(Object.entries(current?.intents ?? {}));
  const changed = changedIntents(desired, observed, intents);
  if (current !== undefined && missing.length + changed.length === 0) return [];
  const manifest: Manifest = {
    ...current,
    version: 1,
    farm,
    workers: [...known, ...missing],
    intents: Object.fromEntries(intents),
  };
  const before = known.length === 0 ? {} : { before: known.join(', ') };
  const workers = { field: 'workers', ...before, after: manifest.workers.join(', ') };
  const more = current === undefined || missing.length > 0;
  return [manifestWrite(desired, manifest, observed, [...(more ? [workers] : []), ...changed])];
}

/** Changes them to those that hold: of a worker that is back in the file none of ours, of a renamed one its own. */
function changedIntents(
  { workers }: DesiredHost,
  observed: ObservedHost,
  intents: Map<string, DrainIntent>,
): Step['changes'] {
  return workers.flatMap((worker) => {
    const { name } = worker;
    const old = renamingOf(worker, observed)?.from;
    const carried = old === undefined ? undefined : intents.get(old);
    const own = intents.get(name);
    if (own?.who === SEALFARM) {
      intents.delete(name);
      return [{ field: name, before: 'leaving', after: 'serving' }];
    }
    if (own !== undefined || carried === undefined || carried.who === SEALFARM) return [];
    intents.set(name, carried);
    return [{ field: name, before: 'serving', after: 'drained' }];
  });
}

/** Any change of a host's manifest; refused when somebody else changed it since it was read. */
export function manifestWrite(
  host: { readonly name: string; readonly paths: DesiredHost['paths'] },
  manifest: Manifest,
  observed: Pick<ObservedHost, 'manifest' | 'manifestSha256'>,
  changes: Step['changes'],
): Step {
  return {
    id: `${host.name}/manifest`,
    host: host.name,
    action: {
      kind: 'write-file',
      path: hostLayout(host.paths).manifest,
      mode: 'keep',
      backups: hostLayout(host.paths).backups,
      content: new Secret(formatManifest(manifest)),
      ...(observed.manifestSha256 === undefined ? {} : { replaces: observed.manifestSha256 }),
    },
    disruption: 'none',
    reason: observed.manifest === undefined ? 'new' : 'config-changed',
    changes,
  };
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

function minerProblems(miner: MinerObservation): readonly Diagnostic[] {
  return miner.reached ? [] : [miner.diagnostic];
}

function drainedWorkers(host: DesiredHost, observation: Observation): readonly DrainedWorker[] {
  const observed = observation.hosts.get(host.name);
  return host.workers.flatMap((worker) =>
    worker.drain === undefined
      ? []
      : [
          {
            host: host.name,
            worker: worker.name,
            intent: worker.drain,
            running: observed?.reached === true && observed.workers.get(worker.name)?.process !== undefined,
          },
        ],
  );
}
