import { cachesOf, type Caches } from './caches.js';
import { gpuShares, type Does, type GpuShares } from './gpu-shares.js';
import { canDo, isLarge, type Machine } from './machine.js';
import { precommit1On, type Precommit1 } from './precommit1.js';

/** What a machine is to do, and with what of its own. */
export interface Role {
  readonly machine: Machine;
  readonly pc1?: Precommit1;
  readonly pc2: boolean;
  readonly c2: boolean;
  readonly shares: GpuShares;
  readonly caches: Caches;
}

/** What the machines come to together. */
export interface Roles {
  readonly roles: readonly Role[];
  /** Whether PC2 and C2 are done on GPUs. */
  readonly onGpus: Does;
  /** Why machines with GPUs do, or do not do, PC1. */
  readonly balance?: 'gpus-are-busy' | 'gpus-have-time';
}

/** PC1 whose sectors one GPU keeps up with: 4 h of PC1 against 25 min of PC2 and 30 min of C2. */
const PC1_PER_GPU = 240 / 55;

/** Without GPUs C2 takes hours of all CPUs: on two machines, so that one may be away. */
const COMMITTERS = 2;

/**
 * Deals the tasks out. The miner's machine is left to it where the others can do as much without.
 * @param machines in the order of the file
 */
export function rolesOf(machines: readonly Machine[]): Roles {
  const all = deal(machines);
  const apart = machines.filter(({ besideMiner }) => !besideMiner);
  if (apart.length === machines.length) return all;
  const without = deal(apart);
  if (!doesAsMuch(without.roles, all.roles)) return all;
  const byMachine = new Map(without.roles.map((role) => [role.machine, role]));
  return {
    ...without,
    roles: machines.map((machine) => byMachine.get(machine) ?? roleOf(machine, NONE, false)),
  };
}

const NONE: Does = { pc1: false, pc2: false, c2: false };

function doesAsMuch(some: readonly Role[], all: readonly Role[]): boolean {
  const kinds = [({ pc1 }: Role) => pc1 !== undefined, ({ pc2 }: Role) => pc2, ({ c2 }: Role) => c2];
  return kinds.every((does) => some.some(does) || !all.some(does));
}

function deal(machines: readonly Machine[]): Roles {
  const pc2 = doersOf(machines, 'PC2');
  const c2 = doersOf(machines, 'C2');
  const sealing = onBetterDisks(machines.filter((machine) => canDo(machine, 'PC1')));
  const onGpus = (machine: Machine): boolean =>
    usesGpu(machine) && (pc2.includes(machine) || c2.includes(machine));
  const role = (machine: Machine, pc1: boolean, inTurns: boolean): Role =>
    roleOf(machine, { pc1, pc2: pc2.includes(machine), c2: c2.includes(machine) }, inTurns);
  const others = sealing.filter((machine) => !onGpus(machine)).map((machine) => role(machine, true, false));
  const supply = others.reduce((sum, { pc1 }) => sum + (pc1?.count ?? 0), 0);
  const gpus = machines.filter(onGpus).reduce((sum, machine) => sum + machine.gpus.length, 0);
  const helps = supply < gpus * PC1_PER_GPU || supply === 0;
  const known = new Map(others.map((one) => [one.machine, one]));
  const roles = machines.map(
    (machine) => known.get(machine) ?? role(machine, helps && sealing.includes(machine), false),
  );
  const anyone = roles.some(({ pc1 }) => pc1 !== undefined);
  const [best] = sealing.toSorted((a, b) => b.hardware.memory - a.hardware.memory);
  return {
    // Rather one PC1 that waits for C2 than none in the farm.
    roles: anyone ? roles : roles.map((one) => (one.machine === best ? role(best, true, true) : one)),
    onGpus: { pc1: false, pc2: pc2.some(usesGpu), c2: c2.some(usesGpu) },
    ...(gpus === 0 || others.length === 0
      ? {}
      : { balance: helps ? ('gpus-have-time' as const) : ('gpus-are-busy' as const) }),
  };
}

/** Those with GPUs where there are any; PC2 of all others, C2 of the largest of them. */
function doersOf(machines: readonly Machine[], code: 'PC2' | 'C2'): readonly Machine[] {
  const can = machines.filter((machine) => canDo(machine, code));
  const able = code === 'PC2' ? onBetterDisks(can) : can;
  const withGpus = able.filter(usesGpu);
  if (withGpus.length > 0) return withGpus;
  if (code === 'PC2') return able;
  return able.toSorted((a, b) => b.hardware.memory - a.hardware.memory).slice(0, COMMITTERS);
}

/** Machines whose disks turn are for finished sectors, where others have better ones. */
function onBetterDisks(machines: readonly Machine[]): readonly Machine[] {
  const better = machines.filter(({ disks }) => disks.seal.some(({ kind }) => kind !== 'slow'));
  return better.length > 0 ? better : machines;
}

/** GPUs make no difference to the proofs of test sectors. */
function usesGpu({ gpus, size }: Machine): boolean {
  return gpus.length > 0 && isLarge(size);
}

function roleOf(machine: Machine, does: Does, inTurns: boolean): Role {
  const shares = gpuShares(machine, does);
  const caches = cachesOf(machine, does);
  const pc1 = does.pc1 ? precommit1On(machine, caches.seal, shares.taken, inTurns) : undefined;
  if (does.pc1 && pc1 === undefined && (does.pc2 || does.c2))
    return roleOf(machine, { ...does, pc1: false }, false);
  return { machine, ...(pc1 === undefined ? {} : { pc1 }), pc2: does.pc2, c2: does.c2, shares, caches };
}
