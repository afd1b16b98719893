import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Result } from '../diagnostic/result.js';
import type { HostLayout } from '../host/layout.js';
import type { Step } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import { record, type Noted } from './journal.js';
import { blocks } from './phases.js';

export interface ApplyReport {
  readonly done: readonly Step[];
  readonly failed: readonly FailedStep[];
  /** Not begun, because of a failure before it or an interruption. */
  readonly skipped: readonly Step[];
  /** Of workers that are not quiet yet, and of those whose turn comes after theirs: nobody waits for them now. */
  readonly pending: readonly Step[];
}

export interface FailedStep {
  readonly step: Step;
  readonly diagnostic: Diagnostic;
}

/** The code of a step that was begun and goes on by itself: the worker takes no new work any more. */
export const PENDING = 'SF630';

/**
 * What has become of each step of a plan; told as it happens, and written into the journals of the hosts.
 *
 *   planned ──▶ going on ──▶ done
 *      │            ├──────▶ failed
 *      │            └──────▶ pending   its worker has work, and nobody waits
 *      ├──────────────────▶ pending   it comes after one of these
 *      └──────────────────▶ skipped   what it builds on failed, or the run is over
 */
export class Ledger {
  readonly #context: ApplyContext;
  readonly #layouts: ReadonlyMap<string, HostLayout>;
  readonly #done: Step[] = [];
  readonly #failed: FailedStep[] = [];
  readonly #skipped: Step[] = [];
  readonly #pending: Step[] = [];

  constructor(context: ApplyContext, layouts: ReadonlyMap<string, HostLayout>) {
    this.#context = context;
    this.#layouts = layouts;
  }

  report(): ApplyReport {
    return { done: this.#done, failed: this.#failed, skipped: this.#skipped, pending: this.#pending };
  }

  layoutOf(host: string): HostLayout {
    const layout = this.#layouts.get(host);
    if (layout === undefined) throw new Error(`no host ${host}`);
    return layout;
  }

  isDone(id: string): boolean {
    return this.#done.some((step) => step.id === id);
  }

  /** What was done for a worker, in this order. */
  doneFor(host: string, worker: string | undefined): readonly Step[] {
    return this.#done.filter((step) => step.host === host && step.worker === worker);
  }

  /** Why a step cannot be begun: something that it builds on. */
  inTheWayOf(step: Step): string | undefined {
    const failed = this.#failed.find((one) => blocks(one.step, step));
    if (failed !== undefined) return `${failed.step.id} failed`;
    return this.#context.signal.aborted ? 'interrupted' : undefined;
  }

  begin(step: Step): void {
    this.#context.emit({ type: 'step-started', step });
  }

  /** Takes the results of steps of one host down; undefined: it was not begun after all. */
  async end(
    host: string,
    ended: readonly { readonly step: Step; readonly result: Result<undefined> | undefined }[],
  ): Promise<void> {
    for (const { step, result } of ended) {
      if (result === undefined) this.skip(step, this.inTheWayOf(step) ?? 'the host did not come to it');
      else this.#note(step, result);
    }
    const { journal } = this.layoutOf(host);
    for (const { step, result } of ended)
      if (result !== undefined) await record(this.#context, host, journal, entry(step, result));
  }

  #note(step: Step, result: Result<undefined>): void {
    const { emit } = this.#context;
    if (result.ok) {
      this.#done.push(step);
      emit({ type: 'step-done', step });
    } else if (result.diagnostic.code === PENDING) {
      this.#pending.push(step);
      emit({ type: 'step-pending', step, diagnostic: result.diagnostic });
    } else {
      this.#failed.push({ step, diagnostic: result.diagnostic });
      emit({ type: 'step-failed', step, diagnostic: result.diagnostic });
    }
  }

  skip(step: Step, why: string): void {
    this.#skipped.push(step);
    const help = 'Apply again when the cause is mended.';
    const message = `${step.id} was not begun: ${why}`;
    const place = { kind: 'host', host: step.host } as const;
    const diagnostic = { code: 'SF613', severity: 'error', message, place, help } as const;
    this.#context.emit({ type: 'step-skipped', step, diagnostic });
  }

  /** It comes after one that is pending. */
  putOff(step: Step): void {
    this.#pending.push(step);
  }
}

function entry(step: Step, result: Result<undefined>): Noted {
  const base = { step: step.id, reason: step.reason };
  if (result.ok) return { ...base, outcome: 'done' };
  const { code, message } = result.diagnostic;
  return { ...base, outcome: code === PENDING ? 'pending' : 'failed', why: message };
}
