import type { MinerStanding } from '../plan/miner-standing.js';
import type { PlanView } from './plan-block.js';
import type { ShownPlan } from './shown-plan.js';
import { oneLine, wrap } from './text.js';
import { shown } from './words.js';

/** What lotus-miner goes by only once somebody restarts it. */
export function minerLines(
  { miner }: Pick<ShownPlan, 'miner'>,
  { style, width }: Pick<PlanView, 'style' | 'width'>,
): readonly string[] {
  if (miner === undefined || miner.pending.length === 0) return [];
  const title = `${style.bold(miner.host)}: ${style.yellow('[pending miner restart]')} lotus-miner goes by this only after a restart, which \`apply --restart-miner\` does:`;
  return [
    ...wrap(title, width, '  '),
    ...miner.pending.flatMap(({ field, before, after }) =>
      wrap(`  ${oneLine(field)}: ${shown(before)} → ${shown(after)}`, width, '     '),
    ),
  ];
}

/** What is said of it in the last line; nothing where lotus-miner goes by all of its file. */
export function minerWords(miner: MinerStanding | undefined): readonly string[] {
  if (miner === undefined) return [];
  const { pending, hidden } = miner;
  return [
    ...(pending.length === 0 ? [] : ['A restart of lotus-miner is pending.']),
    ...(hidden.length === 0 ? [] : [`Variables of lotus-miner outrank ${hidden.join(', ')}.`]),
  ];
}
