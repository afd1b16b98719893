import { applyPlan, type ApplyReport } from '../apply/apply-plan.js';
import type { ApplyRules } from '../apply/context.js';
import { journalled } from '../apply/journal.js';
import { withLocks } from '../apply/lock.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { success, type Result } from '../diagnostic/result.js';
import type { Emit } from '../event/event.js';
import { isMinerFirst, steps, type Plan } from '../plan/plan.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import { minerLines } from '../view/miner-standing.js';
import { formatReport, reportJson } from '../view/report.js';
import { planExitCode } from './commands/plan.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { OnFarm } from './on-farm.js';
import type { Progress, Terminal } from './terminal.js';

export interface CarryOutOptions {
  readonly drainTimeout?: number;
  /** Milliseconds a started worker may take to be back. */
  readonly startTimeout?: number;
  readonly rules?: ApplyRules;
  /** Milliseconds to wait for locks that others hold; 0 where it is not said. */
  readonly lockTimeout?: number;
  /** Hosts that are not looked at. */
  readonly leftOut?: ReadonlySet<string> | undefined;
  /** What is wrong with the hosts was not shown before, with the plan. */
  readonly unseen?: boolean;
  /** Neither the miner's machine nor the way to the miner matters. */
  readonly hostsAlone?: boolean;
  /** A part of something longer, which shows this: says nothing when all went well, and only what it did itself counts. */
  readonly within?: Progress;
}

/** What came of a plan. All of it has been said to the person. */
export interface Outcome {
  readonly code: ExitCode;
  /** Hosts, or single workers of them, for which something of the plan is not done. */
  readonly undone: readonly Undone[];
  /** Why. */
  readonly wrong: readonly Diagnostic[];
}

interface Undone {
  readonly host: string;
  readonly worker?: string;
}

/** Locks the hosts of a plan, looks again, and does what the fresh plan says. Shared by all commands that change hosts. */
export async function carryOut(
  on: OnFarm,
  terminal: Terminal,
  planned: Plan,
  options: CarryOutOptions,
  replan: (probe: FarmProbe) => Result<Plan>,
): Promise<Outcome> {
  const { drainTimeout = on.workspace.farm.rollout.drainTimeout, unseen = false, within } = options;
  const progress = within ?? (await terminal.progress());
  const carried = await underLocks(on, progress.emit, planned, { ...options, drainTimeout }, replan);
  if (within === undefined) await progress.end();
  if (!carried.ok) {
    const wrong = [carried.diagnostic];
    terminal.diagnostics(wrong);
    return { code: EXIT.failed, undone: touchedHosts(planned), wrong };
  }
  const { report, plan, troubles, unlocked } = carried.value;
  const broken = [...unlocked, ...report.failed.map(({ step }) => step), ...report.skipped];
  const failed = broken.length > 0;
  const undone = [...broken, ...report.pending];
  terminal.diagnostics([...troubles, ...(unseen ? plan.diagnostics : newIn(plan, planned))]);
  if (undone.length > 0 || within === undefined)
    terminal.result(formatReport(report, terminal.style), reportJson(report));
  // What could not be written waits for no restart.
  if (within === undefined && !undone.some(({ host }) => host === plan.miner?.host)) sayMiner(terminal, plan);
  const unreached = plan.hosts.filter(({ reached }) => !reached);
  const waits = report.pending.length > 0;
  const good = within !== undefined && unreached.length === 0;
  return {
    code: failed ? EXIT.failed : waits ? EXIT.partial : good ? EXIT.done : planExitCode(plan),
    undone: [...undone, ...unreached],
    wrong: [
      ...troubles,
      ...plan.diagnostics.filter(({ severity }) => severity === 'error'),
      ...report.failed.map(({ diagnostic }) => diagnostic),
    ],
  };
}

/** What is written and has no effect yet. */
function sayMiner(terminal: Terminal, plan: Plan): void {
  const lines = minerLines(plan, terminal);
  if (lines.length > 0) terminal.say(lines.join('\n'));
}

interface Carried {
  /** The fresh plan, of hosts that could be locked. */
  readonly plan: Plan;
  readonly report: ApplyReport;
  readonly unlocked: readonly Undone[];
  /** Why these could not be locked. */
  readonly troubles: readonly Diagnostic[];
}

async function underLocks(
  { workspace, signal }: OnFarm,
  emit: Emit,
  planned: Plan,
  {
    drainTimeout: quiet,
    leftOut,
    rules,
    lockTimeout = 0,
    startTimeout: start = workspace.times.start,
    hostsAlone = false,
  }: CarryOutOptions & { readonly drainTimeout: number },
  replan: (probe: FarmProbe) => Result<Plan>,
): Promise<Result<Carried>> {
  const times = { ...workspace.times, quiet, start };
  const unasked = { observation: { hosts: new Map(), miner: NOT_ASKED }, apis: new Map() };
  const idle = workspace.applyContext(unasked, emit, signal, times, rules);
  const touched = touchedHosts(planned);
  const locks = touched.map(({ host, layout }) => ({ host, lock: layout.lock }));
  const carried = await withLocks(idle, locks, lockTimeout, async ({ held, troubles }) => {
    const unlocked = touched.filter(({ host }) => !held.has(host));
    if (held.size === 0)
      return success({ plan: onlyHosts(planned, held), report: NOTHING_DONE, troubles, unlocked });
    const probe = hostsAlone
      ? await workspace.lookAtHosts(() => undefined, leftOut)
      : await workspace.look(() => undefined, leftOut);
    const fresh = replan(probe);
    if (!fresh.ok) return fresh;
    const plan = onlyHosts(fresh.value, held);
    const context = workspace.applyContext(probe, emit, signal, times, rules);
    const halted = minerLeftOut(fresh.value, held);
    const report = await journalled(context, plan, (noting) => applyPlan(noting, plan, halted));
    return success({ plan, report, troubles, unlocked });
  });
  return carried.ok ? carried.value : carried;
}

/** What the look under the locks found wrong, and the one before did not: nobody has been told. */
export function newIn(
  fresh: Pick<Plan, 'diagnostics'>,
  planned: Pick<Plan, 'diagnostics'>,
): readonly Diagnostic[] {
  const told = new Set(planned.diagnostics.map(({ code, message }) => `${code} ${message}`));
  return fresh.diagnostics.filter(({ code, message }) => !told.has(`${code} ${message}`));
}

function touchedHosts({ hosts }: Plan): Plan['hosts'] {
  return hosts.filter(({ steps }) => steps.length > 0);
}

/** What came up on a host that is not locked waits for the next run. */
function onlyHosts(plan: Plan, names: ReadonlySet<string>): Plan {
  return { ...plan, hosts: plan.hosts.map((host) => (names.has(host.host) ? host : { ...host, steps: [] })) };
}

/** Why no worker is stopped: each may be planned for what lotus-miner is after a restart that is left out. */
function minerLeftOut(plan: Plan, held: ReadonlySet<string>): string | undefined {
  const left = steps(plan).find((step) => isMinerFirst(step) && !held.has(step.host));
  return left === undefined ? undefined : `${left.id} comes before, and ${left.host} is not locked`;
}

const NOTHING_DONE: ApplyReport = { done: [], failed: [], skipped: [], pending: [] };

const NOT_ASKED = {
  reached: false,
  diagnostic: { code: 'SF511', severity: 'error', message: 'the miner has not been asked yet' },
} as const;
