import { type PathSpace, spaceOf } from '../../capacity/space.js';
import type { StorageDeclaration } from '../../farm/farm.js';
import { FILE_TYPES } from '../../lotus/file-type.js';
import { spaceNeeded } from '../../lotus/space.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { listed, sizeNeeded, sizeThere } from './words.js';
import { type KnownWorker, knownByHost, knownWorkers, mostAtOnce } from './workers.js';

interface SealingPath {
  readonly storage: StorageDeclaration;
  readonly space: PathSpace;
}

/** None where it is unknown how large one of them is. */
function sealingPaths({ worker, hardware }: KnownWorker): readonly SealingPath[] {
  const paths = worker.storage
    .filter(({ seal }) => seal)
    .map((storage) => ({ storage, space: spaceOf(storage, hardware) }));
  const known = paths.flatMap(({ storage, space }) => (space === undefined ? [] : [{ storage, space }]));
  return known.length === paths.length ? known : [];
}

const { unsealed, sealed, cache } = FILE_TYPES;

/** Lotus wants room for a sealed sector and its cache on one path, or it does not give out the task. */
export function* oneSectorHasRoom(layout: Layout): Generator<Trouble> {
  for (const known of knownWorkers(layout)) {
    const { worker, size } = known;
    const code = (['PC1', 'PC2'] as const).find((one) => worker.tasks.includes(one));
    const [first, ...others] = sealingPaths(known);
    if (code === undefined || first === undefined) continue;
    const needed = spaceNeeded(sealed | cache, size, 'sealing');
    const roomiest = others.reduce(
      (best, path) => (path.space.usable > best.space.usable ? path : best),
      first,
    );
    if (roomiest.space.usable >= needed) continue;
    yield {
      code: 'SF266',
      severity: 'error',
      at: [...roomiest.storage.yaml, 'path'],
      who: worker.name,
      say: (name) =>
        `no sealing path of ${name(worker.name)} has room for a sector: ${code} needs ${sizeNeeded(needed)} on one path, and the roomiest has ${sizeThere(roomiest.space.usable)}`,
      help: 'Put the path on a larger disk, or raise its maxStorage.',
    };
  }
}

/** A worker with a limit on PC1, and what so many sectors take. */
interface Sealer {
  readonly known: KnownWorker;
  readonly paths: readonly [SealingPath, ...SealingPath[]];
  readonly sectors: number;
  /** bytes */
  readonly needed: number;
}

/** What the limit promises must find room; paths on one file system share it. */
export function* sectorsHaveRoom(layout: Layout): Generator<Trouble> {
  for (const workers of knownByHost(layout)) {
    const sealers = workers.flatMap((known) => sealerOf(known) ?? []);
    for (const sealer of sealers) {
      const sharing = sealers.filter((other) => other === sealer || shareRoom(sealer, other));
      // Those who share are reported once, at the first of them.
      const short = [[sealer], ...(sharing[0] === sealer ? [sharing] : [])].find((group) => isShort(group));
      if (short !== undefined) yield tooFull(sealer, short);
    }
  }
}

function sealerOf(known: KnownWorker): Sealer | undefined {
  const [first, ...others] = sealingPaths(known);
  if (first === undefined || !known.worker.tasks.includes('PC1') || !known.worker.limits.has('PC1'))
    return undefined;
  const sectors = mostAtOnce(known, 'PC1');
  const needed = sectors * spaceNeeded(unsealed | sealed | cache, known.size, 'sealing');
  // Where not even one fits, that is what is said.
  const fitsOne = [first, ...others].some(
    ({ space }) => space.usable >= spaceNeeded(sealed | cache, known.size, 'sealing'),
  );
  return fitsOne ? { known, paths: [first, ...others], sectors, needed } : undefined;
}

function shareRoom(one: Sealer, other: Sealer): boolean {
  return one.paths.some(({ space }) =>
    other.paths.some((path) => path.space.fileSystem === space.fileSystem),
  );
}

function isShort(sealers: readonly Sealer[]): boolean {
  return roomOf(sealers) < total(sealers, 'needed');
}

/** bytes: of each file system what the paths on it may use, and no more than it has. */
function roomOf(sealers: readonly Sealer[]): number {
  const rooms = new Map<string, { readonly size: number; readonly usable: number }>();
  for (const { space } of sealers.flatMap(({ paths }) => paths)) {
    const usable = (rooms.get(space.fileSystem)?.usable ?? 0) + space.usable;
    rooms.set(space.fileSystem, { size: space.size, usable });
  }
  return [...rooms.values()].reduce((sum, { size, usable }) => sum + Math.min(size, usable), 0);
}

function total(sealers: readonly Sealer[], field: 'sectors' | 'needed'): number {
  return sealers.reduce((sum, sealer) => sum + sealer[field], 0);
}

function tooFull({ known, paths }: Sealer, sealers: readonly Sealer[]): Trouble {
  const names = sealers.map((sealer) => sealer.known.worker.name);
  const room = roomOf(sealers);
  return {
    code: 'SF265',
    severity: 'warning',
    at: [...paths[0].storage.yaml, 'path'],
    who: known.worker.name,
    say: (name) =>
      `${total(sealers, 'sectors')} PC1 at once take ${sizeNeeded(total(sealers, 'needed'))}, and the sealing paths of ${listed(names.map(name))} have ${sizeThere(room)}`,
    help: 'Lower the limit of PC1, or give its sectors more room.',
  };
}
