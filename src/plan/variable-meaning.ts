import { plainestFolder } from '../host/folder.js';
import { isMulticoreSdr, sdrProducers } from '../lotus/multicore-sdr.js';
import { visibleGpus } from '../lotus/visible-gpus.js';

/** By name, in the open. */
export type Environment = Readonly<Record<string, string>>;

/** What Lotus and its proofs go by where nothing is set. Lotus: rust-filecoin-proofs-api; Go: os.TempDir */
export const USUAL: Environment = {
  TMPDIR: '/tmp',
  FIL_PROOFS_PARAMETER_CACHE: '/var/tmp/filecoin-proof-parameters',
  FIL_PROOFS_PARENT_CACHE: '/var/tmp/filecoin-parents',
  FIL_PROOFS_MULTICORE_SDR_PRODUCERS: '3',
};

const FOLDERS: readonly string[] = ['TMPDIR', 'FIL_PROOFS_PARAMETER_CACHE', 'FIL_PROOFS_PARENT_CACHE'];
const MULTICORE = 'FIL_PROOFS_USE_MULTICORE_SDR';
const PRODUCERS = 'FIL_PROOFS_MULTICORE_SDR_PRODUCERS';
const GPUS = 'CUDA_VISIBLE_DEVICES';

/** Whether a variable comes to the same in two environments, however it is spelled. @param cwd of the process with the first one */
export function comesToSame(name: string, current: Environment, wanted: Environment, cwd: string): boolean {
  if (name === PRODUCERS && ![current, wanted].every((env) => isMulticoreSdr(env[MULTICORE]))) return true;
  return meaningOf(name, current, cwd) === meaningOf(name, wanted, cwd);
}

/** A difference that no word of the file would take away: what runs goes on until its next restart. */
export function isBeyondWords(name: string, current: Environment, wanted: Environment): boolean {
  switch (name) {
    case MULTICORE:
      // The proofs do the same; Lotus counts other threads for PC1.
      return [current, wanted].every((env) => isMulticoreSdr(env[MULTICORE]));
    case PRODUCERS:
      return sdrProducers(current[PRODUCERS]) === undefined;
    case GPUS:
      return wanted[GPUS] === undefined && visibleGpus(current[GPUS] ?? '') === undefined;
    case 'BELLMAN_NO_GPU':
      return hidesAllGpus(current) && hidesAllGpus(wanted);
    default:
      return false;
  }
}

/** Whether CUDA shows the process no GPU, so that nothing else is asked. */
export function hidesAllGpus(env: Environment): boolean {
  const text = env[GPUS];
  return text !== undefined && visibleGpus(text)?.length === 0;
}

function meaningOf(name: string, env: Environment, cwd: string): string | undefined {
  const text = env[name];
  if (FOLDERS.includes(name))
    return text === undefined || text === '' ? USUAL[name] : plainestFolder(text, cwd);
  switch (name) {
    case MULTICORE:
      return isMulticoreSdr(text) ? text : undefined;
    case PRODUCERS:
      return String(sdrProducers(text) ?? text);
    case GPUS:
      return text === undefined ? undefined : (visibleGpus(text)?.join(',') ?? text);
    default:
      return text ?? USUAL[name];
  }
}
