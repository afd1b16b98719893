import type { DesiredFarm, DesiredHost } from '../desired/desired.js';
import { tasksOf } from '../desired/worker-env.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { hostLayout } from '../host/layout.js';
import { SEALFARM } from '../host/manifest.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { parseStorageJson, withoutTrailingSlash } from '../lotus/storage-json.js';
import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import { handedOver, toTakeAway, withoutPaths } from '../observed/departed.js';
import { keeperOf, runsElsewhere, strangeKeeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import { isRegistered, jobsOn, sectorsOn } from '../observed/miner-state.js';
import type {
  DepartedWorker,
  MinerObservation,
  Observation,
  ObservedHost,
  ObservedMiner,
} from '../observed/observed.js';
import { idsOf, workOn } from './cost.js';
import type { Step } from './plan.js';
import { leavingWorkers } from './renamed.js';
import { combine, NOTHING, type Findings } from './worker-context.js';

/** What a worker is that leaves, and where. */
interface Leaving {
  readonly name: string;
  readonly worker: DepartedWorker;
  readonly desired: DesiredHost;
  readonly host: ObservedHost;
}

/** Workers that sealfarm put on a host and that the file names no more: drained to empty, stopped and removed. */
export function planDeparted(desired: DesiredHost, host: ObservedHost, miner: MinerObservation): Findings {
  const found = leavingWorkers(desired, host).map(([name, worker]) =>
    planLeaving({ name, worker, desired, host }, miner),
  );
  return combine(found);
}

function planLeaving(leaving: Leaving, miner: MinerObservation): Findings {
  const { name, worker, desired } = leaving;
  const strange = strangeKeeper(worker, desired.name, name);
  if (strange !== undefined) return { steps: [], diagnostics: [strange] };
  const unknown = notKnown(leaving);
  if (unknown !== undefined) return { steps: [], diagnostics: [unknown] };
  // Nobody else can say what runs there, and which sectors lie there.
  if (!miner.reached) return NOTHING;
  const stuck = stuckPaths(leaving, miner);
  const hasJobs = jobsOn(miner, name).length > 0;
  const goesOn = diedLeaving(leaving, miner) && !stuck.some(({ forGood }) => forGood);
  if (worker.process === undefined && hasJobs && !goesOn)
    return { steps: [], diagnostics: [runsElsewhere(desired.name, name)] };
  const unseen = unseenPath(leaving);
  if (unseen !== undefined) return { steps: [], diagnostics: [notMounted(leaving, unseen)] };
  if (stuck.length > 0 && !goesOn) return { steps: [], diagnostics: [holdsSectors(leaving, stuck)] };
  const drains = worker.process !== undefined || hasJobs || stuck.length > 0;
  return { steps: [removal(leaving, miner, drains)], diagnostics: [] };
}

/** Its process has ended since apply began to empty it, and nobody else can have started it: it is started for what is left there. */
function diedLeaving({ name, worker, host }: Leaving, miner: ObservedMiner): boolean {
  const noted = host.manifest?.intents[name];
  const isMeant = noted?.who === SEALFARM && noted.until === undefined && noted.emptied !== true;
  const isThere = worker.envFile.state === 'present';
  return isMeant && isThere && worker.process === undefined && !isRegistered(name, miner);
}

function removal(leaving: Leaving, miner: ObservedMiner, drains: boolean): Step {
  const { name, worker, desired } = leaving;
  const runs = worker.process !== undefined;
  const held = sectorsOn(miner, idsOf(liveOf(worker.process)));
  const cost = { ...workOn(miner, name, runs), sectorsHeld: held.length };
  return {
    id: `${name}/remove-worker`,
    host: desired.name,
    worker: name,
    action: {
      kind: 'remove-worker',
      service: toTakeAway(worker),
      home: hostLayout(desired.paths),
      tasks: tasksItDid(leaving),
      ...(worker.repo === undefined ? {} : { repo: worker.repo }),
    },
    disruption: drains ? 'empty' : 'none',
    reason: 'removed-from-config',
    changes: [],
    ...(runs ? { cost } : {}),
  };
}

/** Once its tasks are off, only what was written down before tells which of them its sectors may still need. */
function tasksItDid({ name, worker, host }: Leaving): readonly TaskCode[] {
  const noted = host.manifest?.intents[name];
  if (noted?.tasks !== undefined) return noted.tasks;
  const environ = new Map([...(worker.process?.environ ?? [])].map(([key, value]) => [key, value.reveal()]));
  const live = liveOf(worker.process)?.tasks ?? new Set();
  const started = new Set(environ.size > 0 ? tasksOf(environ) : []);
  return DECLARABLE_TASKS.map(({ code }) => code).filter((code) => live.has(code) || started.has(code));
}

/** Something that must be known before it is touched. */
function notKnown(leaving: Leaving): Diagnostic | undefined {
  const { name, worker, desired } = leaving;
  const { envFile, storageJson, files, repo } = worker;
  const list = storageJson.state === 'present' ? parseStorageJson(storageJson.text.reveal()) : [];
  if (envFile.state === 'unreadable') return unreadable(desired, name, files.envFile, envFile.why);
  if (storageJson.state === 'unreadable')
    return unreadable(desired, name, files.storageJson, storageJson.why);
  if ('problem' in list) return unreadable(desired, name, files.storageJson, list.problem);
  if (worker.process?.live.reached === false) return silent(desired, name);
  if (repo === undefined && !isHalfGone(leaving) && !isUnborn(leaving))
    return unreadable(desired, name, files.envFile, 'nothing tells which repo it has');
  return undefined;
}

/** Its removal, or that of its old name, was cut off when its environment file had gone. */
function isHalfGone({ name, worker, desired, host }: Leaving): boolean {
  if (keeperOf(worker) !== undefined) return false;
  const heir = desired.workers.find(({ renamedFrom }) => renamedFrom === name);
  const isMade = heir !== undefined && host.workers.get(heir.name)?.envFile.state === 'present';
  return isMade || host.manifest?.intents[name]?.emptied === true;
}

/**
 * It was noted on the host, and cut off before its environment file was written; one that was lost is in the record of writes. Where it
 * has a list of paths it has run, whatever the record says.
 */
function isUnborn({ worker, host: { written } }: Leaving): boolean {
  const { envFile, storageJson, files } = worker;
  return (
    keeperOf(worker) === undefined &&
    envFile.state === 'absent' &&
    storageJson.state === 'absent' &&
    written !== undefined &&
    !written.has(files.envFile)
  );
}

/** It may have opened more paths than its list has now. */
function silent(desired: DesiredHost, worker: string): Diagnostic {
  return {
    code: 'SF508',
    severity: 'error',
    message: `${worker}, which is in the file no more, runs but does not answer: nothing is done to it`,
    place: { kind: 'host', host: desired.name, worker },
    help: 'Wait until it answers, and plan again: only then it is known which sectors it has.',
  };
}

function unreadable(desired: DesiredHost, worker: string, path: string, why: string): Diagnostic {
  return {
    code: 'SF504',
    severity: 'error',
    message: `${path} of ${worker}, which is in the file no more, cannot be read: ${why}`,
    place: { kind: 'host', host: desired.name, worker, path },
    help: 'Without it nobody can tell which sectors the worker has, so it is not removed. Mend it on the host, or declare the worker again; of one that is gone for good, take the name out of `workers` in manifest.json.',
  };
}

/** Paths whose sectors no drain brings away, and that nobody else has: of a stopped worker all, of others those for long-term storage. */
function stuckPaths({ name, worker, host }: Leaving, miner: ObservedMiner): readonly StuckPath[] {
  const own = withoutPaths(worker, handedOver(host, name));
  const runs = worker.process !== undefined;
  const attached = new Map(
    (liveOf(own.process)?.paths ?? []).map((path) => [withoutTrailingSlash(path.LocalPath), path]),
  );
  return [...new Set([...own.storage.keys(), ...attached.keys()])].flatMap((path): StuckPath[] => {
    const seen = own.storage.get(path);
    const store =
      seen?.sectorStore.state === 'present' ? parseSectorStore(seen.sectorStore.text.reveal()) : undefined;
    const known = store === undefined || 'problem' in store ? undefined : store;
    const id = attached.get(path)?.ID ?? known?.id;
    const sectors = id === undefined ? [] : sectorsOn(miner, [id]);
    const isHeld = (seen?.entries.length ?? 0) > 0 || (attached.has(path) && sectors.length > 0);
    const said = [
      attached.get(path)?.CanStore,
      known?.settings.CanStore,
      id === undefined ? undefined : miner.storage.get(id)?.info.CanStore,
    ].filter((canStore) => canStore !== undefined);
    const forGood = said.length === 0 || said.includes(true);
    return isHeld && (!runs || forGood) ? [{ path, forGood }] : [];
  });
}

/** Of a stopped worker, a path without its sectorstore.json: the disk of which nobody knows what is on it. */
function unseenPath({ name, worker, host }: Leaving): string | undefined {
  if (worker.process !== undefined) return undefined;
  const { storage } = withoutPaths(worker, handedOver(host, name));
  return [...storage].find(([, { sectorStore }]) => sectorStore.state !== 'present')?.[0];
}

function notMounted({ name, desired }: Leaving, path: string): Diagnostic {
  return {
    code: 'SF502',
    severity: 'error',
    message: `${path} of ${name}, which is in the file no more, has no sectorstore.json: nobody can tell which sectors it has`,
    place: { kind: 'host', host: desired.name, worker: name, path },
    help: 'Mount its disk; of one that is gone for good or was never used, take the path out of storage.json in the repo of the worker.',
  };
}

interface StuckPath {
  readonly path: string;
  readonly forGood: boolean;
}

function holdsSectors({ name, desired }: Leaving, stuck: readonly StuckPath[]): Diagnostic {
  const paths = stuck.map(({ path }) => path);
  const many = paths.length > 1;
  const drains = stuck.some(({ forGood }) => !forGood);
  return {
    code: 'SF509',
    severity: 'error',
    message: `${name} is in the file no more, but ${paths.join(' and ')} ${many ? 'hold' : 'holds'} sectors of it: nothing is done to it`,
    place: { kind: 'host', host: desired.name, worker: name, ...(many ? {} : { path: paths[0] ?? '' }) },
    help: `${drains ? `Declare ${name} again, let it run and drain it, or declare` : 'Declare'} ${many ? 'the paths' : 'the path'} on another worker of ${desired.name}: what nobody serves is lost to the miner.`,
  };
}

/** A name in the file that on another host belongs to a worker that left: Lotus and a drain go by the name alone. */
export function movedWorkers({ hosts }: DesiredFarm, observation: Observation): readonly MovedWorker[] {
  const declared = new Map(
    hosts.flatMap(({ name, workers }) => workers.map((worker) => [worker.name, name] as const)),
  );
  return [...observation.hosts].flatMap(([from, host]) =>
    [...((host.reached && host.departed) || [])].flatMap(([worker]) => {
      const to = declared.get(worker);
      return to === undefined ? [] : [{ worker, diagnostic: moved(worker, from, to) }];
    }),
  );
}

export interface MovedWorker {
  readonly worker: string;
  readonly diagnostic: Diagnostic;
}

function moved(worker: string, from: string, to: string): Diagnostic {
  return {
    code: 'SF571',
    severity: 'error',
    message: `${worker} is declared on ${to}, but sealfarm keeps it on ${from}: nothing is done to either`,
    place: { kind: 'host', host: from, worker },
    help: `Give the one on ${to} another name; the one on ${from} is then drained and removed. Its sectors do not move along.`,
  };
}
