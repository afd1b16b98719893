import type { TaskResources, WorkerResources } from './api.js';
import { defaultResources, sealProofKey } from './resources.js';
import type { SectorSize } from './sector-size.js';
import { LIMITABLE_TASKS, SECTOR_SIZES } from './sector-size.js';
import type { TaskCode } from './task.js';
import { task } from './task.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables call the fields of a resource row. Lotus: storage/sealer/storiface/resources.go */
const VARIABLES = {
  MinMemory: 'MIN_MEMORY',
  MaxMemory: 'MAX_MEMORY',
  GPUUtilization: 'GPU_UTILIZATION',
  MaxParallelism: 'MAX_PARALLELISM',
  MaxParallelismGPU: 'MAX_PARALLELISM_GPU',
  BaseMinMemory: 'BASE_MIN_MEMORY',
  MaxConcurrent: 'MAX_CONCURRENT',
} as const satisfies Readonly<Record<keyof TaskResources, string>>;

const FIELDS = Object.keys(VARIABLES) as (keyof TaskResources)[];
const SIZES = Object.keys(SECTOR_SIZES) as SectorSize[];

/** `PC1_32G_MIN_MEMORY`, or `DC_MIN_MEMORY`: DataCid knows no size. */
export function resourceVariable(code: TaskCode, size: SectorSize, field: keyof TaskResources): string {
  return [code, ...(code === 'DC' ? [] : [SECTOR_SIZES[size].short]), VARIABLES[field]].join('_');
}

/**
 * The resource table a worker with these variables announces.
 * Lotus: storage/sealer/storiface/resources.go ParseResourceEnv
 */
export function resourcesFromEnvironment(env: Environment): WorkerResources['Resources'] {
  return Object.fromEntries(
    LIMITABLE_TASKS.map((code) => [
      task(code).rpc,
      Object.fromEntries(SIZES.map((size) => [sealProofKey(size), taskResources(code, size, env)])),
    ]),
  );
}

/** What one task of a sector of this size counts for on a worker with these variables. */
function taskResources(code: TaskCode, size: SectorSize, env: Environment): TaskResources {
  let resources: TaskResources = { ...defaultResources(code, size), ...sdrThreads(code, env) };
  // Mostly there is none: no need to put together the names of all that could be.
  if (!Object.keys(env).some((name) => name.startsWith(`${code}_`))) return resources;
  for (const field of FIELDS) {
    const name = VARIABLES[field];
    const written = env[`${code}_${SECTOR_SIZES[size].short}_${name}`] ?? env[`${code}_${name}`];
    if (written !== undefined) resources = { ...resources, [field]: parseNumber(written, field) ?? 0 };
  }
  return resources;
}

/** Multicore SDR takes its producers and the thread that hashes. */
function sdrThreads(code: TaskCode, env: Environment): Partial<TaskResources> {
  if (code !== 'PC1' && code !== 'UNS') return {};
  if (env['FIL_PROOFS_USE_MULTICORE_SDR'] !== '1') return {};
  const producers = parseNumber(env['FIL_PROOFS_MULTICORE_SDR_PRODUCERS'] ?? '3', 'MaxParallelism') ?? 0;
  return { MaxParallelism: producers + 1 };
}

/** What Lotus makes of a variable that looks like a limit or a resource. */
export type ResourceVariable =
  | {
      readonly kind: 'read';
      readonly code: TaskCode;
      readonly field: keyof TaskResources;
      /** Undefined: it counts for all sizes. */
      readonly size?: SectorSize;
      /** Undefined where the text is no number: Lotus takes it as 0 then, and as a limit 0 is none. */
      readonly value?: number;
    }
  /** Lotus passes it over without a word. */
  | { readonly kind: 'ignored' };

const CODES = LIMITABLE_TASKS.join('|');
const SHORT_SIZES = SIZES.map((size) => SECTOR_SIZES[size].short).join('|');
const FIELD_NAMES = FIELDS.map((field) => VARIABLES[field]).join('|');

/** By its end, or, where that is misspelt, by its beginning. The public guide's PRU2 is no code. */
const LOOKS_LIKE_ONE = new RegExp(
  `_(?:${FIELD_NAMES})$|^(?:${CODES}|PRU2)_(?:(?:${SHORT_SIZES})_|(?:BASE_MIN|GPU|MAX|MIN)_)`,
);
const READ = new RegExp(`^(${CODES})(?:_(${SHORT_SIZES}))?_(${FIELD_NAMES})$`);

/** Undefined for a variable that has nothing to do with limits and resources. */
export function readResourceVariable(name: string, text: string): ResourceVariable | undefined {
  if (!LOOKS_LIKE_ONE.test(name)) return undefined;
  const [, codeText, sizeText, fieldText] = READ.exec(name) ?? [];
  const code = LIMITABLE_TASKS.find((known) => known === codeText);
  const field = FIELDS.find((known) => VARIABLES[known] === fieldText);
  if (code === undefined || field === undefined) return { kind: 'ignored' };
  const size = SIZES.find((known) => SECTOR_SIZES[known].short === sizeText);
  // DataCid has no sector: Lotus reads a name with a size, and then never asks for that row.
  if (code === 'DC' && size !== undefined) return { kind: 'ignored' };
  const value = parseNumber(text, field);
  return {
    kind: 'read',
    code,
    field,
    ...(size === undefined ? {} : { size }),
    ...(value === undefined ? {} : { value }),
  };
}

/** As Go's strconv reads it; undefined for what is no number. */
function parseNumber(text: string, field: keyof TaskResources): number | undefined {
  if (field === 'GPUUtilization') {
    const value = /^[\d.eE+-]+$/.test(text) ? Number(text) : NaN;
    return Number.isNaN(value) ? undefined : value;
  }
  const signed = field === 'MaxParallelism' || field === 'MaxParallelismGPU' || field === 'MaxConcurrent';
  return (signed ? /^[+-]?\d+$/ : /^\d+$/).test(text) ? Number(text) : undefined;
}
