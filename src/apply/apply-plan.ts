import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { HostLayout } from '../host/layout.js';
import { disturbs, steps, type HostPlan, type Plan, type Step, type Turn, type Wave } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import { record } from './journal.js';
import { perform } from './perform.js';

export interface ApplyReport {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly diagnostic: Diagnostic }[];
  /** Not begun, because of a failure before it or an interruption. */
  readonly skipped: readonly Step[];
}

/**
 * Carries out a plan: on all hosts at once what disturbs nobody, then the restarts wave by wave.
 * Every host is worked to its end; a failure leaves out only what builds on it.
 */
export async function applyPlan(context: ApplyContext, plan: Plan): Promise<ApplyReport> {
  const run = new Run(context, plan);
  await Promise.all(plan.hosts.map((host) => run.gently(host)));
  for (const wave of plan.waves) await run.wave(wave);
  run.leaveOut(plan.heldBack);
  return run.report();
}

class Run {
  readonly #context: ApplyContext;
  readonly #layouts: ReadonlyMap<string, HostLayout>;
  readonly #done: Step[] = [];
  readonly #failed: { step: Step; diagnostic: Diagnostic }[] = [];
  readonly #skipped: Step[] = [];
  /** By id; those of a host that could not be locked are not among them. */
  readonly #disturbing: ReadonlyMap<string, Step>;
  /** Why no further wave begins. */
  #ended: string | undefined;

  constructor(context: ApplyContext, plan: Plan) {
    this.#context = context;
    this.#disturbing = new Map(
      steps(plan)
        .filter(disturbs)
        .map((step) => [step.id, step]),
    );
    this.#layouts = new Map(plan.hosts.map(({ host, layout }) => [host, layout]));
  }

  report(): ApplyReport {
    return { done: this.#done, failed: this.#failed, skipped: this.#skipped };
  }

  /** The steps of a host in their order; after a failure the rest of that worker's steps is left out. */
  async gently(host: HostPlan): Promise<void> {
    for (const step of host.steps.filter((step) => !disturbs(step))) {
      const cause = this.#failed.find(
        (failed) => failed.step.host === step.host && blocks(failed.step, step),
      );
      if (cause === undefined) await this.#one(step);
      else this.#skip(step, `${cause.step.id} failed`);
    }
  }

  /** A restart that went wrong ends the waves, as does a canary that did not come back: the next would fare no better. */
  async wave({ canary, turns }: Wave): Promise<void> {
    await Promise.all(turns.map((turn) => this.#turn(turn)));
    if (this.#context.signal.aborted) return;
    const failed = this.#failed.find(({ step }) => step.disruption === 'restart');
    const lost = canary && turns.some((turn) => !turn.steps.every((id) => this.#isDone(id)));
    if (lost) this.#ended ??= `the canary ${turns.map(({ worker }) => worker).join()} has not come back`;
    if (failed !== undefined) this.#ended ??= `${failed.step.id} failed`;
  }

  leaveOut(turns: readonly Turn[]): void {
    for (const step of turns.flatMap((turn) => this.#stepsOf(turn)))
      this.#skip(step, 'rollout.minAvailable holds it back');
  }

  async #turn(turn: Turn): Promise<void> {
    for (const step of this.#stepsOf(turn)) {
      const cause = this.#failed.find((failed) => blocks(failed.step, step));
      const why = this.#ended ?? (cause === undefined ? undefined : `${cause.step.id} failed`);
      if (why === undefined) await this.#one(step);
      else this.#skip(step, why);
    }
  }

  #stepsOf(turn: Turn): readonly Step[] {
    return turn.steps.flatMap((id) => this.#disturbing.get(id) ?? []);
  }

  #isDone(id: string): boolean {
    return this.#done.some((step) => step.id === id);
  }

  async #one(step: Step): Promise<void> {
    const { emit, signal } = this.#context;
    if (signal.aborted) {
      this.#skip(step, 'interrupted');
      return;
    }
    emit({ type: 'step-started', step });
    const layout = this.#layouts.get(step.host);
    if (layout === undefined) throw new Error(`no host ${step.host}`);
    const result = await perform(this.#context, layout, step);
    if (result.ok) {
      this.#done.push(step);
      emit({ type: 'step-done', step });
    } else {
      this.#failed.push({ step, diagnostic: result.diagnostic });
      emit({ type: 'step-failed', step, diagnostic: result.diagnostic });
    }
    const outcome = result.ok
      ? { outcome: 'done' as const }
      : { outcome: 'failed' as const, why: result.diagnostic.message };
    const entry = { step: step.id, reason: step.reason, ...outcome };
    await record(this.#context, step.host, layout.journal, entry);
  }

  #skip(step: Step, why: string): void {
    this.#skipped.push(step);
    const help = 'Apply again when the cause is mended.';
    const message = `${step.id} was not begun: ${why}`;
    const place = { kind: 'host', host: step.host } as const;
    this.#context.emit({
      type: 'step-skipped',
      step,
      diagnostic: { code: 'SF613', severity: 'error', message, place, help },
    });
  }
}

/**
 * A host's own step blocks all of its workers; a worker's step only that worker. What is left of one that was to go may
 * come back beside whoever starts.
 */
function blocks(failed: Step, step: Step): boolean {
  if (failed.host !== step.host) return false;
  if (failed.action.kind === 'remove-worker' && step.action.kind === 'start') return true;
  return failed.worker === undefined || failed.worker === step.worker;
}
