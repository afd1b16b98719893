import { failure, success, type Result } from '../diagnostic/result.js';
import { waits, type ApplyContext } from './context.js';
import type { RestartMiner } from '../plan/miner-action.js';

/** The miner's workers at a moment. */
export interface Roll {
  /** Names of those that it gives work to. */
  readonly registered: ReadonlySet<string>;
  /** Names of those that have a job, or of which it waits for a result. */
  readonly busy: ReadonlySet<string>;
}

export async function callRoll({ miner }: Pick<ApplyContext, 'miner'>): Promise<Result<Roll>> {
  const [workers, jobs] = await Promise.all([miner.workerStats(), miner.workerJobs()]);
  if (!workers.ok) return workers;
  if (!jobs.ok) return failure(jobs.diagnostic);
  const enabled = Object.values(workers.value).filter(({ Enabled }) => Enabled);
  const busy = Object.entries(jobs.value).flatMap(([session, list]) =>
    list
      .filter(({ RunWait }) => RunWait >= -1)
      .map(({ Hostname }) => workers.value[session]?.Info.Hostname ?? Hostname),
  );
  return success({ registered: new Set(enabled.map(({ Info }) => Info.Hostname)), busy: new Set(busy) });
}

/**
 * Waits until all workers of before have registered again. One that works at something comes when that has ended, which may take
 * hours: it is told of and not waited for. Of AP, FIN and GET the miner remembers nothing, so that who had a job before counts as
 * well. Fails with SF652 for those that do nothing and stay away.
 * Lotus: cmd/lotus-worker/main.go
 */
export async function workersBack(
  context: ApplyContext,
  host: string,
  before: Roll,
  { ownWorkers }: RestartMiner,
): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.start;
  const expected = [...before.registered].filter((name) => !ownWorkers.includes(name));
  let missing: readonly string[] = expected;
  for (const wait of waits(context.times)) {
    const now = await callRoll(context);
    if (now.ok) {
      const { registered, busy } = now.value;
      const away = expected.filter((name) => !registered.has(name));
      missing = away.filter((name) => !busy.has(name) && !before.busy.has(name));
      if (missing.length === 0) {
        if (away.length > 0) context.emit({ type: 'miner-back', host, away });
        return success(undefined);
      }
    }
    if (context.signal.aborted || context.now().getTime() > end) break;
    await context.sleep(wait);
  }
  return failure({
    code: 'SF652',
    severity: 'error',
    message: `lotus-miner is back, and these workers have not registered again: ${missing.join(', ')}`,
    place: { kind: 'host', host },
    help: 'Look at their logs (`sealfarm logs WORKER`): they register by themselves once they reach the API of the miner.',
  });
}
