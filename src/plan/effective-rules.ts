import { task } from '../lotus/task.js';
import { registeredAs } from '../observed/registered.js';
import type { WorkerStats } from '../lotus/api.js';
import { combine, NOTHING, problem, type Findings, type WorkerContext } from './worker-context.js';

/**
 * What Lotus goes by although the process was started as declared: a restart would bring the same again, so it is
 * said and nothing is done. Lotus: WorkerInfo, read once at the start.
 */
export function planEffective(context: WorkerContext): Findings {
  const registered = registeredAs(context.miner, context.desired.name);
  return registered === undefined
    ? NOTHING
    : combine([limits(context, registered), gpus(context, registered)]);
}

function limits(context: WorkerContext, { Info }: WorkerStats): Findings {
  const { desired, sealProof } = context;
  const differing = [...desired.limits].flatMap(([code, most]) => {
    const row = Info.Resources.Resources[task(code).rpc]?.[sealProof];
    return row === undefined || row.MaxConcurrent === most
      ? []
      : [`at most ${row.MaxConcurrent === 0 ? 'any number of' : row.MaxConcurrent} ${code}, not ${most}`];
  });
  if (differing.length === 0) return NOTHING;
  return problem(context, {
    code: 'SF536',
    severity: 'warning',
    message: `${desired.name} was started as declared, and Lotus goes by other numbers: ${differing.join('; ')}`,
    help: 'Look for a second variable without the sector size under `env`, and at `lotus-worker resources --all` on the host.',
  });
}

function gpus(context: WorkerContext, { Info }: WorkerStats): Findings {
  const { name, gpus: declared } = context.desired;
  const seen = Info.Resources.GPUs?.length ?? 0;
  if (declared === undefined || seen >= declared) return NOTHING;
  return problem(context, {
    code: 'SF527',
    severity: 'warning',
    message: `${name} was started with ${declared} of the GPUs, and Lotus sees ${seen === 0 ? 'none' : seen}`,
    help: 'Look for "getting gpu devices failed" in its log, and compare with `nvidia-smi -L` on the host; Lotus looks once, when the worker starts.',
  });
}
