import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { parseJournal } from '../host/journal.js';
import { homeOf, startFiles, type WorkerLayout } from '../host/layout.js';
import { changedSinceStart } from '../host/rollback.js';
import type { ApplyContext } from './context.js';
import { readJournalScript } from './journal-script.js';
import type { Target } from './live-changes.js';

/**
 * Why a worker did not come up, and, where an earlier run that was cut off changed its files, the command that takes that back.
 * It is not done of itself: the texts of before are kept with their secrets masked, and other files of the host changed with them.
 */
export async function withWayBack(
  context: ApplyContext,
  { host, worker }: Target,
  service: WorkerLayout,
  why: Diagnostic,
): Promise<Diagnostic> {
  const { journal, manifest } = homeOf(service);
  const read = await context.remote(host).exec(readJournalScript(journal));
  if (!read.ok || read.value.status !== 0) return why;
  const { entries } = parseJournal(read.value.stdout);
  const to = changedSinceStart(entries, worker, startFiles(service), manifest);
  if (to === undefined) return why;
  const help =
    `Its files were changed by an earlier run that did not come to start it. \`sealfarm rollback ${host} --to ${to}\` brings back ` +
    "what all files of the host were before; put the farm's file back in git, too, and apply.";
  return { ...why, help: `${help} ${why.help ?? ''}`.trim() };
}
