import { defaultResources } from '../lotus/resources.js';
import { leftOnRoot, sectorInPc1, type Place } from './disks.js';
import type { Taken } from './gpu-shares.js';
import { isLarge, memoryOfTheSystem, mostAlone, type Machine } from './machine.js';

/** How much PC1 a machine does at once. */
export interface Precommit1 {
  readonly count: number;
  /** AddPiece at once: it is done long before PC1. */
  readonly adding: number;
  /** Of multicore SDR; absent where each PC1 has one core. */
  readonly producers?: number;
  /** As the end of `as many as …`. */
  readonly why: string;
}

/** From so many PC1 on a second AddPiece keeps them fed. */
const WITH_TWO_ADDING = 4;

/** Rust-fil-proofs makes no use of more. Lotus's guide: FIL_PROOFS_MULTICORE_SDR_PRODUCERS */
const MOST_PRODUCERS = 3;

/** Room for those that wait for PC2 or C2 is only kept where there are several. */
const FEW_SECTORS = 3;

interface Bound {
  readonly count: number;
  readonly why: string;
}

/**
 * As many as memory, disks and cores hold beside what else the machine does. Undefined where that is none.
 * @param seal sealing paths with what is free for sectors
 * @param beside what PC2 and C2 take there
 * @param inTurns whether one PC1 is better than none where it and the other tasks cannot run at once
 */
export function precommit1On(
  machine: Machine,
  seal: readonly Place[],
  beside: Taken,
  inTurns: boolean,
): Precommit1 | undefined {
  const bounds = [memoryBound(machine, beside), diskBound(machine, seal), cpuBound(machine, beside)];
  const lotus = { count: mostAlone(machine, 'PC1'), why: 'Lotus gives out there' };
  const bound = least([...bounds, lotus]);
  const alone = least([diskBound(machine, seal), lotus]).count >= 1;
  if (bound.count >= 1) return onCores(machine, bound, beside);
  if (!inTurns || !alone) return undefined;
  return { count: 1, adding: 1, why: `take turns with its other tasks: they do not fit together` };
}

function least(bounds: readonly Bound[]): Bound {
  return bounds.reduce((best, one) => (one.count < best.count ? one : best));
}

/** PC1 that swaps takes days: swap is counted for the peak of C2 alone. */
function memoryBound(machine: Machine, { min, max }: Taken): Bound {
  const { MinMemory, MaxMemory } = defaultResources('PC1', machine.size);
  const adding = defaultResources('AP', machine.size);
  const { memory, swap } = machine.hardware;
  const each = isLarge(machine.size) ? ` at ${MaxMemory / 2 ** 30} GiB each` : '';
  const room = (addingAtOnce: number): number => {
    const free = memory - memoryOfTheSystem(machine) - addingAtOnce * adding.MaxMemory - adding.BaseMinMemory;
    return Math.min(
      Math.floor((free - Math.max(0, max - swap)) / MaxMemory),
      Math.floor((free - min) / MinMemory),
    );
  };
  const one = room(1);
  const other = min > 0 ? ' beside its other tasks' : '';
  return {
    count: one >= WITH_TWO_ADDING ? Math.max(room(2), WITH_TWO_ADDING - 1) : one,
    why: `its RAM holds${each}${other}`,
  };
}

function diskBound({ size }: Machine, seal: readonly Place[]): Bound {
  const sectors = seal.reduce((sum, { mount, free }) => {
    const room = mount === '/' ? free - leftOnRoot(size) : free;
    return sum + Math.max(0, Math.floor(room / sectorInPc1(size)));
  }, 0);
  return { count: sectors > FEW_SECTORS ? sectors - 1 : sectors, why: 'its sealing disks hold' };
}

function cpuBound({ hardware, cores }: Machine, { threads }: Taken): Bound {
  const free = Math.min(hardware.cpus - threads - 1, cores);
  return { count: Math.max(threads === 0 ? 1 : 0, free), why: 'it has cores for' };
}

/** Each PC1 on the cores of an L3 cache of its own, where those are enough for about as many as memory and disks hold. */
function onCores(machine: Machine, bound: Bound, { threads }: Taken): Precommit1 {
  const plain = { count: bound.count, adding: bound.count >= WITH_TWO_ADDING ? 2 : 1, why: bound.why };
  const { l3Groups = 0, cpus } = machine.hardware;
  if (!isLarge(machine.size) || machine.cpus !== undefined || l3Groups === 0) return plain;
  const producers = Math.min(MOST_PRODUCERS, Math.floor(machine.cores / l3Groups) - 1);
  const byThreads = Math.floor((cpus - threads - 1) / (producers + 1));
  const count = Math.min(bound.count, l3Groups, byThreads);
  if (producers < 1 || 3 * count < 2 * bound.count) return plain;
  const why = count < bound.count ? 'it has groups of cores with an L3 cache of their own' : bound.why;
  return { count, adding: count >= WITH_TWO_ADDING ? 2 : 1, producers, why };
}
