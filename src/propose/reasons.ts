import { listed } from '../import/report.js';
import { folderOn, type Place } from './disks.js';
import { isLarge } from './machine.js';
import type { Role, Roles } from './roles.js';

/** What one worker of a machine does. */
export interface InMain {
  readonly pc1: boolean;
  readonly pc2: boolean;
  readonly c2: boolean;
}

/**
 * Why the worker of a machine does what it does. Numbers that differ from one machine to the next of its kind are in none of
 * them, so that a range of hosts has each reason once.
 */
export function mainReasons(role: Role, does: InMain, onGpus: Roles['onGpus']): readonly string[] {
  return [...pc1Reasons(role), ...nodeReasons(role), ...proofs(role, does, onGpus), ...sharedGpu(role)];
}

function pc1Reasons({ pc1, machine }: Role): readonly string[] {
  if (pc1 === undefined) return [];
  return [`PC1: ${pc1.count} at once, as many as ${pc1.why}; ${coreWords(pc1, machine)}`];
}

/** Two workers would count its memory twice, so that the choice is a person's. */
function nodeReasons({ pc1, machine }: Role): readonly string[] {
  const nodes = machine.seen.facts.numa.length;
  if (pc1 === undefined || nodes < 2) return [];
  return [
    `numaNodes: its one worker has the memory of all ${nodes} nodes. A worker for each, with its share of \`cpus\`, \`memory\` and limits, would keep PC1 beside its memory`,
  ];
}

/** The lock of a GPU lies in TMPDIR, and the miner's proofs go first. bellperson: src/gpu/locks.rs */
function sharedGpu({ machine, shares }: Role): readonly string[] {
  if (!machine.besideMiner || shares.main.length + shares.c2.length === 0) return [];
  return [
    'GPU: lotus-miner computes WindowPoSt on it, too, unless a worker does. They take turns only with one TMPDIR: write that of lotus-miner as `tmpDir`',
  ];
}

function coreWords({ producers }: NonNullable<Role['pc1']>, { hardware }: Role['machine']): string {
  if (producers !== undefined) return `each on ${producers + 1} cores that share an L3 cache (multicoreSdr)`;
  const few =
    hardware.l3Groups === undefined ? '' : ', since there are too few L3 caches to give each its own';
  return `each on one core${few}`;
}

function proofs({ machine, pc1, shares }: Role, does: InMain, onGpus: Roles['onGpus']): readonly string[] {
  const codes = [...(does.pc2 ? ['PC2'] : []), ...(does.c2 ? ['C2'] : [])];
  if (codes.length === 0) return [];
  const said = listed(codes);
  if (shares.main.length > 0) {
    const several =
      shares.main.length > 1 && does.c2
        ? [
            machine.besideMiner
              ? 'one process has all GPUs, and the CPUs that lotus-miner leaves'
              : 'one process has all GPUs: for C2 in a process of its own there is too little memory',
          ]
        : [];
    const c2 = !does.c2 && shares.c2.length === 0 ? [withoutC2(machine.size)] : [];
    return [`${said}: it has ${shares.main.length === 1 ? 'a GPU' : 'GPUs'}`, ...several, ...c2];
  }
  const helped = (does.pc2 && onGpus.pc2) || (does.c2 && onGpus.c2);
  const none = helped || !isLarge(machine.size) ? '' : ', for want of a machine with a GPU that can';
  const share =
    pc1 === undefined
      ? []
      : [
          'maxParallelism: what PC1 leaves of the CPUs; with 92 % of them, as is usual, it would wait for ever',
        ];
  return [`${said}: on the CPUs${none}`, ...share];
}

function withoutC2(size: string): string {
  return `no C2: for sectors of ${size} that needs more RAM and swap than it has`;
}

/** Of a worker with C2 alone. */
export function proofReasons(): readonly string[] {
  return [
    'C2: in a process of its own with a GPU of its own, since one C2 keeps every GPU that its process sees',
  ];
}

/** Why its folders are where they are. */
export function placeReasons(role: Role, store: readonly Place[], does: InMain): readonly string[] {
  const { machine, caches } = role;
  const { seal } = machine.disks;
  const sealing = does.pc1 || does.pc2;
  return [
    ...(sealing ? sealReasons(seal) : []),
    ...(store.length === 0
      ? []
      : [`finished sectors: on ${listed(store.map(({ mount }) => mount))}, ${storeWords(store, seal)}`]),
    ...cacheReasons(role),
    ...(caches.missing.length === 0
      ? []
      : [`no file system has the room for ${listed(caches.missing)}: give it one, and say where`]),
    ...(machine.cpus === undefined ? [] : ['cpus: the others are left to lotus-miner, which is here, too']),
  ];
}

function sealReasons(seal: readonly Place[]): readonly string[] {
  const mounts = listed(seal.map(({ mount }) => (mount === '/' ? 'the root file system' : mount)));
  const [first] = seal;
  if (first === undefined) return [];
  const kind =
    first.kind === 'fast'
      ? 'fast disks'
      : first.kind === 'slow'
        ? 'for want of a fast disk with the room: PC1 and PC2 will take longer'
        : 'the most room; whether its disks are fast is not known';
  const root = first.mount === '/' ? ', where a full disk stops the machine, too (mount: any)' : '';
  return [`seals on ${mounts}: ${kind}${root}`];
}

function cacheReasons({ machine, caches }: Role): readonly string[] {
  const folders = [caches.parentCache, caches.parameterCache].flatMap((folder) => folder ?? []);
  if (folders.length === 0) return [];
  const on = (places: readonly Place[]): readonly Place[] =>
    places.filter((place) => folders.some((folder) => lieOn(folder, place)));
  const others = on(
    machine.disks.others.filter((one) => !machine.disks.seal.some(({ mount }) => mount === one.mount)),
  );
  const slow = others.filter(({ kind }) => kind === 'slow');
  const unknown = others.some(({ kind }) => kind === 'unknown') ? '; whether it is fast is not known' : '';
  return [
    ...(on(machine.disks.seal).length > 0
      ? ['caches: beside the sectors, for want of another fast file system with the room']
      : []),
    ...(others.length > slow.length
      ? [
          `caches: on another ${unknown === '' ? 'fast ' : ''}file system, so that sectors have theirs for themselves${unknown}`,
        ]
      : []),
    ...(slow.length > 0
      ? [
          `caches: on ${listed(slow.map(({ mount }) => mount))}, which turns, for want of a fast file system with the room`,
        ]
      : []),
  ];
}

function lieOn(folder: string, place: Place): boolean {
  return ['parents', 'params'].some((use) => folder === folderOn(place, use));
}

function storeWords(store: readonly Place[], seal: readonly Place[]): string {
  return store.some((place) => seal.includes(place))
    ? 'where it also seals: watch the room, or attach other storage'
    : 'large, and not needed for sealing';
}
