import pLimit from 'p-limit';
import type { Result } from '../diagnostic/result.js';
import type { HostLayout } from '../host/layout.js';
import { disturbs, steps, type HostPlan, type Plan, type Step, type Turn, type Wave } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import { Ledger, PENDING, type ApplyReport } from './ledger.js';
import { perform } from './perform.js';
import { phasesOf } from './phases.js';
import { runBatch } from './run-batch.js';

export type { ApplyReport } from './ledger.js';

/**
 * Carries out a plan: on all hosts what disturbs nobody, then lotus-miner where it is restarted, and the workers wave by wave; where
 * lotus-miner leaves proofs to some of these, it comes after them.
 * Every host is worked to its end; a failure leaves out only what builds on it.
 * @param halted why nothing that disturbs anybody is begun; absent where it may be
 */
export async function applyPlan(context: ApplyContext, plan: Plan, halted?: string): Promise<ApplyReport> {
  const run = new Run(context, plan, halted);
  const limit = pLimit(context.rules.parallelism);
  await Promise.all(plan.hosts.map((host) => limit(() => run.gently(host))));
  await run.miner(false);
  for (const wave of plan.waves) await run.waveNow(wave);
  await run.miner(true);
  run.leaveOut(plan.heldBack);
  return run.report();
}

/** After so many milliseconds a look at the farm is old. */
const OLD = 60_000;

class Run {
  readonly #context: ApplyContext;
  readonly #ledger: Ledger;
  /** By id; those of a host that could not be locked are not among them. */
  readonly #disturbing: ReadonlyMap<string, Step>;
  /** Aborted when a restart went wrong: the next one would fare no better. */
  readonly #halt = new AbortController();
  /** Why. */
  #halted: string | undefined;
  /** When the farm was looked at for the order of the waves; milliseconds since 1970 */
  #seenAt: number;
  /** The waves do not go on, since some workers of one still have work. */
  #waits = false;

  constructor(context: ApplyContext, plan: Plan, halted: string | undefined) {
    this.#halted = halted;
    this.#seenAt = context.now().getTime();
    this.#context = { ...context, halt: AbortSignal.any([context.halt, this.#halt.signal]) };
    const layouts = new Map<string, HostLayout>(plan.hosts.map(({ host, layout }) => [host, layout]));
    this.#ledger = new Ledger(context, layouts);
    const disturbing = steps(plan).filter(disturbs);
    this.#disturbing = new Map(disturbing.map((step) => [step.id, step]));
  }

  report(): ApplyReport {
    return this.#ledger.report();
  }

  /** What no worker has to get quiet for, phase by phase. */
  async gently({ host, steps }: HostPlan): Promise<void> {
    for (const { kind, steps: together } of phasesOf(steps.filter((step) => !disturbs(step)))) {
      if (kind === 'script') await this.#script(host, together);
      else await Promise.all([...byWorker(together).values()].map((own) => this.#calls(own)));
    }
  }

  /** The steps of a worker in their order. */
  async #calls(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const why = this.#ledger.inTheWayOf(step);
      if (why !== undefined) {
        this.#ledger.skip(step, why);
        continue;
      }
      this.#ledger.begin(step);
      const result = await this.#perform(step);
      await this.#ledger.end(step.host, [{ step, result }]);
    }
  }

