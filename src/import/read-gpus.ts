import type { WrittenGpus } from '../config/written.gen.js';
import { visibleGpus } from '../lotus/visible-gpus.js';
import type { WorkerRun } from '../lotus/worker-run.js';
import { lost, type Report } from './report.js';

const BUILDERS = ['FIL_PROOFS_USE_GPU_COLUMN_BUILDER', 'FIL_PROOFS_USE_GPU_TREE_BUILDER'] as const;

/** Tasks that go by the builders. */
const BUILDING = ['PC2', 'RU', 'GSK'] as const;

interface GpuReading {
  readonly gpus?: WrittenGpus;
  /** What no word for GPUs says, as variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables that this reading has worked in, or found to be without meaning. */
export const GPU_VARIABLES: readonly string[] = [
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'BELLMAN_NO_GPU',
  'LOTUS_WORKER_ENABLE_GPU_PROVING',
  ...BUILDERS,
];

/** The inverse of what `gpus` writes. A bare process obeys CUDA_VISIBLE_DEVICES alone. */
export function readGpus(
  env: Readonly<Record<string, string>>,
  { gpuProving, tasks }: Pick<WorkerRun, 'gpuProving' | 'tasks'>,
  report: Report,
): GpuReading {
  const noGpu = env['BELLMAN_NO_GPU'];
  const proving = {
    ...(noGpu === undefined ? {} : { BELLMAN_NO_GPU: noGpu }),
    ...(gpuProving ? {} : { LOTUS_WORKER_ENABLE_GPU_PROVING: 'false' }),
  };
  const cuda = env['CUDA_VISIBLE_DEVICES'];
  if (cuda === undefined) {
    if (env['NVIDIA_VISIBLE_DEVICES'] !== undefined)
      report(
        lost(
          'NVIDIA_VISIBLE_DEVICES says nothing to a process outside of containers, so the file leaves it out',
          'Write `gpus` if it shall have some of the GPUs alone.',
        ),
      );
    if (BUILDERS.every((name) => env[name] === '1')) return { gpus: 'all', env: proving };
    return { env: { ...proving, ...only(env, BUILDERS) } };
  }
  const chosen = visibleGpus(cuda);
  if (chosen === undefined) {
    report(
      lost(
        'CUDA_VISIBLE_DEVICES has a form that `gpus` does not know',
        'Write `gpus` as `nvidia-smi -L` prints them.',
      ),
    );
    return { env: { ...proving, ...only(env, BUILDERS) } };
  }
  if (chosen.length === 0) {
    if (gpuProving && noGpu === undefined)
      report(
        lost(
          'its GPUs are hidden by CUDA_VISIBLE_DEVICES alone, and `gpus: none` says BELLMAN_NO_GPU as well',
          'Nothing: without a GPU both come to the same.',
          'note',
        ),
      );
    return { gpus: 'none', env: only(env, BUILDERS) };
  }
  const building = BUILDING.some((code) => tasks.includes(code));
  if (building && !BUILDERS.every((name) => env[name] === '1'))
    report(
      lost(
        `it builds trees on the CPU, and with \`gpus\` it will do so on the GPU: ${BUILDERS.join(' and ')} are 1 then`,
        'Look whether the GPU has the memory for it before the next restart.',
      ),
    );
  return { gpus: [...chosen], env: proving };
}

function only(env: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)));
}
