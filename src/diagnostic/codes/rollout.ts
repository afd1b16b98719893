import type { Codes } from '../code-facts.js';

/** SF225, SF560–SF565: the order of restarts. */
export const ROLLOUT_CODES = {
  SF225: {
    title: 'restart that could never happen',
    severity: 'error',
    why: '`rollout.minAvailable` asks for at least as many workers that go on doing a task as the farm has for it. A restart takes one away for a while, so that none of them could ever be restarted.',
    remedy:
      'Write a smaller number, or leave it out: where several workers do a task, they are never all restarted at once anyway.',
  },
  SF560: {
    title: 'plan that disturbs much of the farm',
    severity: 'error',
    why:
      'More of the running workers would be restarted or made quiet than `rollout.largePlan` lets pass (30% unless the file says otherwise), and at least three. ' +
      'That happens when a default or a profile is changed, and also by a slip in one. `plan` only says so; `apply` changes nothing.',
    remedy:
      'Read the plan. If all of it is meant, run `sealfarm apply --allow-large`, or raise `rollout.largePlan`.',
  },
  SF561: {
    title: 'restart held back',
    severity: 'warning',
    why:
      '`rollout.minAvailable` says how many workers must go on doing a task. So many of them are down, drained or without the task now that one more could not be spared, not even alone. ' +
      'The restart is left out; everything else is done.',
    remedy:
      'Bring the other workers back, with `sealfarm resume` where they are drained, and apply again. Or lower `rollout.minAvailable`.',
  },
  SF562: {
    title: 'restart or end of the only worker for a proof',
    severity: 'warning',
    why:
      'No other worker for this proof runs. A miner with `DisableBuiltinWindowPoSt` or `DisableBuiltinWinningPoSt` in its config.toml leaves the proofs to workers: a WindowPoSt deadline that passes meanwhile costs power and collateral, a block that was won is lost. ' +
      'A worker that is restarted is back within a minute or two, or in hours where it has to fetch parameters; one that the file wants stopped, or names no more, is not. Where the file names `miner.host`, what lotus-miner has set is seen: then this is only said where it is so, and as an error where the worker goes for good.',
    remedy:
      'Look at `lotus-miner proving deadlines` and apply right after one was proven, or declare and start a second worker for the proof first.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/8608',
      'https://github.com/filecoin-project/lotus/issues/9854',
    ],
  },
  SF563: {
    title: 'proof that is due while its workers are to be disturbed',
    severity: 'warning',
    why:
      'A deadline with sectors to prove is open and not proven yet, or the miner will begin to compute its proof within `miner.restartMargin`. ' +
      'Workers that compute WindowPoSt, and those from whose long-term storage it is read, are needed for it. `plan` asks for that only where the file names `miner.host`.',
    remedy:
      'Nothing: `apply` restarts and drains them when no proof is due any more. `apply --force-restart` does not wait.',
  },
  SF564: {
    title: 'one GPU for two workers, for a while',
    severity: 'warning',
    why:
      'A GPU goes from one worker of a host to another. Each is restarted when it is quiet, and the one that gets the GPU is so before the one that has it: until that one is restarted, both use it. ' +
      'The lock of bellman is a file in the TMPDIR, and each worker of sealfarm has one of its own, so they do not wait for each other: PC2, C2 and proofs may fail for want of GPU memory.',
    remedy:
      'Usually nothing: a task that failed is tried again. Otherwise drain the worker that has the GPU, apply, and resume it.',
  },
  SF565: {
    title: 'end of the only worker for a task',
    severity: 'warning',
    why:
      'The file wants the worker drained or stopped, or names it no more, and no other one that runs does the task, or PC2 for a storage group. ' +
      'Nobody does it from then on: sectors that come to that task wait there, and their tickets may expire.',
    remedy:
      'Declare the task on another worker and apply before this one goes. Where it is meant so, nothing.',
  },
} as const satisfies Codes;
