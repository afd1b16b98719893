import type { DesiredFarm, DesiredHost } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Observation, ObservedHost } from '../observed/observed.js';
import type { Plan, Step } from './plan.js';
import { leavingWorkers, underNewNames } from './renamed.js';

/** A worker of a host, with the GPUs that it uses now and those that it is to use. */
interface GpuUser {
  readonly name: string;
  readonly now: readonly string[];
  readonly after: readonly string[];
}

/**
 * GPUs that a worker gets before the one that has them now is restarted, though the file gives them to one of the two
 * alone. Two on one GPU work badly, not never: nothing is held back for that.
 */
export function sharedGpus(
  { waves }: Pick<Plan, 'waves'>,
  planned: readonly Step[],
  { hosts }: DesiredFarm,
  observation: Pick<Observation, 'hosts'>,
): readonly Diagnostic[] {
  const starts = new Set(planned.flatMap(({ action, worker }) => (action.kind === 'start' ? worker : [])));
  const turns = new Map(
    waves.flatMap((wave, index) => wave.turns.map(({ worker }) => [worker, index + 1] as const)),
  );
  const when = (worker: string): number | undefined => (starts.has(worker) ? 0 : turns.get(worker));
  return hosts.flatMap((home) => {
    const seen = observation.hosts.get(home.name);
    if (seen?.reached !== true || !home.workers.some(({ name }) => when(name) !== undefined)) return [];
    const users = usersOn(home, seen);
    return users.flatMap((user) => {
      const at = when(user.name);
      return at === undefined ? [] : users.flatMap((other) => meanwhile(home, user, other, at, when));
    });
  });
}

function meanwhile(
  { name: host }: DesiredHost,
  user: GpuUser,
  holder: GpuUser,
  at: number,
  when: (worker: string) => number | undefined,
): readonly Diagnostic[] {
  const until = when(holder.name);
  if (user === holder || (until !== undefined && until < at)) return [];
  const shared = user.after.filter(
    (gpu) => holder.now.includes(gpu) && !holder.after.includes(gpu) && !user.now.includes(gpu),
  );
  return shared.length === 0 ? [] : [onOneGpu(host, user.name, holder.name, shared, until)];
}

function usersOn(home: DesiredHost, host: ObservedHost): readonly GpuUser[] {
  const { workers } = underNewNames(home, host);
  const declared = home.workers.map(({ name, env }): GpuUser => {
    const wanted = env.find((entry) => entry.name === GPUS)?.value;
    const now = workers.get(name)?.process?.environ.get(GPUS)?.reveal();
    return { name, now: listed(now), after: listed(typeof wanted === 'string' ? wanted : '') };
  });
  const leaving = leavingWorkers(home, host).map(([name, { process }]): GpuUser => {
    return { name, now: listed(process?.environ.get(GPUS)?.reveal()), after: [] };
  });
  return [...declared, ...leaving];
}

const GPUS = 'CUDA_VISIBLE_DEVICES';

/** What names no GPU, such as -1 or nothing, tells none. */
function listed(variable = ''): readonly string[] {
  return variable.split(',').filter((gpu) => gpu !== '' && !gpu.startsWith('-'));
}

function onOneGpu(
  host: string,
  worker: string,
  holder: string,
  gpus: readonly string[],
  until: number | undefined,
): Diagnostic {
  const what = `${gpus.length === 1 ? 'GPU' : 'GPUs'} ${gpus.join(', ')}`;
  const end = until === undefined ? 'which this plan does not restart' : `whose turn is in wave ${until}`;
  return {
    code: 'SF564',
    severity: 'warning',
    message: `${worker} gets ${what} of ${host} before ${holder} has let go, ${end}: until then both use it`,
    place: { kind: 'host', host, worker },
    help: `If PC2 or proofs may not fail meanwhile for want of GPU memory: \`sealfarm drain ${holder}\`, apply, then \`sealfarm resume ${holder}\`.`,
  };
}
