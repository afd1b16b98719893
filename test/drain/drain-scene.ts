import { drainSnapshot, type DrainedWorker, type SectorState } from '../../src/drain/snapshot.js';
import { drainStep, type Blocker, type DrainGoal } from '../../src/drain/step.js';
import { storageSettings } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { NO_SESSION, type SectorDecl, type SectorLock, type WorkerJob } from '../../src/lotus/api.js';
import { FILE_TYPE_NAMES, FILE_TYPES, type FileType } from '../../src/lotus/file-type.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import { workerOn } from '../../src/observed/departed.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import {
  aJob,
  changeLive,
  changeMiner,
  changeWorker,
  drained,
  idOf,
  indexed,
  inPlace,
  sessionOf,
  storageInfo,
} from '../support/observation.js';
import { DRAIN } from '../support/plan.js';

export type Seen = Observation & { readonly miner: ObservedMiner };

/** What is there at one look at a farm, in few words. */
export interface There {
  readonly farm: Farm;
  /** By worker, on its first path: `7 WaitSeed`, `7 Packing unsealed`; `?` for a state that the miner does not say. */
  readonly holds?: Readonly<Record<string, readonly string[]>>;
  /** In lotus-miner's own long-term storage, as in `holds`. */
  readonly stored?: readonly string[];
  /** The miner says that no piece of any sector asks for an unsealed copy. */
  readonly unsealedIsLeftOver?: true;
  /** By worker: `PC1 7`, `PC1 7 assigned`, `PC1 7 prepared`. */
  readonly jobs?: Readonly<Record<string, readonly string[]>>;
  /** Under no session, with RunWait and a worker's name: `PC1 7 -1 worker-1`. */
  readonly left?: readonly string[];
  /** `7 reads sealed cache`, `7 writes unsealed`. */
  readonly locks?: readonly string[];
  /** By worker, what Lotus gives it; else what is declared. */
  readonly tasks?: Readonly<Record<string, readonly TaskCode[]>>;
  /** Others that are drained at the same time. */
  readonly drained?: readonly string[];
  /** Without any path for long-term storage but those of the workers. */
  readonly noStore?: true;
  readonly change?: (seen: Seen) => Seen;
}

/** Where a worker is. */
export function placeOf({ hosts }: Observation, worker: string): DrainedWorker {
  const [host = ''] =
    [...hosts].find(([, seen]) => seen.reached && workerOn(seen, worker) !== undefined) ?? [];
  return { host, worker };
}

/** One look at the drain of `worker-1`, as a line: what is switched, what blocks, and the verdict. */
export function look(there: There, goal: DrainGoal = 'empty', worker = 'worker-1'): string {
  const seen = seenOf(there, worker);
  const snapshot = drainSnapshot(placeOf(seen, worker), seen, seen.miner, statesOf(there));
  const declared = workersOf(there.farm).find(({ name }) => name === worker)?.tasks ?? [];
  const { disable, enable, blockers, verdict, proposal } = drainStep(snapshot, goal, declared);
  return [
    ...(disable.length > 0 ? [`off ${disable.join(' ')}`] : []),
    ...(enable.length > 0 ? [`on ${enable.join(' ')}`] : []),
    ...blockers.map(blockerLine),
    ...(proposal === undefined ? [] : [`allow ${proposal.allowTo.join(' ')}`]),
    verdict,
  ].join('; ');
}

function blockerLine(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'job':
    case 'lost':
    case 'reader': {
      const { task: code, sector, state } = blocker.job;
      const kind = state === 'awaited' && blocker.kind === 'job' ? 'awaited' : blocker.kind;
      return `${kind} ${code} ${numberOf(sector)}`;
    }
    case 'lock':
      return `lock ${numberOf(blocker.lock.sector)}`;
    case 'sector': {
      const { waitsFor, sector } = blocker;
      return `${numberOf(sector.sector)} ${waitsFor.on}${'task' in waitsFor ? ` ${waitsFor.task}` : ''}`;
    }
    case 'stranded':
      return `${numberOf(blocker.sector.sector)} stranded ${blocker.task}`;
    case 'silent':
    case 'unregistered':
    case 'elsewhere':
    case 'proof-due':
      return blocker.kind;
    case 'post':
      return `post ${blocker.task}`;
    case 'away':
    case 'stays':
    case 'failed':
      return `${numberOf(blocker.sector.sector)} ${blocker.kind}`;
  }
}

function numberOf(sector: string): string {
  return sector.slice(sector.lastIndexOf('-') + 1);
}

