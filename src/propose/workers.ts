import type { WrittenStoragePath, WrittenWorker } from '../config/written.gen.js';
import { present } from '../farm/present.js';
import { DEFAULT_BINARY } from '../farm/worker.js';
import type { ImportedWorker } from '../import/imported.js';
import { hostFolder } from '../import/texts.js';
import { defaultResources } from '../lotus/resources.js';
import { folderOn, type Place } from './disks.js';
import type { Groups } from './groups.js';
import { mainReasons, placeReasons, proofReasons, type InMain } from './reasons.js';
import type { Role, Roles } from './roles.js';

/** Gives out what workers of a farm may not share. */
export interface Givers {
  /** A name that no worker has yet. */
  readonly name: (wish: string) => string;
  /** Where the next worker of the machine listens; undefined where that need not be said. */
  readonly listen: () => string | undefined;
}

/** The workers of one machine: one for all that shares its memory, and one for each GPU that does C2 apart. */
export function workersOf(
  role: Role,
  { groups, onGpus }: { readonly groups: Groups; readonly onGpus: Roles['onGpus'] },
  store: readonly Place[],
  givers: Givers,
): readonly ImportedWorker[] {
  const { machine, pc1, pc2, c2, shares } = role;
  const apart = shares.c2.length > 0;
  const inMain = { pc1: pc1 !== undefined, pc2, c2: c2 && !apart };
  const hasMain = inMain.pc1 || inMain.pc2 || inMain.c2;
  const stored = store.map((place) => pathOn(place, 'store', { store: true }));
  const { grouping, why } = inMain.pc1 || inMain.pc2 ? groups.of(role) : { grouping: {}, why: undefined };
  const workers: ImportedWorker[] = [];
  const add = (wish: string, settings: WrittenWorker, comments: readonly string[]): void => {
    const listen = givers.listen();
    const written = { ...present({ listen, binary: binaryOf(machine) }), ...settings };
    workers.push({ name: givers.name(wish), written, comments });
  };
  const mine = placeReasons(role, store, inMain);
  if (hasMain) {
    const seal = inMain.pc1 || inMain.pc2 ? sealing(role, grouping) : [];
    add(machine.name, mainWorker(role, inMain, [...seal, ...stored]), [
      ...mainReasons(role, inMain, onGpus),
      ...(why === undefined ? [] : [why]),
      ...mine,
    ]);
  }
  shares.c2.forEach((gpu, index) => {
    const wish = `${machine.name.slice(0, 55)}-c2${index === 0 ? '' : `-${index + 1}`}`;
    const storage = !hasMain && index === 0 ? stored : [];
    add(wish, committer(role, gpu, storage), [...proofReasons(), ...(storage.length > 0 ? mine : [])]);
  });
  if (workers.length === 0 && stored.length > 0)
    add(machine.name, present({ tasks: [], cpus: machine.cpus, storage: stored }), mine);
  return workers;
}

/** Where a login finds lotus-worker, if that is not where it usually is. */
function binaryOf({ seen }: Role['machine']): string | undefined {
  const { program = '' } = seen.found.machine;
  const binary = /^\/(?:.*\/)?lotus-worker$/.test(program) ? hostFolder(program) : undefined;
  return binary === DEFAULT_BINARY ? undefined : binary;
}

function mainWorker(role: Role, does: InMain, storage: WrittenStoragePath[]): WrittenWorker {
  const { machine, pc1, shares, caches } = role;
  const tasks = [
    ...(does.pc1 ? ['addpiece', 'precommit1'] : []),
    ...(does.pc2 ? ['precommit2'] : []),
    ...(does.c2 ? ['commit'] : []),
  ];
  const proofs = does.pc2 || does.c2;
  const onCpus = proofs && shares.main.length === 0;
  return present({
    tasks,
    limits: pc1 === undefined ? undefined : { AP: pc1.adding, PC1: pc1.count },
    resources: onCpus ? cpuShare(role, does) : undefined,
    gpus: proofs ? gpusOf(shares.main, machine) : undefined,
    cpus: machine.cpus,
    multicoreSdr: sdrOf(pc1),
    parameterCache: does.c2 ? caches.parameterCache : undefined,
    parentCache: does.pc1 ? caches.parentCache : undefined,
    storage: storage.length === 0 ? undefined : storage,
  });
}

function sdrOf(pc1: Role['pc1']): WrittenWorker['multicoreSdr'] {
  if (pc1?.producers === undefined) return undefined;
  return pc1.producers === 3 ? true : { producers: pc1.producers };
}

/** Two C2 of one process would fight for its GPU, and two processes for one. */
function committer({ machine, caches }: Role, gpu: number, storage: WrittenStoragePath[]): WrittenWorker {
  return present({
    tasks: ['commit'],
    limits: { C2: 1 },
    gpus: namesOf([gpu], machine),
    cpus: machine.cpus,
    parameterCache: caches.parameterCache,
    storage: storage.length === 0 ? undefined : storage,
  });
}

/** Threads that PC1 and AddPiece leave. */
function threadsLeft({ hardware }: Role['machine'], pc1: NonNullable<Role['pc1']>): number {
  const taken = pc1.count * ((pc1.producers ?? 0) + 1) + pc1.adding;
  return Math.max(1, hardware.cpus - taken);
}

/** Otherwise such a task waits until 92 % of the CPUs are free, which on a machine with PC1 they never are. */
function cpuShare({ machine, pc1 }: Role, does: InMain): WrittenWorker['resources'] {
  const codes = [...(does.pc2 ? (['PC2'] as const) : []), ...(does.c2 ? (['C2'] as const) : [])];
  const greedy = codes.filter((code) => defaultResources(code, machine.size).MaxParallelism === -1);
  if (pc1 === undefined || greedy.length === 0) return undefined;
  const maxParallelism = threadsLeft(machine, pc1);
  return Object.fromEntries(greedy.map((code) => [code, { maxParallelism }]));
}

/** All of them need no numbers. Those that are too small would count for Lotus all the same. */
function gpusOf(gpus: readonly number[], machine: Role['machine']): WrittenWorker['gpus'] {
  const all = machine.seen.facts.gpus.gpus.length;
  if (gpus.length === 0) return all === 0 ? undefined : 'none';
  return gpus.length === all ? 'all' : namesOf(gpus, machine);
}

/** By index where all are alike. CUDA numbers unlike ones by their speed, nvidia-smi by the bus: only UUIDs mean the same to both. */
function namesOf(gpus: readonly number[], { seen }: Role['machine']): (number | string)[] {
  const known = seen.facts.gpus.gpus;
  const kinds = new Set(known.map(({ name, memory }) => `${name} ${memory}`));
  if (kinds.size < 2) return [...gpus];
  return gpus.map((index) => known.find((gpu) => gpu.index === index)?.uuid ?? index);
}

function sealing(
  { caches }: Role,
  { groups = [], allowTo = [] }: Partial<WrittenStoragePath>,
): WrittenStoragePath[] {
  const lists = {
    ...(groups.length === 0 ? {} : { groups }),
    ...(allowTo.length === 0 ? {} : { allowTo }),
  };
  return caches.seal.map((place) => pathOn(place, 'seal', { seal: true, ...lists }));
}

function pathOn(place: Place, use: string, more: Partial<WrittenStoragePath>): WrittenStoragePath {
  const anywhere = place.mount === '/' ? { mount: 'any' as const } : {};
  return { path: folderOn(place, use), ...more, ...anywhere };
}
