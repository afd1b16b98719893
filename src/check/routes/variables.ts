import { finding, type Finding } from '../../config/finding.js';
import { nearestTo, quote } from '../../config/wording.js';
import { workersOf } from '../../farm/rules/rule.js';
import { DECLARABLE_TASKS } from '../../lotus/task.js';
import type { Layout } from '../layout.js';

const LOOKS_KNOWN = /^(?:LOTUS_WORKER|FIL_PROOFS|BELLMAN|RUST_GPU_TOOLS)_/;

/** Lotus: cmd/lotus-worker/main.go */
const OF_LOTUS = [
  ...['PATH', 'LISTEN', 'NAME', 'NO_LOCAL_STORAGE', 'NO_SWAP', 'NO_DEFAULT', 'TIMEOUT', 'ENABLE_GPU_PROVING'],
  ...['PARALLEL_FETCH_LIMIT', 'POST_PARALLEL_READS', 'POST_READ_TIMEOUT'],
].map((name) => `LOTUS_WORKER_${name}`);

/** Proofs: storage-proofs-core/src/settings.rs, and what earlier versions had */
const OF_PROOFS = [
  ...['PARAMETER_CACHE', 'PARENT_CACHE', 'CACHE_DIR', 'VERIFY_CACHE', 'VERIFY_PRODUCTION_PARAMS'],
  ...['USE_GPU_COLUMN_BUILDER', 'MAX_GPU_COLUMN_BATCH_SIZE', 'COLUMN_WRITE_BATCH_SIZE'],
  ...['USE_GPU_TREE_BUILDER', 'MAX_GPU_TREE_BATCH_SIZE', 'ROWS_TO_DISCARD', 'SDR_PARENTS_CACHE_SIZE'],
  ...['USE_MULTICORE_SDR', 'MULTICORE_SDR_PRODUCERS', 'MULTICORE_SDR_PRODUCER_STRIDE'],
  ...['MULTICORE_SDR_LOOKAHEAD', 'WINDOW_POST_SYNTHESIS_NUM_CPUS', 'MAXIMIZE_CACHING', 'USE_FIL_BLST'],
].map((name) => `FIL_PROOFS_${name}`);

/** bellperson and rust-gpu-tools: README.md */
const OF_GPUS = [
  ...[
    'NO_GPU',
    'CUSTOM_GPU',
    'VERIFIER',
    'CPU_UTILIZATION',
    'GPU_FRAMEWORK',
    'GPUS_PER_LOCK',
    'CUDA_NVCC_ARGS',
  ].map((name) => `BELLMAN_${name}`),
  'RUST_GPU_TOOLS_CUSTOM_GPU',
];

const KNOWN: ReadonlySet<string> = new Set([
  ...OF_LOTUS,
  ...DECLARABLE_TASKS.flatMap(({ variable }) => variable ?? []),
  ...OF_PROOFS,
  ...OF_GPUS,
]);

/** Nobody reads them, and nobody says so. A name that is like none may be one that a newer version knows. */
export function* variablesAreKnown({ farm }: Layout): Generator<Finding> {
  const reported = new Set<string>();
  for (const { worker } of workersOf(farm.hosts)) {
    for (const name of worker.env.keys()) {
      if (!LOOKS_KNOWN.test(name) || KNOWN.has(name) || reported.has(name)) continue;
      reported.add(name);
      const nearest = nearestTo(name, [...KNOWN]);
      const message = `neither Lotus nor the proofs are known to read ${quote(name)}`;
      const more =
        nearest === undefined
          ? ({ severity: 'note', help: 'Check the name against the version you run.' } as const)
          : ({ severity: 'warning', help: `Did you mean ${quote(nearest)}?` } as const);
      yield finding('SF242', [...worker.yaml, 'env', name], message, { on: 'key', ...more });
    }
  }
}
