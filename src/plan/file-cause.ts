import { tasksOf } from '../desired/worker-env.js';
import { parseEnvFile } from '../host/env-file.js';
import { storagePathOf } from '../host/layout.js';
import { markOf } from '../host/systemd-unit.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import { sameValue, type MaybeSecret } from '../secret/secret.js';
import type { FieldChange, Reason, Step } from './plan.js';
import { restartCause, UNIT_FIELD } from './process-rules.js';

/**
 * What only brings files of the same worker into effect that the same plan writes has their reason. What has more than
 * that keeps a cause of its own.
 */
export function withFileCauses(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => {
    const reason = causeOf(step, sameWorker(step, steps));
    return reason === step.reason ? step : { ...step, reason };
  });
}

/** What of a step's changes follows from none of these writes. */
export function ownChanges(step: Step, writes: readonly Step[]): readonly FieldChange[] {
  const own = sameWorker(step, writes);
  return step.changes.filter((change) => writesFor(step, change, own).length === 0);
}

function sameWorker({ worker }: Step, steps: readonly Step[]): readonly Step[] {
  return steps.filter((other) => other.worker === worker);
}

function causeOf(step: Step, writes: readonly Step[]): Reason {
  const sources = step.changes.map((change) => writesFor(step, change, writes));
  const own = step.changes.filter((_, index) => sources[index]?.length === 0);
  if (own.length === step.changes.length) return step.reason;
  // A restart is for several things, of which the files may ask for the first one alone.
  if (own.length > 0) return step.reason === 'process-older-than-file' ? restartCause(own) : step.reason;
  const isUndone = sources.flat().every(({ reason }) => reason === 'edited-on-host');
  return isUndone ? 'edited-on-host' : 'config-changed';
}

function writesFor(step: Step, change: FieldChange, writes: readonly Step[]): readonly Step[] {
  // A file is no consequence of another one.
  if (step.disruption === 'none') return [];
  const { action } = step;
  const field = action.kind === 'redeclare' ? `${change.field} of ${action.path}` : change.field;
  return writes.filter((write) => {
    const stoodThere = write.reason !== 'new' && write.reason !== 'adopted';
    return broughtBy(write).some(
      (brought) =>
        brought.field === field &&
        isSame(brought.after, change.after) &&
        (!stoodThere || isSame(brought.before, change.before)),
    );
  });
}

/** What a write changes in a worker that runs as the file stood until then. */
function broughtBy({ action, changes }: Step): readonly FieldChange[] {
  if (action.kind !== 'write-file') return [];
  const before = action.before?.reveal();
  const after = action.content.reveal();
  if (action.open !== undefined) return [...changes, ...taskChanges(before, after)];
  const storage = storagePathOf(action.path);
  if (storage !== undefined)
    return changes.map((change) => ({ ...change, field: `${change.field} of ${storage}` }));
  const marks = [before, after].map((text) => markOf(text ?? ''));
  return [...changes, ...changed(UNIT_FIELD, marks[0], marks[1])];
}

/** Which tasks a worker has on by its environment, each by its code, and by its name where Lotus takes it at the start alone. */
function taskChanges(before: string | undefined, after: string): readonly FieldChange[] {
  const [old, now] = [before, after].map((text) =>
    text === undefined ? undefined : new Set(tasksOf(parseEnvFile(text))),
  );
  return DECLARABLE_TASKS.flatMap(({ code, name, switchable }) =>
    changed(switchable ? code : name, old && String(old.has(code)), now && String(now.has(code))),
  );
}

function changed(field: string, before: string | undefined, after: string | undefined): FieldChange[] {
  if (before === after) return [];
  return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function isSame(a: MaybeSecret | undefined, b: MaybeSecret | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameValue(a, b);
}
