import type { Codes } from '../code-facts.js';

/** SF520-SF599: what a look at the running farm shows. */
export const LIVE_CODES = {} as const satisfies Codes;
