import { failure, success, type Result } from '../diagnostic/result.js';
import type { Step } from '../plan/plan.js';
import type { ExecOutput } from '../remote/remote.js';
import { batchScript, parseBatch, type PartOutput } from './batch.js';
import type { ApplyContext } from './context.js';
import { hostScript } from './host-script.js';
import { entryHead } from './journal.js';
import { blocks } from './phases.js';
import { byScript } from './record-script.js';
import { troubleOf } from './run-script.js';

/**
 * Carries out steps of one host that are scripts, all at one go. The result of a step that was not begun is undefined:
 * it builds on one that failed.
 */
export async function runBatch(
  context: ApplyContext,
  host: string,
  written: string,
  steps: readonly Step[],
): Promise<readonly (Result<undefined> | undefined)[]> {
  const scripts = steps.flatMap((step) => hostScript(context, written, step) ?? []);
  const parts = scripts.map(({ script }, place) => ({ script, after: builtOn(steps, place) }));
  const output = await context.remote(host).exec(byScript(entryHead(context)) + batchScript(parts));
  const told = parseBatch(output.ok ? output.value.stdout : '');
  const results: (Result<undefined> | undefined)[] = [];
  for (const [place, { what }] of scripts.entries()) {
    const begun = builtOn(steps, place).every((before) => results[before]?.ok === true);
    if (!begun) results.push(undefined);
    else if (!output.ok) results.push(output);
    else {
      const trouble = troubleOf(context, { host, what }, told.get(place) ?? unsaid(output.value));
      results.push(trouble === undefined ? success(undefined) : failure(trouble));
    }
  }
  return results;
}

/** The shell ended before it came to that: as it was not done, no status is a good one. */
function unsaid({ status, stderr }: ExecOutput): PartOutput {
  return { status: status === 0 ? 1 : status, stderr };
}

function builtOn(steps: readonly Step[], place: number): readonly number[] {
  const step = steps[place];
  return steps
    .slice(0, place)
    .flatMap((before, at) => (step !== undefined && blocks(before, step) ? [at] : []));
}
