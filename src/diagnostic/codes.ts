import { FARM_CODES } from './codes/farm.js';
import { FILE_CODES } from './codes/file.js';
import { LAYOUT_CODES } from './codes/layout.js';
import { LIVE_CODES } from './codes/live.js';
import { OBSERVING_CODES } from './codes/observing.js';
import { REACHING_CODES } from './codes/reaching.js';
import { ROUTE_CODES } from './codes/routes.js';
import { SANDBOX_CODES } from './codes/sandbox.js';
import { SECRET_CODES } from './codes/secrets.js';
import { WORKING_CODES } from './codes/working.js';

/**
 * Every code sealfarm can say, each with one meaning for ever: a code that is given up is not used again.
 * SF1xx YAML and schema · SF2xx meaning of the farm · SF3xx secrets · SF4xx reaching a host and Lotus ·
 * SF5xx observation and plan · SF6xx apply and drain · SF7xx sandbox
 */
export const CODES = {
  ...FILE_CODES,
  ...FARM_CODES,
  ...LAYOUT_CODES,
  ...ROUTE_CODES,
  ...SECRET_CODES,
  ...REACHING_CODES,
  ...OBSERVING_CODES,
  ...LIVE_CODES,
  ...WORKING_CODES,
  ...SANDBOX_CODES,
};

/** `SF` and three digits. */
export type DiagnosticCode = keyof typeof CODES;
