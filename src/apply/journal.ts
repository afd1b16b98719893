import { formatEntry, type JournalEntry, type Outcome } from '../host/journal.js';
import { homeOf, type WorkerLayout } from '../host/layout.js';
import type { Event } from '../event/event.js';
import type { Plan } from '../plan/plan.js';
import type { ApplyReport } from './ledger.js';
import type { ApplyContext } from './context.js';
import { journalScript } from './journal-script.js';
import type { Target } from './live-changes.js';
import { hindranceWords } from './miner-moment.js';
import { blockerNames } from './rest-troubles.js';

export type Noted = Pick<JournalEntry, 'step' | 'reason' | 'outcome' | 'why'>;

/** With what each entry of a run begins. */
export function entryHead({ who, now, run, commit }: ApplyContext): JournalEntry {
  const from = commit === undefined ? {} : { commit: commit.id, ...(commit.dirty ? { dirty: true } : {}) };
  return { at: now().toISOString(), who, run: run.id, command: run.command, ...from };
}

/** One line in the host's journal for an action. A journal that cannot be written stops nothing: its step is done. */
export async function record(
  context: ApplyContext,
  host: string,
  journal: string,
  entry: Noted,
): Promise<void> {
  const line = context.redact(formatEntry({ ...entryHead(context), ...entry }));
  await context.remote(host).exec(journalScript(journal, line));
}

/** Of a start that is no step of its own: what was changed before it is in effect, or taken back. */
export function recordStart(
  context: ApplyContext,
  { host, worker }: Target,
  service: Pick<WorkerLayout, 'written'>,
): Promise<void> {
  return record(context, host, homeOf(service).journal, { step: `${worker}/start`, outcome: 'done' });
}

/** Notes on each host with steps that a run begins and how it ends, and what it waits for and leaves out meanwhile. */
export async function journalled(
  context: ApplyContext,
  { hosts }: Pick<Plan, 'hosts'>,
  work: (context: ApplyContext) => Promise<ApplyReport>,
): Promise<ApplyReport> {
  const journals = new Map(hosts.map(({ host, layout }) => [host, layout.journal]));
  const note = async (host: string, entry: Noted): Promise<void> => {
    const journal = journals.get(host);
    if (journal !== undefined) await record(context, host, journal, entry);
  };
  const touched = hosts.filter(({ steps }) => steps.length > 0).map(({ host }) => host);
  await Promise.all(touched.map((host) => note(host, { outcome: 'begun' })));
  const [notes, waiting]: [Promise<void>[], Set<string>] = [[], new Set()];
  const emit = (event: Event): void => {
    context.emit(event);
    const entry = entryOf(event);
    if (entry === undefined || !('step' in event)) return;
    // One entry for a wait, not one for each look.
    if (entry.outcome === 'waiting' && waiting.has(event.step.id)) return;
    waiting.add(event.step.id);
    notes.push(note(event.step.host, entry));
  };
  const report = await work({ ...context, emit });
  await Promise.all(notes);
  await Promise.all(touched.map((host) => note(host, { outcome: endOn(host, report, context.signal) })));
  return report;
}

function entryOf(event: Event): Noted | undefined {
  if (event.type === 'step-skipped')
    return {
      step: event.step.id,
      reason: event.step.reason,
      outcome: 'skipped',
      why: event.diagnostic.message,
    };
  if (event.type === 'miner-waiting') {
    const { step } = event;
    return { step: step.id, reason: step.reason, outcome: 'waiting', why: hindranceWords(event) };
  }
  if (event.type !== 'step-waiting' || event.blockers.length === 0) return undefined;
  const why = `for ${blockerNames(event.blockers)}`;
  return { step: event.step.id, reason: event.step.reason, outcome: 'waiting', why };
}

function endOn(host: string, { failed, skipped, pending }: ApplyReport, signal: AbortSignal): Outcome {
  if (signal.aborted) return 'interrupted';
  if ([...failed.map(({ step }) => step), ...skipped].some((step) => step.host === host)) return 'failed';
  return pending.some((step) => step.host === host) ? 'pending' : 'done';
}
