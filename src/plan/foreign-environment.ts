import { API_VARIABLES, TASK_VARIABLES } from '../desired/worker-env.js';
import type { TaskResources } from '../lotus/api.js';
import { readResourceVariable, resourcesFromEnvironment, resourceVariable } from '../lotus/resource-env.js';
import { LIMITABLE_TASKS, SECTOR_SIZES, type SectorSize } from '../lotus/sector-size.js';
import { isCount, isSensible } from '../lotus/sensible.js';
import { task } from '../lotus/task.js';
import { SECRET_NAME } from '../secret/secret-name.js';
import { Secret, type MaybeSecret } from '../secret/secret.js';
import type { FieldChange } from './plan.js';
import { comesToSame, isBeyondWords, USUAL, type Environment } from './variable-meaning.js';

/** What a worker goes by although the file does not say it. All else that a shell hands down means nothing to it. */
const HEEDED = /^(?:FIL_PROOFS_|BELLMAN_|RUST_GPU_TOOLS_|RUST_LOG$|GOLOG_|CUDA_VISIBLE_DEVICES$|TMPDIR$)/;

/**
 * What the machine's own settings may be: which GPU is which, libraries, threads, how its proofs get what they need. Lost
 * only where the worker is restarted anyway, so that it is shown and asks for no restart.
 */
const HANDED =
  /^(?:CUDA_DEVICE_ORDER|LD_LIBRARY_PATH|LD_PRELOAD|GOMAXPROCS|RAYON_NUM_THREADS|EC_GPU_.*|NEPTUNE_.*|TRUST_PARAMS|IPFS_GATEWAY)$/;

/** Scratch files and logs: what Lotus does is the same. */
const WAITS = /^(?:TMPDIR|RUST_LOG|GOLOG_.*)$/;

/** Compared by what they make Lotus do, or none of Lotus's business. A bare process does not heed the last one. */
const ELSEWHERE =
  /^(?:SEALFARM_|LOTUS_WORKER_|LOTUS_MINER_PATH$|WORKER_PATH$|LOTUS_STORAGE_PATH$|NVIDIA_VISIBLE_DEVICES$)/;

/** A difference, and whether it may wait for a restart that comes for another reason. */
export interface Difference extends FieldChange {
  readonly waits: boolean;
}

/** Of variables that Lotus, or what it calls, reads by itself. @param cwd where the process was started */
export function variableDifferences(
  wanted: Environment,
  current: Environment,
  known: ReadonlySet<string>,
  cwd: string,
): readonly Difference[] {
  const heeded = Object.keys(current).filter((name) => HEEDED.test(name) || HANDED.test(name));
  const names = [...new Set([...Object.keys(wanted), ...heeded])].filter(isCompared).sort();
  return names.flatMap((name) => {
    if (comesToSame(name, current, wanted, cwd)) return [];
    const [before, after] = [current[name] ?? USUAL[name], wanted[name] ?? USUAL[name]];
    const mask = (text: string): MaybeSecret =>
      SECRET_NAME.test(name) || !(isOpen(name) || known.has(name)) ? new Secret(text) : text;
    return [
      {
        field: name,
        ...(before === undefined ? {} : { before: mask(before) }),
        ...(after === undefined ? {} : { after: mask(after) }),
        waits:
          WAITS.test(name) ||
          (HANDED.test(name) && wanted[name] === undefined) ||
          isBeyondWords(name, current, wanted),
      },
    ];
  });
}

/** The gateway is a URL, in which a password may stand. */
function isOpen(name: string): boolean {
  return HEEDED.test(name) || (HANDED.test(name) && name !== 'IPFS_GATEWAY');
}

function isCompared(name: string): boolean {
  return (
    !ELSEWHERE.test(name) &&
    !TASK_VARIABLES.has(name) &&
    !API_VARIABLES.includes(name) &&
    readResourceVariable(name, '') === undefined
  );
}

/** Of limits and resources as Lotus reads them, whatever the names of the variables. */
export function resourceDifferences(
  wanted: Environment,
  current: Environment,
  sealProof: number,
): readonly Difference[] {
  const size = (Object.keys(SECTOR_SIZES) as SectorSize[]).find(
    (one) => SECTOR_SIZES[one].sealProof === sealProof,
  );
  if (size === undefined) return [];
  const [before, after] = [tableOf(current), tableOf(wanted)];
  return LIMITABLE_TASKS.flatMap((code) => {
    const [has, shall] = [before, after].map((table) => table[task(code).rpc]?.[sealProof]);
    if (has === undefined || shall === undefined) return [];
    return (Object.keys(shall) as (keyof TaskResources)[])
      .filter((field) => meant(field, has[field]) !== meant(field, shall[field]))
      .map((field) => {
        const name = resourceVariable(code, size, field);
        const waits = !isSensible(field, has[field]) && wanted[name] === undefined;
        return { field: name, before: String(has[field]), after: String(shall[field]), waits };
      });
  });
}

/** Of a limit below 1 or above all that can be Lotus makes none. */
function meant(field: keyof TaskResources, value: number): number {
  return field === 'MaxConcurrent' && !isCount(value) ? 0 : value;
}

/** By their own variables alone: those of the proofs are compared for themselves. */
function tableOf(environment: Environment): ReturnType<typeof resourcesFromEnvironment> {
  return resourcesFromEnvironment(
    Object.fromEntries(
      Object.entries(environment).filter(([name, text]) => readResourceVariable(name, text) !== undefined),
    ),
  );
}