  async #script(host: string, steps: readonly Step[]): Promise<void> {
    const free = steps.filter((step) => {
      const why = this.#ledger.inTheWayOf(step);
      if (why !== undefined) this.#ledger.skip(step, why);
      return why === undefined;
    });
    if (free.length === 0) return;
    for (const step of free) this.#ledger.begin(step);
    const results = await runBatch(this.#context, host, this.#ledger.layoutOf(host).written, free);
    await this.#ledger.end(
      host,
      free.map((step, at) => ({ step, result: results[at] })),
    );
  }

  /**
   * Before all workers: what they start with may be what it goes by only then. Where it is not done, or does not come back, nobody
   * else is stopped.
   * @param last after all of them, where they shall make its proofs
   */
  async miner(last: boolean): Promise<void> {
    for (const step of this.#disturbing.values()) {
      if (step.action.kind !== 'restart-miner' || (step.action.last === true) !== last) continue;
      const why = this.#halted ?? this.#ledger.inTheWayOf(step);
      if (why === undefined) this.#waits = await this.#disturb(step, `${step.id} failed`);
      else {
        this.#ledger.skip(step, why);
        this.#stop(why);
      }
    }
  }

  /** Waves may take hours, in which others crash or are drained: who may go together is asked again after a while. */
  async waveNow(wave: Wave): Promise<void> {
    const now = this.#context.now().getTime();
    const isOver = this.#halted !== undefined || this.#waits || this.#context.signal.aborted;
    if (isOver || now - this.#seenAt < OLD) return this.#wave(wave);
    const { waves, heldBack } = await this.#context.waveNow(wave);
    this.#seenAt = now;
    for (const one of waves) await this.#wave(one);
    this.leaveOut(heldBack);
  }

  /** A canary that did not come back ends the waves, too. */
  async #wave({ canary, turns }: Wave): Promise<void> {
    const lost = canary
      ? `the canary ${turns.map(({ worker }) => worker).join()} has not come back`
      : undefined;
    await Promise.all(turns.map((turn) => this.#turn(turn, lost)));
    const back = turns.every(({ steps }) => steps.every((id) => this.#ledger.isDone(id)));
    if (lost !== undefined && !back && !this.#waits && !this.#context.signal.aborted) this.#stop(lost);
  }

  leaveOut(turns: readonly Turn[]): void {
    for (const step of turns.flatMap((turn) => this.#stepsOf(turn)))
      this.#ledger.skip(step, 'rollout.minAvailable holds it back');
  }

  /** @param lost what it means that it fails, where it means more than that */
  async #turn(turn: Turn, lost: string | undefined): Promise<void> {
    let waits = this.#waits;
    for (const step of this.#stepsOf(turn)) {
      const why = this.#halted ?? this.#ledger.inTheWayOf(step);
      if (why !== undefined) this.#ledger.skip(step, why);
      else if (waits) this.#ledger.putOff(step);
      else waits = await this.#disturb(step, lost ?? `${step.id} failed`);
    }
    if (waits) this.#waits = true;
  }

  /** True where its worker has work and nobody waits. */
  async #disturb(step: Step, lost: string): Promise<boolean> {
    this.#ledger.begin(step);
    const result = await this.#perform(step);
    const code = result.ok ? undefined : result.diagnostic.code;
    const interrupted = this.#context.signal.aborted;
    const halted = code === 'SF608' && !interrupted ? this.#halted : undefined;
    if (halted !== undefined) {
      // Others of its wave failed while it got quiet: it was left as it is.
      this.#ledger.skip(step, halted);
      return false;
    }
    const failed = !result.ok && code !== PENDING;
    if (failed && step.disruption === 'restart' && !interrupted) this.#stop(lost);
    await this.#ledger.end(step.host, [{ step, result }]);
    return code === PENDING;
  }

  #perform(step: Step): Promise<Result<undefined>> {
    const { host, worker } = step;
    const { lock } = this.#ledger.layoutOf(host);
    return perform(this.#context, this.#ledger.doneFor(host, worker), step, lock);
  }

  #stop(why: string): void {
    this.#halted ??= why;
    this.#halt.abort();
  }

  #stepsOf(turn: Turn): readonly Step[] {
    return turn.steps.flatMap((id) => this.#disturbing.get(id) ?? []);
  }
}

function byWorker(steps: readonly Step[]): ReadonlyMap<string | undefined, readonly Step[]> {
  const groups = new Map<string | undefined, Step[]>();
  for (const step of steps) groups.set(step.worker, [...(groups.get(step.worker) ?? []), step]);
  return groups;
}
