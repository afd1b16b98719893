import { ADOPTING_CODES } from './codes/adopting.js';
import { DRAINING_CODES } from './codes/draining.js';
import { FARM_CODES } from './codes/farm.js';
import { FARM_RULE_CODES } from './codes/farm-rules.js';
import { FILE_CODES } from './codes/file.js';
import { INIT_CODES } from './codes/init.js';
import { IMPORTING_CODES } from './codes/importing.js';
import { LEAVING_CODES } from './codes/leaving.js';
import { LAYOUT_CODES } from './codes/layout.js';
import { LIVE_CODES } from './codes/live.js';
import { LIVE_FARM_CODES } from './codes/live-farm.js';
import { MINER_API_CODES } from './codes/miner-api.js';
import { MINER_CODES } from './codes/miner.js';
import { OBSERVING_CODES } from './codes/observing.js';
import { REACHING_CODES } from './codes/reaching.js';
import { ROLLOUT_CODES } from './codes/rollout.js';
import { ROUTE_CODES } from './codes/routes.js';
import { SAVED_PLAN_CODES } from './codes/saved-plan.js';
import { GOING_BACK_CODES } from './codes/going-back.js';
import { SANDBOX_CODES } from './codes/sandbox.js';
import { SECRET_CODES } from './codes/secrets.js';
import { WORKER_CODES } from './codes/worker.js';
import { WORKER_UNIT_CODES } from './codes/worker-unit.js';
import { WORKING_CODES } from './codes/working.js';

/**
 * Every code sealfarm can say, each with one meaning for ever: a code that is given up is not used again.
 * SF1xx YAML and schema · SF2xx meaning of the farm · SF3xx secrets · SF4xx reaching a host and Lotus ·
 * SF5xx observation and plan · SF6xx apply, drain and the command line · SF7xx sandbox
 */
export const CODES = {
  ...FILE_CODES,
  ...FARM_CODES,
  ...WORKER_CODES,
  ...FARM_RULE_CODES,
  ...LAYOUT_CODES,
  ...LEAVING_CODES,
  ...ADOPTING_CODES,
  ...WORKER_UNIT_CODES,
  ...ROUTE_CODES,
  ...ROLLOUT_CODES,
  ...SECRET_CODES,
  ...REACHING_CODES,
  ...MINER_CODES,
  ...OBSERVING_CODES,
  ...MINER_API_CODES,
  ...LIVE_CODES,
  ...LIVE_FARM_CODES,
  ...WORKING_CODES,
  ...DRAINING_CODES,
  ...SAVED_PLAN_CODES,
  ...GOING_BACK_CODES,
  ...IMPORTING_CODES,
  ...INIT_CODES,
  ...SANDBOX_CODES,
};

/** `SF` and three digits. */
export type DiagnosticCode = keyof typeof CODES;

export interface CodeFamily {
  /** What its codes begin with. */
  readonly start: `SF${number}`;
  readonly title: string;
}

/** In the order of their codes. */
export const CODE_FAMILIES: readonly CodeFamily[] = [
  { start: 'SF1', title: 'YAML and schema' },
  { start: 'SF2', title: 'meaning of the farm' },
  { start: 'SF3', title: 'secrets' },
  { start: 'SF4', title: 'reaching a host and Lotus' },
  { start: 'SF5', title: 'observation and plan' },
  { start: 'SF6', title: 'apply, drain and the command line' },
  { start: 'SF7', title: 'sandbox' },
];

/** All codes of a family, in order. */
export function codesOf({ start }: CodeFamily): readonly DiagnosticCode[] {
  return ALL_CODES.filter((code) => code.startsWith(start));
}

/** The code a person means by `SF210`, `sf210` or `210`; undefined where there is none. */
export function codeNamed(word: string): DiagnosticCode | undefined {
  const upper = word.toUpperCase();
  return ALL_CODES.find((code) => code === upper || code === `SF${upper}`);
}

export const ALL_CODES: readonly DiagnosticCode[] = Object.keys(CODES).filter(isCode).sort();

function isCode(text: string): text is DiagnosticCode {
  return Object.hasOwn(CODES, text);
}
