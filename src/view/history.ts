import type { HistoryRun, RunOnHost, RunOutcome, StepWhy } from '../host/history.js';
import { alignRows } from './columns.js';
import type { Paint, Style } from './style.js';
import { GLUE, oneLine, wrap } from './text.js';
import { count } from './words.js';

/** The runs, the newest last; below each what became of it on each host. */
export function formatHistory(runs: readonly HistoryRun[], style: Style, width: number): string {
  const heads = alignRows(
    runs.map(({ began, command = '-', who, commit, dirty, outcome }) => [
      `${began.slice(0, 10)} ${began.slice(11, 16)} UTC`,
      command,
      oneLine(who),
      commit === undefined ? '-' : `${commit.slice(0, 7)}${dirty === true ? '+' : ''}`,
      outcome,
    ]),
    width,
  );
  return runs
    .flatMap(({ outcome, hosts }, index) => [
      ...(heads[index] ?? []).map((line) => paintEnd(line, outcome, style)),
      ...hosts.flatMap((host) => hostLines(host, width)),
    ])
    .join('\n');
}

function paintEnd(line: string, outcome: RunOutcome, style: Style): string {
  return line.endsWith(outcome)
    ? `${line.slice(0, -outcome.length)}${paintOf(outcome, style)(outcome)}`
    : line;
}

function paintOf(outcome: RunOutcome, style: Style): Paint {
  if (outcome === 'done') return style.green;
  return outcome === 'failed' ? style.red : style.yellow;
}

function hostLines(run: RunOnHost, width: number): readonly string[] {
  const { host, done, failed, skipped, waiting, changed, to } = run;
  const counts = [
    ...(done.length === 0 ? [] : [`${count(done.length, 'step')} done`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(waiting.length === 0 ? [] : [`${waiting.length} not ended`]),
    ...(skipped.length === 0 ? [] : [`${skipped.length} not begun`]),
    ...(changed.length === 0 ? [] : [`${count(changed.length, 'file')} changed`]),
    ...(to === undefined ? [] : [`back: rollback ${host} --to ${to}`]),
  ].map((words) => words.replaceAll(' ', GLUE));
  const first = `  ${host}: ${counts.join(', ') || 'nothing noted'}`;
  return [
    ...wrap(first, width, '    '),
    ...failed.flatMap((step) => whyLines(step, 'failed', width)),
    ...waiting.flatMap((step) => whyLines(step, 'not ended', width)),
  ];
}

function whyLines({ step, why }: StepWhy, what: string, width: number): readonly string[] {
  const words = why === undefined ? '' : `: ${(why.split('\n', 1)[0] ?? '').trim()}`;
  return wrap(oneLine(`    ${step} ${what}${words}`), width, '      ');
}

/** The same for programs; `to` is the number for `rollback`. */
export function historyJson(runs: readonly HistoryRun[]): Readonly<Record<string, unknown>> {
  return { formatVersion: 1, runs };
}
