import { historyOf, type HistoryRun } from '../../host/history.js';
import type { JournalEntry } from '../../host/journal.js';
import { hostLayout } from '../../host/layout.js';
import { isRestorable } from '../../host/rollback.js';
import { diagnosticsJson, formatDiagnostics } from '../../view/diagnostics.js';
import { formatHistory, historyJson } from '../../view/history.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readJournal } from '../journals.js';
import { onHosts } from '../on-hosts.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface HistoryOptions extends GlobalOptions {
  /** Milliseconds since 1970 */
  readonly since?: number;
  /** The last runs alone. */
  readonly limit: number;
}

/** Shows who changed what, when and how it went, from the journals of the hosts. */
export function history(names: readonly string[], options: HistoryOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onHosts(names, options, terminal, async (hosts, connections) => {
    const read = await Promise.all(
      hosts.map(async (host) => ({ host, journal: await readJournal(connections.remote(host.name), host) })),
    );
    const journals = new Map<string, readonly JournalEntry[]>();
    for (const { host, journal } of read) if (journal.ok) journals.set(host.name, journal.value.entries);
    const manifests = new Map(hosts.map(({ name, paths }) => [name, hostLayout(paths).manifest]));
    const all = historyOf(journals, (host, entry) => isRestorable(entry, manifests.get(host) ?? ''));
    const runs = chosen(all, options);
    const failures = read.flatMap(({ journal }) => (journal.ok ? [] : [journal.diagnostic]));
    const unread = read.reduce((sum, { journal }) => sum + (journal.ok ? journal.value.unread : 0), 0);
    terminal.result(formatHistory(runs, terminal.style, terminal.width), {
      ...historyJson(runs),
      unreadLines: unread,
      diagnostics: diagnosticsJson(failures),
    });
    if (runs.length === 0 && journals.size > 0) terminal.say('No run is noted there.');
    if (all.length > runs.length) terminal.say(`${all.length - runs.length} earlier: --limit shows more.`);
    if (unread > 0) terminal.say(`Lines of journals that could not be read: ${unread}.`);
    terminal.say(formatDiagnostics(failures, terminal.errorStyle, terminal.width));
    if (failures.length === 0) return EXIT.done;
    return journals.size === 0 ? EXIT.failed : EXIT.partial;
  });
}

function chosen(runs: readonly HistoryRun[], { since = 0, limit }: HistoryOptions): readonly HistoryRun[] {
  return runs.filter(({ ended }) => Date.parse(ended) >= since).slice(-limit);
}
