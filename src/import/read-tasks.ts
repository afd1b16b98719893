import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import type { ReadableWorker } from './read-worker.js';
import { listed, lost, type Report } from './report.js';

/** In the order of the pipeline. DataCid follows AddPiece; alone the file does not know it. */
export function readTasks(readable: Pick<ReadableWorker, 'worker' | 'run'>, report: Report): string[] {
  const taken = takenNow(readable, report);
  const declared = DECLARABLE_TASKS.filter(({ code }) => taken.includes(code));
  const alone = taken.includes('DC') && !taken.includes('AP');
  if (alone) report(lost('datacid without addpiece left out', 'Write both, or neither.'));
  return declared.filter(({ code }) => !(alone && code === 'DC')).map(({ name }) => name);
}

/** As it was told, but for what a person has switched since: Lotus has that in memory alone, and apply would switch it back. */
function takenNow(
  { worker, run }: Pick<ReadableWorker, 'worker' | 'run'>,
  report: Report,
): readonly TaskCode[] {
  const { tasks: now } = worker;
  if (now === undefined) {
    report({
      code: 'SF690',
      severity: 'warning',
      message:
        'whether tasks were switched by hand is not known, as it could not be asked: it has those it was started with',
      help: 'Look with `lotus-worker tasks list` before the first apply, which would switch on again what was switched off.',
    });
    return run.tasks;
  }
  const switched = DECLARABLE_TASKS.filter(
    ({ code, switchable }) => switchable && now.has(code) !== run.tasks.includes(code),
  );
  const names = (on: boolean): readonly string[] =>
    switched.filter(({ code }) => now.has(code) === on).map(({ name }) => name);
  const [off, on] = [names(false), names(true)];
  const words = [
    ...(off.length === 0 ? [] : [`${listed(off, 9)} switched off`]),
    ...(on.length === 0 ? [] : [`${listed(on, 9)} switched on`]),
  ];
  if (words.length > 0)
    report({
      code: 'SF669',
      severity: 'warning',
      message: `${words.join(' and ')} by hand since it was started: so it is in the file, too`,
      help: 'Change `tasks` where that was meant for a while only; apply switches them without a restart.',
    });
  const changed = new Set(switched.map(({ code }) => code));
  return DECLARABLE_TASKS.map(({ code }) => code).filter((code) =>
    changed.has(code) ? now.has(code) : run.tasks.includes(code),
  );
}
