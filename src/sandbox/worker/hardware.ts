import { hostname } from 'node:os';
import { readJson } from '../layout.js';

/** What a simulated machine has. */
export interface Hardware {
  readonly hostname: string;
  /** bytes */
  readonly memory: number;
  /** bytes */
  readonly swap: number;
  readonly cpus: number;
  /** Model names, in the order of their indexes. */
  readonly gpus: readonly string[];
  /** bytes, for each storage path */
  readonly disk: number;
}

const GiB = 2 ** 30;

export const DEFAULT_HARDWARE: Hardware = {
  hostname: hostname(),
  memory: 512 * GiB,
  swap: 0,
  cpus: 64,
  gpus: ['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 3090'],
  disk: 16 * 1024 * GiB,
};

/** @param file JSON of some or all fields; without one the default machine. */
export function readHardware(file: string | undefined): Hardware {
  if (file === undefined) return DEFAULT_HARDWARE;
  return { ...DEFAULT_HARDWARE, ...(readJson(file) as Partial<Hardware>) };
}

/** The GPUs a process with these variables sees, as CUDA and bellperson choose them. */
export function visibleGpus(
  gpus: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  if (env['BELLMAN_NO_GPU'] !== undefined) return [];
  const chosen = env['CUDA_VISIBLE_DEVICES'];
  if (chosen === undefined) return [...gpus];
  const seen: string[] = [];
  for (const written of chosen.split(',')) {
    const gpu = /^\d+$/.test(written.trim()) ? gpus[Number(written)] : undefined;
    // CUDA takes the devices up to the first that is not there.
    if (gpu === undefined) break;
    seen.push(gpu);
  }
  return seen;
}
