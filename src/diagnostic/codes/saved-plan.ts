import type { Codes } from '../code-facts.js';

/** SF622–SF624: plans that are put away and applied later. */
export const SAVED_PLAN_CODES = {
  SF622: {
    title: 'no saved plan',
    severity: 'error',
    why:
      'The file cannot be read, or it is not one that `sealfarm plan --out` wrote in the format that this version reads. ' +
      'What `sealfarm plan --json` prints has the same steps, but not what they were made from, and cannot be applied. ' +
      'Neither can a plan that was edited: what was read in it would not be what is done.',
    remedy: 'Make a new plan with `sealfarm plan --out FILE` and have it looked at.',
  },
  SF623: {
    title: 'saved plan does not hold any more',
    severity: 'error',
    why:
      'A saved plan is applied as it was looked at or not at all. Since it was made something became another that it rests on: ' +
      "the file's declarations of a host, a file or a process there, the miner's index, or a step itself. " +
      'A warning that was not in it counts as well. Jobs, sectors and free space change all the time and do not count.',
    remedy: 'Nothing was changed. Make a new plan and look at what it says now.',
  },
  SF624: {
    title: 'plan cannot be saved',
    severity: 'error',
    why: 'The file named with `--out` could not be written. A plan is written whole or not at all, so that an older file of that name is as it was.',
    remedy: 'Name a file in a folder that is there, can be written to and has room.',
  },
} as const satisfies Codes;
