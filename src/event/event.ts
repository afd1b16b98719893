import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Blocker, DrainGoal, Verdict } from '../drain/step.js';
import type { Staleness } from '../host/lock-holder.js';
import type { DueDeadline } from '../plan/miner-action.js';
import type { RunningJob, Step } from '../plan/plan.js';

/** Everything that happens while sealfarm works; views subscribe. */
export type Event =
  | { readonly type: 'host-observed'; readonly host: string }
  | { readonly type: 'host-unreached'; readonly host: string; readonly diagnostic: Diagnostic }
  /** Somebody else holds the lock, and it is waited for. */
  | {
      readonly type: 'lock-waiting';
      readonly host: string;
      /** `alice@laptop since 12 min (apply, process 4711)` */
      readonly holder: string;
      readonly stale?: Staleness;
    }
  /** It is waited for no more. */
  | { readonly type: 'lock-free'; readonly host: string }
  | { readonly type: 'step-started'; readonly step: Step }
  /** A restart waits until the worker is quiet. */
  | {
      readonly type: 'step-waiting';
      readonly step: Step;
      readonly blockers: readonly Blocker[];
      /** When its jobs will be over at the pace of the farm; ISO 8601, absent while that is not known. */
      readonly expected?: string;
    }
  /** The restart of lotus-miner waits for a safe moment. */
  | {
      readonly type: 'miner-waiting';
      readonly step: Step;
      readonly due?: DueDeadline;
      readonly jobs: readonly RunningJob[];
      /** WindowPoSt and WinningPoSt that workers compute; absent where there are none. */
      readonly posts?: readonly RunningJob['task'][];
      /** When no WindowPoSt will be due any more; ISO 8601, absent while that is not known. */
      readonly expected?: string;
    }
  /** lotus-miner was restarted, and these workers register again when what they work at has ended. */
  | { readonly type: 'miner-back'; readonly host: string; readonly away: readonly string[] }
  | { readonly type: 'step-done'; readonly step: Step }
  | { readonly type: 'step-failed'; readonly step: Step; readonly diagnostic: Diagnostic }
  /** Its worker has work, and nobody waits: the next run goes on. */
  | { readonly type: 'step-pending'; readonly step: Step; readonly diagnostic: Diagnostic }
  | { readonly type: 'step-skipped'; readonly step: Step; readonly diagnostic: Diagnostic }
  | { readonly type: 'drain-started'; readonly host: string; readonly worker: string }
  | {
      readonly type: 'drain-progress';
      readonly host: string;
      readonly worker: string;
      readonly goal: DrainGoal;
      readonly verdict: Verdict;
      readonly blockers: readonly Blocker[];
      readonly expected?: string;
    }
  | {
      readonly type: 'drain-ended';
      readonly host: string;
      readonly worker: string;
      readonly stopped: boolean;
      /** Sectors (`s-t01000-7`) that lie on it still and wait there until it is back. */
      readonly left: readonly string[];
    };

export type Emit = (event: Event) => void;
