import { HELD, lookScript, parseSeenLock, unlockScript } from '../../apply/lock-script.js';
import { locked } from '../../apply/lock-words.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { hostLayout } from '../../host/layout.js';
import { lockWords, staleness, type SeenLock, type Staleness } from '../../host/lock-holder.js';
import type { ExecOutput, Remote } from '../../remote/remote.js';
import { diagnosticsJson, formatDiagnostics } from '../../view/diagnostics.js';
import { printable } from '../../view/text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { onHosts } from '../on-hosts.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { processState } from '../this-process.js';

export interface UnlockOptions extends GlobalOptions {
  /** Whoever holds it, and without a question. */
  readonly force?: boolean;
}

interface UnlockedHost {
  readonly host: string;
  /** Missing where there was no lock. */
  readonly wasLockedBy?: string;
  /** Why nobody would have given it back, as far as that can be known. */
  readonly stale?: Staleness;
}

/** Whether a lock may go of which it is not certain that its holder has ended. */
type Ask = (host: string, lock: SeenLock) => Promise<boolean>;

/** Takes away the lock that a command left which was cut off; one whose process may still run only where that was said. */
export function unlock(names: readonly string[], options: UnlockOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onHosts(names, options, terminal, async (hosts, connections) => {
    const ask: Ask = async (host, lock) => {
      if (options.force === true || !terminal.canAsk) return options.force === true;
      const question = `${host} is locked by ${printable(lockWords(lock))}, who may still work there.\nTake the lock away?`;
      return (await terminal.confirm(question)) === true;
    };
    const seen = await Promise.all(
      hosts.map(async ({ name, paths }) => {
        const { lock } = hostLayout(paths);
        const remote = connections.remote(name);
        return { remote, lock, output: await remote.exec(lookScript(lock)) };
      }),
    );
    const results: Result<UnlockedHost>[] = [];
    // One after the other, as are the questions.
    for (const { remote, lock, output } of seen) results.push(await unlockOne(remote, lock, output, ask));
    const unlocked = results.flatMap((result) => (result.ok ? [result.value] : []));
    const failures = results.flatMap((result) => (result.ok ? [] : [result.diagnostic]));
    terminal.result(unlocked.map(words).join('\n'), {
      hosts: unlocked,
      diagnostics: diagnosticsJson(failures),
    });
    terminal.say(formatDiagnostics(failures, terminal.errorStyle, terminal.width));
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** Fails with SF609 for a lock that stays, SF602 for one that cannot be taken away. */
export async function unlockOne(
  remote: Remote,
  lock: string,
  look: Result<ExecOutput>,
  ask: Ask,
): Promise<Result<UnlockedHost>> {
  const { host } = remote;
  if (!look.ok) return look;
  if (look.value.status !== 0) return failure(stillThere(host, lock, look.value.stderr.trim()));
  if (look.value.stdout === '') return success({ host });
  const seen = parseSeenLock(look.value.stdout);
  const process = seen.holder?.process;
  const stale = staleness(seen, process === undefined ? 'unknown' : processState(process));
  // A restart of the host and a day's age say nothing of a process on another machine: a restart of a worker may wait that long.
  if (stale !== 'process-gone' && !(await ask(host, seen))) return failure(locked(host, seen, stale));
  const gone = await remote.exec(unlockScript(lock, seen.text));
  if (!gone.ok) return gone;
  if (gone.value.status === HELD) return failure(changedHands(host));
  if (gone.value.status !== 0) return failure(stillThere(host, lock, gone.value.stderr.trim()));
  return success({ host, wasLockedBy: lockWords(seen), ...(stale === undefined ? {} : { stale }) });
}

function words({ host, wasLockedBy, stale }: UnlockedHost): string {
  if (wasLockedBy === undefined) return `${host} was not locked.`;
  const why = stale === undefined ? '' : ` It was stale: ${STALE[stale]}.`;
  return `${host} was locked by ${printable(wasLockedBy)}; it is not locked now.${why}`;
}

const STALE: Readonly<Record<Staleness, string>> = {
  'process-gone': 'its process has ended',
  'host-restarted': 'the host was restarted since',
  'older-than-a-day': 'it was older than a day',
};

function changedHands(host: string): Diagnostic {
  return {
    code: 'SF609',
    severity: 'error',
    message: `the lock of ${host} went to somebody else this moment and stays`,
    place: { kind: 'host', host },
    help: `Nothing is wrong then. Who has it: sealfarm unlock ${host}`,
  };
}

function stillThere(host: string, lock: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot take the lock of ${host} away: ${why === '' ? `${lock} is still there` : why}`,
    place: { kind: 'host', host, path: lock },
    help: 'Look at it on the host; the SSH user must be able to remove it. Where it is a folder, as earlier versions made, nothing but `holder` belongs in it.',
  };
}
