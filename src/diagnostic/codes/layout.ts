import type { Codes } from '../code-facts.js';

/** SF241–SF274: what the machines of a farm can and cannot do. */
export const LAYOUT_CODES = {
  SF241: {
    title: 'malformed list of CPUs',
    severity: 'error',
    why: 'The list goes to `taskset -c`, and Lotus counts only the CPUs in it. A list that taskset does not understand keeps the worker from starting.',
    remedy: 'Write numbers and ranges that go upwards, with commas between them: `0-31` or `0-15,64-79`.',
  },
} as const satisfies Codes;
