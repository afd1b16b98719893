import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Step } from '../plan/plan.js';
import { diagnosticJson, formatDiagnostics, type DiagnosticJson } from './diagnostics.js';
import { stepJson, type StepJson } from './step-json.js';
import { stepWords } from './step-words.js';
import type { Style } from './style.js';
import { count } from './words.js';

/** What became of a plan. */
export interface Report {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly diagnostic: Diagnostic }[];
  /** Not begun, because of a failure before it or an interruption. */
  readonly skipped: readonly Step[];
  /** Of workers that are not quiet yet, and what comes after them: for the next run. */
  readonly pending: readonly Step[];
}

/** Every failure with its diagnostic, what was not begun, and the counts: `Applied: 5 steps done, 1 failed, 2 not begun.` */
export function formatReport({ done, failed, skipped, pending }: Report, style: Style): string {
  const counts = [
    `${count(done.length, 'step')} done`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(pending.length === 0 ? [] : [`${pending.length} pending`]),
    ...(skipped.length === 0 ? [] : [`${skipped.length} not begun`]),
  ];
  const well = failed.length + skipped.length + pending.length === 0;
  const summary = style.bold(`Applied: ${counts.join(', ')}.`);
  const sections = [
    formatDiagnostics(
      failed.map(({ diagnostic }) => diagnostic),
      style,
    ),
    listed('Not begun:', skipped),
    listed('Pending until their workers are quiet:', pending),
    well ? summary : `${summary} Run the same command again to go on.`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function listed(title: string, steps: readonly Step[]): string {
  if (steps.length === 0) return '';
  return [title, ...steps.map((step) => `  ${step.host}: ${stepWords(step)}`)].join('\n');
}

/** The last of the lines that a command prints for programs. */
export interface ReportJson {
  readonly type: 'report';
  readonly done: readonly StepJson[];
  readonly failed: readonly { readonly step: StepJson; readonly diagnostic: DiagnosticJson }[];
  readonly skipped: readonly StepJson[];
  readonly pending: readonly StepJson[];
}

export function reportJson({ done, failed, skipped, pending }: Report): ReportJson {
  return {
    type: 'report',
    done: done.map((step) => stepJson(step)),
    failed: failed.map(({ step, diagnostic }) => ({
      step: stepJson(step),
      diagnostic: diagnosticJson(diagnostic),
    })),
    skipped: skipped.map((step) => stepJson(step)),
    pending: pending.map((step) => stepJson(step)),
  };
}
