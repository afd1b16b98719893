import { unlockScript } from '../../apply/lock.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { hostLayout } from '../../host/layout.js';
import { shellQuote } from '../../host/shell.js';
import type { ExecOutput } from '../../remote/remote.js';
import { diagnosticsJson, formatDiagnostics } from '../../view/diagnostics.js';
import { printable } from '../../view/text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { onFarm } from '../on-farm.js';
import { hostsNamed } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

interface UnlockedHost {
  readonly host: string;
  /** Missing where there was no lock. */
  readonly wasLockedBy?: string;
}

/** Takes away the lock that a command left which was cut off. */
export function unlock(names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm(options, terminal, async ({ workspace: { farm, connections } }) => {
    const hosts = hostsNamed(farm, names);
    if (!hosts.ok) {
      terminal.diagnostics([hosts.diagnostic]);
      return EXIT.usage;
    }
    const results = await Promise.all(
      hosts.value.map(async ({ name, paths }) => {
        const { lock } = hostLayout(paths);
        return unlockedHost(name, lock, await connections.remote(name).exec(script(lock)));
      }),
    );
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

/** Says `locked` and the holder before the lock goes. */
function script(lock: string): string {
  const folder = shellQuote(lock);
  return `if [ -e ${folder} ]; then echo locked; cat ${folder}/holder 2>/dev/null; fi\n${unlockScript(lock)}`;
}

/** What came of the script on a host. Fails with SF602 when the lock is still there. */
export function unlockedHost(host: string, lock: string, output: Result<ExecOutput>): Result<UnlockedHost> {
  if (!output.ok) return output;
  const { status, stdout, stderr } = output.value;
  if (status !== 0) return failure(stillLocked(host, lock, stderr.trim()));
  if (stdout === '') return success({ host });
  const holder = stdout.slice(stdout.indexOf('\n') + 1).trim();
  return success({ host, wasLockedBy: holder === '' ? 'somebody unnamed' : holder });
}

function words({ host, wasLockedBy }: UnlockedHost): string {
  return wasLockedBy === undefined
    ? `${host} was not locked.`
    : `${host} was locked by ${printable(wasLockedBy)}; it is not locked now.`;
}

function stillLocked(host: string, lock: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot take the lock of ${host} away: ${why === '' ? `${lock} is still there` : why}`,
    place: { kind: 'host', host, path: lock },
    help: 'Look at that folder on the host; the SSH user must be able to remove it, and nothing else belongs there.',
  };
}
