import type { Codes } from '../code-facts.js';

/** SF275–SF299: where sectors can and cannot go. */
export const ROUTE_CODES = {} as const satisfies Codes;
