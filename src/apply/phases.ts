import { isMiners } from '../plan/miner-rules.js';
import type { Step } from '../plan/plan.js';
import { isHostScript } from './host-script.js';

/** Steps of a host that are done together. */
export interface Phase {
  /** What the host does by itself goes there as one script; what needs Lotus is done call by call. */
  readonly kind: 'script' | 'calls';
  readonly steps: readonly Step[];
}

interface Placed {
  readonly step: Step;
  /** Even for scripts, odd for calls. */
  readonly level: number;
}

/**
 * The steps of one host in as few phases as their order allows: a step comes after those before it that concern the
 * same worker, or one of them the host as a whole. Scripts and calls take turns, scripts first.
 */
export function phasesOf(steps: readonly Step[]): readonly Phase[] {
  const placed: Placed[] = [];
  for (const step of steps) {
    const parity = isHostScript(step) ? 0 : 1;
    const least = Math.max(0, ...placed.map((other) => leastAfter(other, step)));
    placed.push({ step, level: least % 2 === parity ? least : least + 1 });
  }
  const levels = [...new Set(placed.map(({ level }) => level))].toSorted((a, b) => a - b);
  return levels.map((level) => ({
    kind: level % 2 === 0 ? 'script' : 'calls',
    steps: placed.filter((one) => one.level === level).map(({ step }) => step),
  }));
}

function leastAfter({ step: before, level }: Placed, step: Step): number {
  const related =
    mustBeGone(before, step) ||
    before.worker === undefined ||
    step.worker === undefined ||
    before.worker === step.worker;
  if (!related) return 0;
  // Scripts keep their order, as do the calls of one worker; those of several are made side by side.
  return level % 2 === 0 || before.worker === step.worker ? level : level + 1;
}

/** What is left of one that was to go may come back beside whoever starts. */
function mustBeGone(before: Step, step: Step): boolean {
  return before.action.kind === 'remove-worker' && step.action.kind === 'start';
}

/**
 * Whether a step is not to be done because another one failed: a host's own step stands in the way of all of its
 * workers, a worker's step only of that worker, and a path that cannot be attached not of its other paths.
 */
export function blocks(failed: Step, step: Step): boolean {
  if (failed.host !== step.host) return false;
  // Its config.toml and its restart concern lotus-miner alone, and no worker builds on them.
  if (isMiners(failed)) return isMiners(step);
  if (failed.action.kind === 'attach' && step.action.kind === 'attach') return false;
  return mustBeGone(failed, step) || failed.worker === undefined || failed.worker === step.worker;
}
