import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { MinerObservation, Unreached } from './observed.js';

/** An answer that takes longer than this is slow. Milliseconds; a miner at ease needs a few. */
const SLOW_MS = 5000;

/**
 * Why there is nothing to know of the miner, each reason by a code of its own.
 * @param cause what the first call that failed came to
 * @param isMiner whether it is known to be a miner: it has told its actor
 */
export function minerTrouble(cause: Diagnostic, isMiner: boolean): Unreached {
  const { code, message, help } = TROUBLES[cause.code]?.(isMiner) ?? NO_ANSWER;
  return {
    reached: false,
    diagnostic: {
      code,
      severity: 'error',
      message: `${message}: ${cause.message}`,
      help: help ?? cause.help ?? LOOK,
    },
  };
}

interface Trouble extends Pick<Diagnostic, 'code' | 'message'> {
  /** Absent where the cause knows better. */
  readonly help?: string;
}

const LOOK = 'Look whether lotus-miner runs and the hosts can reach `miner.api`.';

const NO_ANSWER: Trouble = { code: 'SF511', message: 'the miner did not answer' };

const NO_MINER: Trouble = {
  code: 'SF593',
  message: '`miner.api` is not the address of a miner',
  help: 'Compare it with what `lotus-miner auth api-info --perm admin` prints on its machine, after the first colon.',
};

const OTHER_API: Trouble = {
  code: 'SF594',
  message: 'this miner has another API than sealfarm knows',
  help: 'Look at `lotus-miner version`: sealfarm knows the API of Lotus 1.18 to 1.36.',
};

/** By the code of the cause. */
const TROUBLES: Readonly<Record<string, (isMiner: boolean) => Trouble>> = {
  SF407: () => ({
    code: 'SF590',
    message: 'lotus-miner does not run, or listens on another address',
    help: '`ss -ltnp` on its machine tells which: where it shows no lotus-miner, start it; else compare the address that it shows with `miner.api`, and `[API] ListenAddress` in its config.toml, which is loopback by default.',
  }),
  SF411: () => NO_MINER,
  SF412: () => ({
    code: 'SF591',
    message: 'the miner is there, but too slow',
    help: 'Look at the load and the log of lotus-miner; run the command again when `lotus-miner info` answers.',
  }),
  SF413: () => ({ code: 'SF592', message: 'the miner does not accept the token' }),
  SF419: () => ({
    code: 'SF593',
    message: 'nobody is at the address of the miner',
    help: 'Check `miner.api`: whether the address is right, its machine is up, and no firewall drops the connection.',
  }),
  SF420: (isMiner) => (isMiner ? OTHER_API : NO_MINER),
};

/** Who is there and answers so does not come to another answer by being waited for. */
const LASTING: ReadonlySet<string> = new Set(['SF592', 'SF594']);

/** Whether what keeps the miner from being seen may pass by itself, as a restart of lotus-miner does. */
export function mayPass({ code }: Diagnostic): boolean {
  return !LASTING.has(code);
}

/** What is wrong with the miner as a whole, as far as it can be told without the file. */
export function minerProblems(miner: MinerObservation): readonly Diagnostic[] {
  if (!miner.reached) return [miner.diagnostic];
  const { answeredMs = 0 } = miner;
  if (answeredMs < SLOW_MS) return [];
  return [
    {
      code: 'SF591',
      severity: 'warning',
      message: `the miner is up, but took ${Math.round(answeredMs / 1000)} s for an answer`,
      help: 'Look at the load, the memory and the log of lotus-miner: a slow one can be late with its proofs.',
    },
  ];
}
