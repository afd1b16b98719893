import { insteadWords } from '../observed/boot.js';
import { comesBack } from '../observed/comes-back.js';
import { FOREIGN, type ForeignStart, type ObservedProcess } from '../observed/observed.js';
import { starterWords } from '../observed/starter.js';
import { foreignDifferences } from './foreign-differences.js';
import type { FieldChange } from './plan.js';
import { minerFirst } from './program-rules.js';
import {
  combine,
  NOTHING,
  problem,
  workerStep,
  type Findings,
  type WorkerContext,
} from './worker-context.js';

/** What a person allows for workers that somebody else started. */
export interface Adopting {
  /** Each is restarted when it is quiet, even where nothing else asks for it. */
  readonly restart: boolean;
  /** Their units are disabled, so that the next boot starts sealfarm's alone. */
  readonly disableUnits: boolean;
}

export const AS_THEY_RUN: Adopting = { restart: false, disableUnits: false };

/** Of a change: who started the worker. */
const STARTER_FIELD = 'started by';

/** What somebody else told the worker that runs; undefined for one of ours, and for one that does not run. */
export function foreignStart(process: ObservedProcess | undefined): ForeignStart | undefined {
  return process?.manager === FOREIGN ? process.told : undefined;
}

/** Why it is to be restarted, and what that changes; undefined where it may go on as it runs. */
export function takeOver(
  context: WorkerContext,
  process: ObservedProcess,
  told: ForeignStart,
  lotus: readonly FieldChange[],
): { readonly reason: 'adopted' | 'config-changed'; readonly changes: readonly FieldChange[] } | undefined {
  const { now, later } = foreignDifferences(context, process, told);
  const started = { field: STARTER_FIELD, before: starterWords(told.starter), after: 'sealfarm' };
  const reasons = [...now, ...lotus];
  if (reasons.length > 0) return { reason: 'config-changed', changes: [...reasons, ...later, started] };
  return context.adopt?.restart === true ? { reason: 'adopted', changes: [...later, started] } : undefined;
}

/** What keeps it from being restarted by sealfarm. */
export function cannotTakeOver(
  context: WorkerContext,
  process: ObservedProcess,
  { run, starter }: ForeignStart,
): Findings {
  const { name } = context.desired;
  if (run.externalPc2 !== undefined) {
    return problem(context, {
      code: 'SF552',
      message: `${name} is not restarted: it was started with --external-pc2, which no variable says`,
      help: 'Leave it to whoever started it, or take that flag from it first.',
    });
  }
  const kept = comesBack(process);
  if (kept !== undefined) {
    return problem(context, {
      code: kept.code,
      message: `${name} is not restarted: ${kept.why}`,
      help: `${kept.remedy}, and apply: sealfarm then starts it.`,
    });
  }
  if (isEnabled(starter) && context.adopt?.disableUnits !== true) {
    return problem(context, {
      code: 'SF551',
      message: `${name} is not restarted: the unit ${starter.unit} would start it at boot, beside that of sealfarm`,
      help: `Apply with --disable-foreign-units, or \`systemctl disable ${starter.unit}\` on the host; what runs goes on.`,
    });
  }
  if (isBroughtOtherwise(starter)) {
    return problem(context, {
      code: 'SF551',
      message: `${name} is not restarted: ${bringerOf(starter)} would start it at boot, beside the unit of sealfarm`,
      help: `${outOf(starter)}.`,
    });
  }
  return minerFirst(context, process);
}

/** Files that are new because the worker is. */
export function asAdopted({ observed }: Pick<WorkerContext, 'observed'>, findings: Findings): Findings {
  if (foreignStart(observed.process) === undefined) return findings;
  const steps = findings.steps.map((step) =>
    step.reason === 'new' ? { ...step, reason: 'adopted' as const } : step,
  );
  return { ...findings, steps };
}

/** Who brings it at the next boot: one alone, and sealfarm where nobody else does. */
export function planBoot(context: WorkerContext): Findings {
  const { desired, observed } = context;
  const told = foreignStart(observed.process);
  if (told === undefined) return NOTHING;
  const { starter } = told;
  const old = isEnabled(starter) ? starter : undefined;
  // One that starts others, too, is not disabled for this one.
  const disabled = old !== undefined && old.shared !== true && context.adopt?.disableUnits === true;
  const again = old === undefined ? starter : disabled ? undefined : old;
  const kept = again !== undefined && (isEnabled(again) || isBroughtOtherwise(again));
  const comes = desired.dropIn !== undefined && desired.drain === undefined && desired.state !== 'stopped';
  const steps = [
    ...(disabled ? [bootStep(context, { kind: 'disable-unit', unit: old.unit })] : []),
    ...(comes && !kept && observed.startsAtBoot !== true
      ? [bootStep(context, { kind: 'enable-unit', service: desired.files })]
      : []),
  ];
  return combine([{ steps, diagnostics: [] }, kept ? startsAgain(context, again) : NOTHING]);
}

function bootStep(
  context: WorkerContext,
  action: Parameters<typeof workerStep>[1]['action'],
): ReturnType<typeof workerStep> {
  return workerStep(context, { action, disruption: 'none', reason: 'adopted' });
}

function startsAgain(context: WorkerContext, starter: EnabledUnit | Otherwise): Findings {
  const { desired } = context;
  const by = isEnabled(starter) ? starter.unit : bringerOf(starter);
  // What else a unit keeps may also have been started by a person within it.
  const isUnsure = starter.kind === 'unit' && starter.shared === true;
  const start = `${isUnsure ? 'may start' : 'starts'} ${desired.name} by ${by} again, as it was started before`;
  const nobody = isUnsure ? ', and else nobody does' : '';
  const until = desired.dropIn === undefined ? '' : ': the unit of sealfarm stays disabled until then';
  return problem(context, {
    code: 'SF550',
    severity: 'warning',
    message: `the next boot of ${desired.host} ${start}${nobody}${until}`,
    help: isEnabled(starter) ? instead(starter) : `${outOf(starter)}.`,
  });
}

function instead({ shared }: EnabledUnit): string {
  if (shared === true) return OUT_OF_SHARED;
  return 'Apply with --disable-foreign-units, so that the next boot starts it as the file says.';
}

const OUT_OF_SHARED = 'Take it out of that unit when it is quiet, and apply: sealfarm then starts it.';

type Starter = ForeignStart['starter'];
type Unit = Extract<Starter, { kind: 'unit' }>;
type EnabledUnit = Unit & { readonly enabled: true };
/** What no unit that is disabled keeps from starting the worker. */
type Otherwise = Extract<Starter, { kind: 'cron' | 'rc.local' }> | (Unit & { readonly by: string });

function isEnabled(starter: Starter): starter is EnabledUnit {
  return starter.kind === 'unit' && starter.enabled;
}

/** Whether a line of a table is still there cannot be told where that starts a script. */
function isBroughtOtherwise(starter: Starter): starter is Otherwise {
  if (starter.kind === 'unit') return starter.by !== undefined;
  return starter.kind === 'cron' || starter.kind === 'rc.local';
}

function bringerOf(starter: Otherwise): string {
  return starter.kind === 'unit' ? starter.by : starter.kind;
}

function outOf(starter: Otherwise): string {
  if (starter.kind === 'unit') return `First ${insteadWords(starter)}, and apply again; what runs goes on`;
  const table = starter.kind === 'cron' ? 'the crontab' : 'rc.local';
  return `Take what starts it out of ${table}, end the worker when it is quiet, and apply: sealfarm then starts it`;
}
