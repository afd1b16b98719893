import type { ApplyRules, ApplyTimes } from '../apply/context.js';

const HOUR = 3_600_000;

export const DEFAULT_TIMES: ApplyTimes = {
  quiet: 24 * HOUR,
  start: 120_000,
  settle: 120_000,
  patience: HOUR / 4,
  certainty: 10_000,
  poll: 500,
  longestPoll: 10_000,
};

/** Of steps that are scripts, one goes to each of so many hosts at a time; a laptop has room for as many channels. */
export const DEFAULT_RULES: ApplyRules = { parallelism: 32, detach: false, force: new Set() };
