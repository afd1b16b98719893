import type { Result } from '../diagnostic/result.js';
import type { Pace } from '../drain/pace.js';
import type { Took } from '../drain/past.js';
import type { DueProof, SectorStates } from '../drain/snapshot.js';
import type { Emit } from '../event/event.js';
import type { ProcessId, ProcessState } from '../host/lock-holder.js';
import type { ObservedMiner } from '../observed/observed.js';
import type { Wave } from '../plan/plan.js';
import type { WavesNow } from '../plan/wave-now.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import type { Remote } from '../remote/remote.js';
import type { MinerApi } from '../rpc/miner-api.js';
import type { WorkerApi } from '../rpc/worker-api.js';

/** From which state of a repository a file comes. */
export interface FileCommit {
  readonly id: string;
  /** The file is not as it was committed. */
  readonly dirty: boolean;
}

/** One command that is run, for locks and journals. */
export interface Run {
  /** Drawn for it. */
  readonly id: string;
  /** `apply`, `drain`, `resume`, `rollback` */
  readonly command: string;
  readonly process: ProcessId;
}

/** All that carrying out a plan may use of the world. */
export interface ApplyContext {
  /** Who works here, for locks and journals: `alice@laptop`. */
  readonly who: string;
  readonly run: Run;
  /** Of the farm's file; absent where that is in no repository. */
  readonly commit?: FileCommit;
  readonly emit: Emit;
  readonly miner: MinerApi;
  /** Workers that could be called when the plan was made, by name. */
  readonly apis: ReadonlyMap<string, WorkerApi>;
  readonly times: ApplyTimes;
  readonly rules: ApplyRules;
  /** Aborted when the person wants to stop: no new step is started then. */
  readonly signal: AbortSignal;
  /** Aborted with `signal`, and when no further worker is to be stopped, as the last one did not come back. */
  readonly halt: AbortSignal;
  readonly remote: (host: string) => Remote;
  /** All hosts of the farm: their workers may take over what lies on one that is emptied. */
  readonly farmHosts: readonly string[];
  /** A fresh look at these hosts and the miner. */
  readonly observe: (hosts: readonly string[]) => Promise<FarmProbe>;
  /** What the rules of the rollout make of a wave by a fresh look at the whole farm. */
  readonly waveNow: (wave: Wave) => Promise<WavesNow>;
  /** How long jobs take on this farm, as far as this run has seen it. */
  readonly pace: { seen: Pace };
  /** What works took before by the logs of sealed sectors, asked for until it tells of some; empty before. */
  readonly pastDurations: (miner: ObservedMiner) => Promise<Took>;
  /** Where sectors (`s-t01000-7`) are in the pipeline. */
  readonly sectorStates: (sectors: readonly string[]) => Promise<SectorStates>;
  /** Asks on the miner's machine whether a WindowPoSt is due; absent where the file names none. Fails with SF586 and SF655. */
  readonly proofDue?: () => Promise<Result<DueProof | undefined>>;
  readonly now: () => Date;
  /** Ends early when `signal` is aborted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A new UUID. */
  readonly newId: () => string;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** What can be said here of a process that may be another machine's. */
  readonly processState: (process: ProcessId) => ProcessState;
  /** The text with every secret of the farm masked. */
  readonly redact: (text: string) => string;
}

/** How a plan is carried out, as the person asked for it. */
export interface ApplyRules {
  /** Hosts that are worked on side by side, from 1. */
  readonly parallelism: number;
  /** Nobody waits: a worker that has work is only told to take no more, for the next run to go on. */
  readonly detach: boolean;
  /** Workers that are stopped with what they are doing: that work is lost. */
  readonly force: ReadonlySet<string>;
}

/** All in milliseconds. */
export interface ApplyTimes {
  /** How long a restart may wait until its worker is quiet. */
  readonly quiet: number;
  /** How long a started worker may take to register as declared. */
  readonly start: number;
  /** How long a worker may take to come to rest that is about to be stopped, with its paths detached, or that came up wrong. */
  readonly settle: number;
  /** How long a wait goes on while the host or the miner does not answer. */
  readonly patience: number;
  /** How long a drain must look hopeless before it is given up. */
  readonly certainty: number;
  /** Between two looks: the first wait, which grows to `longestPoll`. */
  readonly poll: number;
  readonly longestPoll: number;
}

/** Waits between looks, each a half longer than the one before, up to the longest. */
export function* waits({ poll, longestPoll }: ApplyTimes): Generator<number, never> {
  for (let wait = poll; ; wait = Math.min(wait * 1.5, longestPoll)) yield wait;
}
