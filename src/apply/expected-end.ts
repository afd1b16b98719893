import { asksThePast, expectedEnd, seen } from '../drain/pace.js';
import type { DrainDecision } from '../drain/step.js';
import type { MinerObservation } from '../observed/observed.js';
import type { ApplyContext } from './context.js';

/**
 * When what is waited for will be over, as ISO 8601; undefined where nobody can say, or it should be over by now. It goes by
 * the pace of all workers, as a restart alone would see too little, and for want of that by the miner's logs of sectors before.
 */
export async function expectedIn(
  { pace, now, pastDurations }: ApplyContext,
  { blockers }: DrainDecision,
  miner: MinerObservation,
): Promise<string | undefined> {
  if (miner.reached) pace.seen = seen(pace.seen, miner, now().getTime());
  const asks = miner.reached && asksThePast(pace.seen, blockers);
  const end = expectedEnd(pace.seen, blockers, asks ? await pastDurations(miner) : undefined);
  return end === undefined || end <= now().getTime() ? undefined : new Date(end).toISOString();
}
