import { finding, type Finding, type YamlPath } from '../config/finding.js';
import { didYouMean, quote } from '../config/wording.js';
import { LIMITABLE_TASKS } from '../lotus/sector-size.js';
import { DECLARABLE_TASKS, type Task, task, type TaskCode, taskByWritten, TASKS } from '../lotus/task.js';
import type { Report } from './report.js';

/** The tasks a worker does, each once, in the order written. */
export function readTasks(written: readonly string[], at: YamlPath, report: Report): TaskCode[] {
  const codes = new Set<TaskCode>();
  for (const [index, word] of written.entries()) {
    const place = [...at, index];
    const found = declarable(word, place, report);
    if (found === undefined) continue;
    if (codes.has(found.code)) {
      report(finding('SF218', place, `the task ${quote(word)} is written twice`, { severity: 'note' }));
    }
    codes.add(found.code);
  }
  checkTogether(codes, at, report);
  return [...codes];
}

/** How many of each task at once, by short code. */
export function readLimits(
  written: Readonly<Record<string, number>>,
  at: YamlPath,
  report: Report,
): ReadonlyMap<TaskCode, number> {
  const limits = new Map<TaskCode, number>();
  for (const [word, limit] of Object.entries(written)) {
    const place = [...at, word];
    const code = limitable(word, place, report);
    if (code === undefined) continue;
    if (limits.has(code)) report(writtenTwice(code, 'limit is', place));
    limits.set(code, limit);
  }
  return limits;
}

/** @param what of the task, with its verb */
export function writtenTwice(
  code: TaskCode,
  what: 'limit is' | 'resources are' | 'least number is',
  at: YamlPath,
): Finding {
  const [, noun = '', verb = ''] = /^(.*) (\w+)$/.exec(what) ?? [];
  const message = `the ${noun} of ${code} ${verb} written twice`;
  return finding('SF222', at, message, { help: 'Keep one of the two.', on: 'key' });
}

/** The task that a word means; one that no worker can be given is reported. */
export function declarable(
  word: string,
  at: YamlPath,
  report: Report,
  on: 'key' | 'value' = 'value',
): Task | undefined {
  const found = taskByWritten(word);
  if (found !== undefined) {
    noteAlias(word, at, report, on);
    return found;
  }
  const always = alwaysOn(word);
  if (always === undefined) {
    const help = didYouMean(word, DECLARABLE_NAMES);
    report(finding('SF215', at, `there is no task ${quote(word)}`, { ...help, on }));
  } else {
    const message = `${quote(word)} is always on in a sealing worker and cannot be chosen`;
    report(finding('SF216', at, message, { help: 'Leave it out.', on }));
  }
  return undefined;
}

/** The task whose limit or resources a key means; one that Lotus does not limit is reported. */
export function limitable(word: string, at: YamlPath, report: Report): TaskCode | undefined {
  const code = (taskByWritten(word) ?? alwaysOn(word))?.code;
  if (code !== undefined && LIMITABLE_TASKS.includes(code)) {
    noteAlias(word, at, report, 'key');
    return code;
  }
  const more = { on: 'key' as const, ...didYouMean(word, LIMITABLE_TASKS) };
  report(
    code === undefined
      ? finding('SF215', at, `there is no task ${quote(word)}`, more)
      : finding('SF221', at, `Lotus has no limit for ${code}`, {
          on: 'key',
          help: `Leave it out. Lotus limits ${LIMITABLE_TASKS.join(', ')}.`,
        }),
  );
  return undefined;
}

function noteAlias(word: string, at: YamlPath, report: Report, on: 'key' | 'value'): void {
  if (word.toUpperCase() !== 'PRU2') return;
  const message = `Lotus's code for ${quote(word)} is PR2, and PR2 is what is written`;
  report(finding('SF217', at, message, { severity: 'note', on }));
}

/** A task without a name, by its code or what its RPC name ends in (`finalize`). */
function alwaysOn(word: string): Task | undefined {
  const lower = word.toLowerCase();
  return TASKS.find(
    ({ name, code, rpc }) =>
      name === undefined && (code.toLowerCase() === lower || rpc === `seal/v0/${lower}`),
  );
}

function checkTogether(codes: ReadonlySet<TaskCode>, at: YamlPath, report: Report): void {
  if (codes.has('DC') && !codes.has('AP')) {
    const help = 'Add addpiece, or leave datacid out.';
    report(finding('SF219', at, 'Lotus does datacid only together with addpiece', { help }));
  }
  const kinds = new Set([...codes].map((code) => task(code).kind));
  if (kinds.size < 2) return;
  const message = `a worker is of one kind, and these tasks are of ${kinds.size}: ${[...kinds].join(', ')}`;
  report(finding('SF220', at, message, { help: 'Make a worker of its own for each kind.' }));
}

const DECLARABLE_NAMES = DECLARABLE_TASKS.flatMap(({ name, code }) => [name, code]);
