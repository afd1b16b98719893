import type { Result } from '../diagnostic/result.js';
import { waits, type ApplyContext } from './context.js';

/** Codes of a host that is away, maybe for a moment only. */
export const AWAY: ReadonlySet<string> = new Set(['SF404', 'SF405']);

/**
 * What is begun at a worker shall not stay half done since a connection broke: it is tried again while its host is away.
 * @param attempt must bear to be done twice; is given how often it was tried before
 */
export async function whileAway<T>(
  context: ApplyContext,
  host: string,
  attempt: (before: number) => Promise<Result<T>>,
): Promise<Result<T>> {
  const end = context.now().getTime() + context.times.patience;
  let before = 0;
  for (const wait of waits(context.times)) {
    const done = await attempt(before);
    if (done.ok || !AWAY.has(done.diagnostic.code)) return done;
    if (context.signal.aborted || context.now().getTime() > end) return done;
    context.emit({ type: 'host-unreached', host, diagnostic: done.diagnostic });
    await context.sleep(wait);
    before += 1;
  }
  throw new Error('waits end');
}
