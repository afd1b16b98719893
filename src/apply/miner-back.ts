import { failure, success, type Result } from '../diagnostic/result.js';
import { waits, type ApplyContext } from './context.js';
import type { RestartMiner } from '../plan/miner-action.js';

/** Names of the workers that the miner gives work to. */
export async function registeredNames({
  miner,
}: Pick<ApplyContext, 'miner'>): Promise<Result<ReadonlySet<string>>> {
  const workers = await miner.workerStats();
  if (!workers.ok) return workers;
  const enabled = Object.values(workers.value).filter(({ Enabled }) => Enabled);
  return success(new Set(enabled.map(({ Info }) => Info.Hostname)));
}

/**
 * Waits until all workers of before have registered again. One that works at something comes when that has ended, which may take
 * hours: it is told of and not waited for. Fails with SF652 for those that do nothing and stay away.
 * Lotus: cmd/lotus-worker/main.go
 */
export async function workersBack(
  context: ApplyContext,
  host: string,
  before: ReadonlySet<string>,
  { ownWorkers }: RestartMiner,
): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.start;
  const expected = [...before].filter((name) => !ownWorkers.includes(name));
  let missing: readonly string[] = expected;
  for (const wait of waits(context.times)) {
    const seen = await standing(context);
    if (seen.ok) {
      const { back, busy } = seen.value;
      const away = expected.filter((name) => !back.has(name));
      missing = away.filter((name) => !busy.has(name));
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

interface Standing {
  readonly back: ReadonlySet<string>;
  /** The miner waits for something of theirs. */
  readonly busy: ReadonlySet<string>;
}

async function standing(context: ApplyContext): Promise<Result<Standing>> {
  const [back, jobs] = await Promise.all([registeredNames(context), context.miner.workerJobs()]);
  if (!back.ok) return back;
  if (!jobs.ok) return jobs;
  const open = Object.values(jobs.value)
    .flat()
    .filter(({ RunWait }) => RunWait === -1);
  return success({ back: back.value, busy: new Set(open.map(({ Hostname }) => Hostname)) });
}
