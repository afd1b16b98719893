import type { Codes } from '../code-facts.js';

/** SF640–SF649: taking workers out of the sealing pipeline. */
export const DRAINING_CODES = {
  SF640: {
    title: 'stopped with sectors on it',
    severity: 'warning',
    why:
      'The worker had no job left and was stopped, but sectors lie on paths that only it serves. C1 and finalizing run where the data is and nowhere else: these sectors wait until the worker is back. ' +
      'The public guide stops workers so (`--mode guide`), and so does `--on-deadline stop` once the deadline has passed.',
    remedy:
      'Give the worker its work back with `sealfarm resume`, and drain it until it is empty, which is what `sealfarm drain` does by itself.',
  },
} satisfies Codes;
