import { readJournalScript } from '../apply/journal-script.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { parseJournal, type ReadJournal } from '../host/journal.js';
import { hostLayout } from '../host/layout.js';
import type { Remote } from '../remote/remote.js';

/** Reads the whole journal of a host. Fails with SF4xx, or SF602 where the SSH user may not read it. */
export async function readJournal(remote: Remote, { name, paths }: Host): Promise<Result<ReadJournal>> {
  const { journal } = hostLayout(paths);
  const output = await remote.exec(readJournalScript(journal));
  if (!output.ok) return output;
  const { status, stdout, stderr } = output.value;
  return status === 0
    ? success(parseJournal(stdout))
    : failure(notRead(name, journal, stderr.trim().split('\n').at(-1) ?? ''));
}

function notRead(host: string, path: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot read the journal of ${host}: ${why === '' ? `${path} is no journal` : why}`,
    place: { kind: 'host', host, path },
    help: 'Give the SSH user the right to read it, or set `ssh.sudo: true`.',
  };
}
