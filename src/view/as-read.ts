import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Plan } from '../plan/plan.js';
import { withoutSalt } from '../secret/fingerprint.js';
import { diagnosticsJson, type DiagnosticJson } from './diagnostics.js';
import { masked } from './masked-plan.js';
import { planJson, type PlanJson } from './plan.js';
import type { SavedPlan } from './saved-plan.js';
import type { StepJson } from './step-json.js';

/** Why whoever read the saved plan has not read what the fresh one does; undefined where he has. */
export function notAsRead(file: string, saved: SavedPlan, plan: Plan): Diagnostic | undefined {
  const shown = masked(plan, ANY_SALT, true);
  const fresh = JSON.parse(JSON.stringify(planJson(shown, new Date(saved.made.at)))) as PlanJson;
  return editedSince(file, saved, fresh) ?? notWarnedOf(file, saved, plan.diagnostics);
}

/** That of the saved plan is gone: which fingerprints are equal is what both must say alike. */
const ANY_SALT = '';

/** The digests of a seal say what is done. What is read stands beside them, and can be edited by itself. */
function editedSince(file: string, saved: PlanJson, fresh: PlanJson): Diagnostic | undefined {
  if (isDeepStrictEqual(read(saved), read(fresh))) return undefined;
  return {
    code: 'SF622',
    severity: 'error',
    message: `${file} is no saved plan: it was edited, and does not say what would be done; nothing was changed`,
    help: 'Make one with `sealfarm plan --out FILE`, and leave it as it is.',
  };
}

/** What jobs a restart would interrupt is of the moment. */
function read({ hosts, drained }: PlanJson): unknown {
  const lasting = ({ cost: _, ...step }: StepJson): unknown =>
    JSON.parse(withoutSalt(JSON.stringify(step))) as unknown;
  return [hosts.map((host) => ({ ...host, steps: host.steps.map(lasting) })), drained];
}

/** The rest of the farm is in no seal of a part, and may stand in for it no more. */
function notWarnedOf(file: string, saved: PlanJson, now: readonly Diagnostic[]): Diagnostic | undefined {
  const known = new Set(saved.diagnostics.map(subjectOf));
  const news = diagnosticsJson(now).filter((one) => one.severity !== 'note' && !known.has(subjectOf(one)));
  if (news.length === 0) return undefined;
  return {
    code: 'SF623',
    severity: 'error',
    message: `${file} does not hold any more; nothing was changed`,
    help: ['Make a new plan and look at it. It says nothing of this:', ...news.map(newsLine)].join('\n'),
  };
}

/** Without numbers that change from one look to the next. */
function subjectOf({ code, place = {} }: DiagnosticJson): string {
  return [code, place['host'], place['worker'], place['path']].join(' ');
}

function newsLine({ severity, code, message }: DiagnosticJson): string {
  return `${severity} ${code}: ${message}`;
}
