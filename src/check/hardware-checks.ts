import type { LayoutCheck } from './layout.js';

/** What the machines can do: memory, CPUs, GPUs, disks. */
export const HARDWARE_CHECKS: readonly LayoutCheck[] = [];
