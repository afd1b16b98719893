import type { DrainedWorker } from '../plan/drained-workers.js';
import type { ForeignWorker } from '../plan/foreign-workers.js';
import type { Plan } from '../plan/plan.js';
import { foreignLines } from './foreign-workers.js';
import { legendWords } from './legend.js';
import type { MaskedPlan } from './masked-plan.js';
import type { ShownPlan } from './shown-plan.js';
import { diagnosticsJson, formatDiagnostic, formatDiagnostics, type DiagnosticJson } from './diagnostics.js';
import { minerLines } from './miner-standing.js';
import { hostBlock, markPaint, type PlanView } from './plan-block.js';
import { alikeHosts, shownOnce } from './plan-groups.js';
import { summarise, summaryWords, type PlanSummary } from './plan-summary.js';
import { changeJson, stepJson, type StepJson } from './step-json.js';
import { oneLine, wrap } from './text.js';
import { waveLines } from './waves.js';
import { sinceWhen, someNames } from './words.js';

/** A plan as a person reads it: hosts and their steps, what is left as it is, what is wrong, and one line at the end. */
export function formatPlan(plan: ShownPlan, view: PlanView): string {
  const { style, width, verbose = false } = view;
  const busy = plan.hosts.filter(({ steps }) => steps.length > 0);
  const groups = verbose ? busy.map((host) => [host]) : alikeHosts(busy);
  const legend = legendWords(shownOnce(groups), (mark) => markPaint(mark, style)(mark));
  const sections = [
    plan.driftOnly === true ? wrap(DRIFT_ALONE, width) : [],
    ...groups.map((group) => hostBlock(group, view)),
    legend === undefined ? [] : wrap(legend, width),
    waveLines(plan, view),
    minerLines(plan, view),
    foreignLines(plan, view),
    unreachedLines(plan, view),
    plan.drained.flatMap((drained) => wrap(drainedWords(drained, view), width, '  ')),
    diagnosticLines(plan, view),
    wrap(style.bold(summaryWords(plan, view.now)), width),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** The heading of a plan that is not one of what would be done. */
export const DRIFT_ALONE =
  'Drift alone: what is otherwise on the hosts or in Lotus than it was left. What an edit of the file asks for is not in it, and it is nothing to apply.';

function diagnosticLines({ diagnostics }: ShownPlan, { style, width, verbose }: PlanView): readonly string[] {
  if (diagnostics.length === 0) return [];
  if (verbose !== true) return [formatDiagnostics(diagnostics, style, width)];
  return [diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, style, width)).join('\n\n')];
}

function unreachedLines(
  { hosts }: ShownPlan,
  { style, width, verbose = false }: PlanView,
): readonly string[] {
  const names = hosts.filter(({ reached }) => !reached).map(({ host }) => host);
  const groups = verbose ? names.map((name) => [name]) : [names].filter(({ length }) => length > 0);
  return groups.flatMap((group) => {
    const whose = group.length === 1 ? 'its' : 'their';
    const words = `${style.bold(someNames(group))}: ${style.yellow('not reached')}, ${whose} steps are not known`;
    return wrap(words, width, '  ');
  });
}

function drainedWords(
  { host, worker, intent, running, declared }: DrainedWorker,
  { style, now }: PlanView,
): string {
  const why = intent.why === undefined ? '' : `: ${oneLine(intent.why)}`;
  const state = running ? 'is being drained' : 'is drained';
  const who = oneLine(intent.who);
  return `${style.bold(worker)} on ${host} ${state} by ${who} ${sinceWhen(intent.when, now)}${why}; ${afterwards(host, declared)}`;
}

/** The drain outranks the file until it is taken back. */
function afterwards(host: string, declared: DrainedWorker['declared']): string {
  return declared === 'running'
    ? `the file says running: \`sealfarm resume ${host}\` brings it back`
    : `the file says ${declared}, too, so that it stays so after \`sealfarm resume\``;
}

export interface PlanJson extends Pick<Plan, 'waves' | 'heldBack' | 'large' | 'narrowed' | 'driftOnly'> {
  /** A value as config.toml has it. */
  readonly miner?: MinerJson;
  readonly formatVersion: 1;
  readonly farm: string;
  readonly hosts: readonly {
    readonly host: string;
    readonly reached: boolean;
    readonly steps: readonly StepJson[];
  }[];
  readonly diagnostics: readonly DiagnosticJson[];
  readonly drained: readonly DrainedJson[];
  /** Absent where there are none. */
  readonly foreign?: readonly ForeignJson[];
  readonly summary: PlanSummary;
}

interface MinerJson {
  readonly host: string;
  readonly pending: StepJson['changes'];
  readonly hidden: readonly string[];
}

interface ForeignJson extends Omit<ForeignWorker, 'pending'> {
  readonly pending: StepJson['changes'];
}

interface DrainedJson {
  readonly host: string;
  readonly worker: string;
  readonly running: boolean;
  /** In the file. */
  readonly declared: DrainedWorker['declared'];
  readonly who: string;
  /** ISO 8601 */
  readonly when: string;
  readonly why?: string;
}

/**
 * A plan for machines: no file's content and no secret in it.
 * @param now what restarts would cost is of that moment
 */
export function planJson(plan: MaskedPlan, now: Date): PlanJson {
  return {
    formatVersion: plan.formatVersion,
    farm: plan.farm,
    hosts: plan.hosts.map(({ host, reached, steps }) => ({
      host,
      reached,
      steps: steps.map((step) => stepJson(step, now)),
    })),
    waves: plan.waves,
    heldBack: plan.heldBack,
    ...(plan.large === undefined ? {} : { large: plan.large }),
    ...(plan.narrowed === undefined ? {} : { narrowed: plan.narrowed }),
    ...(plan.driftOnly === undefined ? {} : { driftOnly: plan.driftOnly }),
    ...(plan.miner === undefined
      ? {}
      : { miner: { ...plan.miner, pending: plan.miner.pending.map(changeJson) } }),
    diagnostics: diagnosticsJson(plan.diagnostics),
    drained: plan.drained.map(({ host, worker, running, declared, intent: { who, when, why } }) => ({
      host,
      worker,
      running,
      declared,
      who,
      when,
      ...(why === undefined ? {} : { why }),
    })),
    ...(plan.foreign === undefined
      ? {}
      : { foreign: plan.foreign.map((one) => ({ ...one, pending: one.pending.map(changeJson) })) }),
    summary: summarise(plan, now),
  };
}
