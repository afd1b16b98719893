import type { Worker } from '../../../src/farm/farm.js';
import type { SectorSize } from '../../../src/lotus/sector-size.js';

/**
 * A machine, a worker on it, and how many of each task run there alone: `AP DC 64 threads`. Where it is none,
 * what one wants and what there is follows, in GiB or threads: `C2 PR2 0 virtual-memory 182/128`.
 *
 * Each count is worked out by hand from Lotus's table, in the comment beside it, with M RAM and S swap in GiB:
 *   R = (M − BaseMinMemory) / MinMemory, V = (M + S − BaseMinMemory) / MaxMemory, T = CPUs / threads, G = GPUs / share.
 * The smallest, rounded down, is the count. Of equal ones the first binds: limit, R (memory), V (virtual-memory), T, G.
 * ε is the 10 MiB that PC1s share; 1000 and more count as unlimited.
 */
export interface Shape {
  readonly shape: string;
  readonly size: SectorSize;
  readonly cpus: number;
  /** GiB */
  readonly memory: number;
  /** GiB */
  readonly swap?: number;
  readonly gpus?: number;
  readonly worker?: Partial<Worker>;
  readonly expected: readonly string[];
}
