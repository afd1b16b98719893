import { hostFolder } from '../import/texts.js';
import { listed } from '../import/report.js';
import { FILE_TYPES } from '../lotus/file-type.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { spaceNeeded } from '../lotus/space.js';
import type { MountFacts } from '../observed/facts.js';

/** A file system of a host with room for sectors or caches. */
export interface Place {
  readonly mount: string;
  /** bytes that are free now */
  readonly free: number;
  readonly kind: 'fast' | 'unknown' | 'slow';
}

/** What the file systems of a host are for. */
export interface Disks {
  /** Each with room for one sector in the making at the least; the roomiest first. */
  readonly seal: readonly Place[];
  readonly store: readonly Place[];
  /** All that can be written to, for caches; the fastest first, then the one with the least room. */
  readonly others: readonly Place[];
  /** What is left out, and why. */
  readonly notes: readonly string[];
}

/**
 * Of the system, of other programs, or cleared at boot or by age, as tmpfiles.d(5) does with /tmp: no place for sectors whatever is
 * free there. The same holds below hidden folders, such as the ~/.lotus of a node.
 */
const OF_THE_SYSTEM =
  /^\/(?:boot|dev|efi|etc|proc|recovery|run|snap|sys|tmp|usr|var\/(?:backups|cache|crash|log|mail|snap|spool|tmp)|var\/lib\/(?!(?:filecoin|sealfarm)(?:\/|$))[^/]+)(?:\/|$)|\/\./;

/** Without the rights and the long names that Lotus and systemd count on, or no file system of its own kind. */
const UNFIT_TYPES = /^(?:vfat|exfat|msdos|ntfs3?|fuseblk|iso9660|squashfs|udf)$/;

const SOUNDS_FAST = /nvme|ssd|fast|scratch|seal/i;
const SOUNDS_SLOW = /hdd|sata|slow|archive|cold|long|stor|bulk/i;

const KINDS = ['fast', 'unknown', 'slow'] as const;

/** Beyond what it was chosen for; a root file system that is full stops the machine. */
const LEFT_TO_THE_SYSTEM = 50 * 2 ** 30;

/** Finished sectors for which a disk of its own is worth its entry in the index. */
const WORTH_STORING = 10;

const { unsealed, sealed, cache } = FILE_TYPES;

/** bytes of a sector while PC1 works on it, with its unsealed file. */
export function sectorInPc1(size: SectorSize): number {
  return spaceNeeded(unsealed | sealed | cache, size, 'sealing');
}

function sectorStored(size: SectorSize): number {
  return spaceNeeded(sealed | cache, size, 'stored');
}

/**
 * Chooses among file systems: to seal on those of fast disks; where none is known to be fast, on the one with the most room.
 * What is left and large is for finished sectors. The root's comes last of all, but before disks that turn where it is fast.
 */
export function disksOf(mounts: readonly MountFacts[], size: SectorSize): Disks {
  const { mounts: apart, left } = oncePerPool(mounts);
  const places = apart.flatMap((mount) => placeOf(mount) ?? []).toSorted((a, b) => b.free - a.free);
  const own = places.filter(({ mount }) => mount !== '/');
  const roomy = own.filter(({ free }) => free >= sectorInPc1(size));
  const fast = roomy.filter(({ kind }) => kind === 'fast');
  const [best] = roomy.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  const root = places.filter(
    ({ mount, free }) => mount === '/' && free >= sectorInPc1(size) + leftOnRoot(size),
  );
  const onRoot = best === undefined || (best.kind === 'slow' && root.some(({ kind }) => kind === 'fast'));
  const seal = fast.length > 0 ? fast : onRoot ? root : [best];
  const store = own.filter(
    (place) =>
      !seal.includes(place) && place.kind !== 'fast' && place.free >= WORTH_STORING * sectorStored(size),
  );
  const others = places.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.free - b.free);
  return { seal, store, others, notes: [...notesOf(mounts), ...left] };
}

/** Data sets of a pool all have its room, which is there once; a pool with the root on it is as small as the root. zfs-list(8) */
function oncePerPool(mounts: readonly MountFacts[]): {
  readonly mounts: readonly MountFacts[];
  readonly left: readonly string[];
} {
  const poolOf = ({ type, source }: MountFacts): string | undefined =>
    type === 'zfs' ? source.split('/')[0] : undefined;
  const first = new Map<string, MountFacts>();
  const rank = ({ mount, free = 0 }: MountFacts): number => (mount === '/' ? Infinity : free);
  const usable = mounts.filter((mount) => placeOf(mount) !== undefined);
  for (const mount of usable.toSorted((a, b) => rank(b) - rank(a) || a.mount.length - b.mount.length)) {
    const pool = poolOf(mount);
    if (pool !== undefined && !first.has(pool)) first.set(pool, mount);
  }
  const isFirst = (mount: MountFacts): boolean => {
    const pool = poolOf(mount);
    return pool === undefined || first.get(pool) === mount;
  };
  const pools = [...first].flatMap(([pool, { mount }]) => {
    const others = usable.filter((one) => poolOf(one) === pool && !isFirst(one));
    if (others.length === 0) return [];
    const names = listed(
      others.map((one) => one.mount),
      4,
    );
    return [`left out: ${names}, whose room is that of the pool ${pool}, as ${mount} has it`];
  });
  return { mounts: mounts.filter(isFirst), left: pools };
}

/** bytes; sectors for tests are no reason to keep so much free */
export function leftOnRoot(size: SectorSize): number {
  return Math.min(LEFT_TO_THE_SYSTEM, sectorInPc1(size));
}

function placeOf(facts: MountFacts): Place | undefined {
  const { mount, free, type, readOnly } = facts;
  if (free === undefined || readOnly === true || UNFIT_TYPES.test(type)) return undefined;
  if (mount !== '/' && (OF_THE_SYSTEM.test(mount) || hostFolder(mount) !== mount)) return undefined;
  return { mount, free, kind: kindOf(facts) };
}

/** As the kernel says; of pools, which it says nothing of, by what people call them. */
function kindOf({ mount, source, rotational }: MountFacts): Place['kind'] {
  if (source.startsWith('/dev/nvme') || rotational === false) return 'fast';
  if (rotational === true) return 'slow';
  const name = `${mount} ${source}`;
  if (SOUNDS_FAST.test(name)) return 'fast';
  return SOUNDS_SLOW.test(name) ? 'slow' : 'unknown';
}

/** Those of other machines: Lotus would count one for each worker that has it. */
function notesOf(mounts: readonly MountFacts[]): readonly string[] {
  const remote = mounts.filter(({ size, source }) => size === undefined && !source.startsWith('/dev/'));
  if (remote.length === 0) return [];
  const names = listed(remote.map(({ mount, type }) => `${mount} (${type})`));
  return [
    `left out: ${names}, of another machine. For finished sectors give it to one worker alone, with store: true; attached twice under two IDs, sealed data gets deleted`,
  ];
}

/** The folder for one use of a file system. */
export function folderOn({ mount }: Pick<Place, 'mount'>, use: string): string {
  return mount === '/' ? `/var/lib/filecoin/${use}` : `${mount}/${use}`;
}
