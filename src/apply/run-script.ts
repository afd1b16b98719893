import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { ExecOutput } from '../remote/remote.js';
import type { ApplyContext } from './context.js';
import { entryHead } from './journal.js';
import { byScript } from './record-script.js';
import { CHANGED_MEANWHILE } from './scripts.js';

/** What a script is run for, for the message when it fails. */
export interface ScriptPurpose {
  readonly host: string;
  /** As in "write /etc/x". */
  readonly what: string;
  readonly code?: DiagnosticCode;
  readonly help?: string;
}

/** Runs a script that must end with status 0. */
export async function runScript(
  context: ApplyContext,
  purpose: ScriptPurpose,
  script: string,
  timeoutMs?: number,
): Promise<Result<string>> {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const output = await context.remote(purpose.host).exec(byScript(entryHead(context)) + script, limit);
  if (!output.ok) return output;
  const trouble = troubleOf(context, purpose, output.value);
  return trouble === undefined ? success(output.value.stdout) : failure(trouble);
}

/** What is wrong with how a script ended; undefined when it did what it was to do. */
export function troubleOf(
  { redact }: Pick<ApplyContext, 'redact'>,
  { host, what, code = 'SF602', help }: ScriptPurpose,
  { status, stderr }: Pick<ExecOutput, 'status' | 'stderr'>,
): Diagnostic | undefined {
  if (status === 0) return undefined;
  const reason = redact(stderr.trim().split('\n').at(-1) ?? '') || `status ${status}`;
  return {
    code: status === CHANGED_MEANWHILE ? 'SF601' : code,
    severity: 'error',
    message: `cannot ${what} on ${host}: ${reason}`,
    place: { kind: 'host', host },
    help:
      status === CHANGED_MEANWHILE
        ? 'Somebody changed it since the plan was made. Make a new plan and look at what it says.'
        : (help ??
          'Look at the message of the host, mend the cause and apply again: what is done already stays done.'),
  };
}