/** The drain is on its host already, as it is at each look. */
export function seenOf(there: There, worker?: string): Seen {
  const { farm, noStore, change } = there;
  const placed = noStore === true ? inPlace(farm) : withStore(inPlace(farm));
  const tasked = Object.entries(there.tasks ?? {}).reduce<Seen>(withTasks, placed);
  const leaving = [...(worker === undefined ? [] : [worker]), ...(there.drained ?? [])];
  const seen = leaving.reduce<Seen>((before, name) => drained(before, name, DRAIN), tasked);
  const whole = changeMiner(seen, {
    sectors: sectorsOf(there),
    jobs: jobsOf(there),
    locks: locksOf(there),
  });
  return change === undefined ? whole : change(whole);
}

const STORE = 'long-term';

function withStore(seen: Seen): Seen {
  const settings = storageSettings(aStorage({ path: '/mnt/store', seal: false, store: true }));
  const info = storageInfo(STORE, settings, ['http://10.0.0.10:2345/remote']);
  return changeMiner(seen, { storage: new Map([...seen.miner.storage, [info.ID, indexed(info)]]) });
}

function withTasks(seen: Seen, [name, codes]: readonly [string, readonly TaskCode[]]): Seen {
  const live = changeLive((before) => ({
    ...before,
    tasks: new Set<TaskCode>([...codes, 'C1', 'FIN', 'GET']),
  }));
  const workers = new Map(seen.miner.workers);
  const stats = workers.get(sessionOf(name));
  if (stats === undefined) throw new Error(`${name} is not registered`);
  workers.set(sessionOf(name), { ...stats, Tasks: codes.map((code) => task(code).rpc) });
  return changeMiner(changeWorker(seen, name, live), { workers });
}

function workersOf(farm: Farm): readonly Worker[] {
  return farm.hosts.flatMap(({ workers }) => workers);
}

function sectorsOf({ farm, holds = {}, stored = [] }: There): ReadonlyMap<string, readonly SectorDecl[]> {
  return new Map([
    [STORE, stored.map(declOf)],
    ...Object.entries(holds).map(([name, all]) => {
      const host = farm.hosts.find(({ workers }) => workers.some((worker) => worker.name === name));
      const path = workersOf(farm).find((worker) => worker.name === name)?.storage[0]?.path;
      if (host === undefined || path === undefined) throw new Error(`${name} has no path`);
      return [idOf(host.name, path), all.map(declOf)] as const;
    }),
  ]);
}

function declOf(text: string): SectorDecl {
  const [number, , ...types] = text.split(' ');
  const named = types.length === 0 ? ['sealed', 'cache'] : types;
  const mask = named.reduce((sum, type) => sum | FILE_TYPES[type as FileType], 0);
  return { Miner: 1000, Number: Number(number), SectorFileType: mask };
}

export function statesOf({ holds = {}, unsealedIsLeftOver }: There): ReadonlyMap<string, SectorState> {
  return new Map(
    Object.values(holds)
      .flat()
      .flatMap((text) => {
        const [number = '', state = '?'] = text.split(' ');
        const facts = { state, ...(unsealedIsLeftOver === true ? { unsealedIsLeftOver } : {}) };
        return state === '?' ? [] : [[`s-t01000-${number}`, facts] as const];
      }),
  );
}

const RUN_WAIT: Readonly<Record<string, number>> = { running: 0, prepared: 1, assigned: 2 };

function jobsOf({ jobs = {}, left = [] }: There): ReadonlyMap<string, readonly WorkerJob[]> {
  const bySession = Object.entries(jobs).map(([name, all]) => {
    const list = all.map((text) => {
      const [code, number, state = 'running'] = text.split(' ');
      return aJob(code as TaskCode, Number(number), { RunWait: RUN_WAIT[state] ?? NaN });
    });
    return [sessionOf(name), list] as const;
  });
  const lost = left.map((text) => {
    const [code, number, wait, Hostname = ''] = text.split(' ');
    return aJob(code as TaskCode, Number(number), { RunWait: Number(wait), Hostname });
  });
  return new Map([...bySession, [NO_SESSION, lost]]);
}

function locksOf({ locks = [] }: There): readonly SectorLock[] {
  return locks.map((text) => {
    const [number, how, ...types] = text.split(' ');
    const counts = FILE_TYPE_NAMES.map((type) => (types.includes(type) ? 1 : 0));
    const none = counts.map(() => 0);
    const Sector = { Miner: 1000, Number: Number(number) };
    return how === 'writes' ? { Sector, Write: counts, Read: none } : { Sector, Write: none, Read: counts };
  });
}

type Path = Parameters<typeof aStorage>[0];

/** Workers worker-1, worker-2, …, each on a host of its own with one path. */
export function farmOf(...workers: readonly (readonly [tasks: readonly TaskCode[], path?: Path])[]): Farm {
  return aFarm({
    hosts: workers.map(([tasks, path], at) => {
      const storage = [aStorage({ path: `/mnt/seal-${at + 1}`, ...path })];
      const worker = aWorker({ name: `worker-${at + 1}`, tasks, storage });
      return aHost({ name: `host-${at + 1}`, workers: [worker] });
    }),
  });
}
