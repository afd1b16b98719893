import { unreachable } from '../diagnostic/unreachable.js';
import type { Blocker, DrainDecision, DrainGoal } from '../drain/step.js';
import type { DrainIntent } from '../host/manifest.js';
import { blockerJson, blockerLine, blockerSince, proposalWords } from './blockers.js';
import { alignRows } from './columns.js';
import type { Style } from './style.js';
import { oneLine, wrap } from './text.js';
import { age, sinceWhen } from './words.js';

/** A worker that is drained, or would be. */
export interface DrainStatus {
  readonly host: string;
  readonly worker: string;
  /** Absent for one that is only asked about. */
  readonly intent?: DrainIntent;
  readonly goal: DrainGoal;
  /** Whether its process runs; undefined where its host cannot be reached. */
  readonly runs?: boolean;
  /** Undefined where nobody can say, as the host or the miner does not answer. */
  readonly decision?: DrainDecision;
}

export interface DrainsView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
  readonly now: Date;
}

/** A line for each worker; below it who drains it and why, and what still lies in the way, each with since when. */
export function formatDrains(drains: readonly DrainStatus[], view: DrainsView): string {
  if (drains.length === 0) return 'No worker is drained.';
  const heads = alignRows(
    drains.map((drain) => [drain.host, view.style.bold(drain.worker), stateWords(drain, view.style)]),
    view.width,
  );
  return drains
    .flatMap((drain, index) => [
      ...(heads[index] ?? []),
      ...intentLines(drain, view),
      ...wayLines(drain, view),
    ])
    .join('\n');
}

function stateWords({ decision, runs, goal, intent }: DrainStatus, style: Style): string {
  if (decision === undefined) return style.red('not known: its host, the miner or its node does not answer');
  switch (decision.verdict) {
    case 'never':
      return style.red(`can never get ${goal} as things are`);
    case 'working':
      return style.yellow(intent === undefined ? 'would be drained' : `draining until ${goal}`);
    case 'done':
      return style.green(runs === true ? goal : `${goal} and stopped`);
    default:
      return unreachable(decision.verdict);
  }
}

function intentLines({ intent }: DrainStatus, { width, now }: DrainsView): readonly string[] {
  if (intent === undefined) return [];
  const why = intent.why === undefined ? '' : `: ${intent.why}`;
  return wrap(oneLine(`    by ${intent.who} ${sinceWhen(intent.when, now)}${why}`), width, '      ');
}

function wayLines({ decision, intent }: DrainStatus, { style, width, now }: DrainsView): readonly string[] {
  if (decision === undefined) return [];
  const { blockers, proposal, disable, enable } = decision;
  const off =
    disable.length === 0
      ? []
      : [`${intent === undefined ? 'would switch' : 'to switch'} off now: ${disable.join(' ')}`];
  const on = enable.length === 0 ? [] : [`on again for what lies here: ${enable.join(' ')}`];
  const lines = [
    ...off,
    ...on,
    ...blockers.map((blocker) => `${blockerLine(blocker)}${sinceWords(blocker, now)}`),
  ];
  const out = proposal === undefined ? [] : [style.bold(proposalWords(proposal))];
  return [...lines.map(oneLine), ...out].flatMap((line) => wrap(`    ${line}`, width, '      '));
}

function sinceWords(blocker: Blocker, now: Date): string {
  const since = blockerSince(blocker);
  return since === undefined ? '' : `, since ${age(since, now)}`;
}

export interface DrainsJson {
  readonly formatVersion: 1;
  readonly farm: string;
  readonly drains: readonly unknown[];
}

export function drainsJson(farm: string, drains: readonly DrainStatus[]): DrainsJson {
  const drainJson = ({ decision, ...drain }: DrainStatus): unknown =>
    decision === undefined ? drain : { ...drain, ...decision, blockers: decision.blockers.map(blockerJson) };
  return { formatVersion: 1, farm, drains: drains.map(drainJson) };
}
