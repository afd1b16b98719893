import type { ApplyContext } from './context.js';
import { journalScript } from './scripts.js';

/** One line in the host's journal for an action. A journal that cannot be written stops nothing: its step is done. */
export async function record(
  { remote, who, now, commit }: ApplyContext,
  host: string,
  journal: string,
  entry: Readonly<Record<string, unknown>>,
): Promise<void> {
  const from = commit === undefined ? {} : { commit: commit.id, ...(commit.dirty ? { dirty: true } : {}) };
  const line = JSON.stringify({ at: now().toISOString(), who, ...from, ...entry });
  await remote(host).exec(journalScript(journal, line));
}
