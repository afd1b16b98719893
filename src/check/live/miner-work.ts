import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { NO_SESSION, type WorkerJob } from '../../lotus/api.js';
import { sectorName } from '../../lotus/file-type.js';
import { taskByRpc, type TaskCode } from '../../lotus/task.js';
import { isBesideMiner } from '../beside-miner.js';
import { counted, listed } from '../hardware/words.js';
import { placeOf, seenWorkers, someOf, type LiveCheck, type LiveContext } from './context.js';

/** Somebody takes sealing work whom the file does not name: often lotus-miner itself, which seals by default. */
export const foreignWorkers: LiveCheck = function* ({ farm, observation: { miner, minerMachine } }) {
  if (!miner.reached) return;
  const declared = new Set(farm.hosts.flatMap(({ workers }) => workers.map(({ name }) => name)));
  // Both would count the whole memory of that machine.
  const shared = farm.hosts.some((host) => host.workers.length > 0 && isBesideMiner(farm, host));
  const { config } = farm.miner;
  const own = [config?.localWorkerName, minerMachine?.reached === true ? minerMachine.hostname : undefined];
  let isLeft = false;
  for (const { Info, Tasks } of miner.workers.values()) {
    // One worker is within lotus-miner; another may have the name of its machine as well.
    const isOwn: boolean = own.includes(Info.Hostname) && !isLeft;
    isLeft ||= isOwn;
    const left = isOwn ? leftToMiner(config?.tasks) : NO_TASKS;
    const codes = Tasks.flatMap((rpc) => {
      const known = taskByRpc(rpc);
      return known?.kind === 'sealing' && known.switchable && !left.has(known.code) ? [known.code] : [];
    });
    if (declared.has(Info.Hostname) || codes.length === 0) continue;
    yield {
      code: 'SF525',
      severity: 'warning',
      message: `${Info.Hostname}, which is not in the file, takes ${listed(codes)}${shared ? '; workers of the file share the machine of the miner' : ''}`,
      help: 'If it is lotus-miner itself, set the `[Storage] Allow…` keys of its config.toml to false; otherwise declare the worker.',
    };
  }
};

const NO_TASKS: ReadonlySet<TaskCode> = new Set();

/** What the file wants the worker within lotus-miner to take. DataCid follows AddPiece. */
function leftToMiner(tasks: readonly TaskCode[] = []): ReadonlySet<TaskCode> {
  return new Set(tasks.includes('AP') ? [...tasks, 'DC'] : tasks);
}

/** A worker that the miner knows and does not reach gets no task, and its storage is not chosen. */
export const disabledWorkers: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    if (seen.registered === undefined || seen.registered.Enabled) continue;
    yield {
      code: 'SF539',
      severity: 'warning',
      message: 'the worker is registered, but the miner has it disabled: it does not answer the miner',
      place: placeOf(seen),
      help: 'Look whether the miner reaches its `listen` address. If it is gone for good, its entry goes with the restart of the miner.',
    };
  }
};

const LONG_MS = 24 * 3_600_000;

/** Work of a worker that has not come back: the miner waits for its result, and nothing takes it off the list. */
export const lostJobs: LiveCheck = function* (context) {
  const waiting = new Map<string, WorkerJob[]>();
  for (const job of waitingJobs(context)) {
    if (!(context.now.getTime() - Date.parse(job.Start) > LONG_MS)) continue;
    waiting.set(job.Hostname, [...(waiting.get(job.Hostname) ?? []), job]);
  }
  for (const [worker, jobs] of waiting) yield lostJobsOf(context, worker, jobs);
};

function waitingJobs({ observation: { miner } }: LiveContext): readonly WorkerJob[] {
  if (!miner.reached) return [];
  return (miner.jobs.get(NO_SESSION) ?? []).filter(({ RunWait }) => RunWait === -1);
}

function lostJobsOf(context: LiveContext, worker: string, jobs: readonly WorkerJob[]): Diagnostic {
  const names = jobs.map(({ Task, Sector }) => `${taskByRpc(Task)?.code ?? Task} of ${sectorName(Sector)}`);
  const owner = seenWorkers(context).find((seen) => seen.worker.name === worker);
  const whose = worker === '' ? 'nobody' : worker;
  return {
    code: 'SF542',
    severity: 'warning',
    message: `the miner has waited over 24 hours for ${counted(jobs.length, 'result')} of ${whose}: ${someOf(names)}`,
    ...(owner === undefined ? {} : { place: placeOf(owner) }),
    help: 'If the worker still works at it, it gives the result back when it registers again; if not, look at the sector with `lotus-miner sectors status --log`.',
  };
}
