import type { Codes } from '../code-facts.js';

/** SF701–SF703: the sandbox. */
export const SANDBOX_CODES = {
  SF701: {
    title: 'sandbox not running',
    severity: 'error',
    why: 'No sandbox runs in this folder, or one of its processes, the hosts or the simulated miner, has ended. Real farms have nothing to do with it.',
    remedy:
      'Start one with `sealfarm sandbox up`, which goes on with what is in the folder; `--dir` names another folder.',
  },
  SF702: {
    title: 'sandbox already running',
    severity: 'error',
    why: 'The processes of a sandbox in this folder are alive. A second one would use the same files and ports.',
    remedy: 'Use it, or end it with `sealfarm sandbox down`.',
  },
  SF703: {
    title: 'sandbox did not start',
    severity: 'error',
    why: 'The sandbox was not begun because the folder holds other things, a number is out of bounds or the compiled programs are missing; or it was begun and one of its processes did not answer within 30 seconds. What was started is ended again.',
    remedy:
      'Do what the message says: name a new folder, build with `npm run build`, or look at the end of the log that is shown.',
  },
} as const satisfies Codes;
