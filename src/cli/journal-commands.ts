import { InvalidArgumentError, type Command } from 'commander';
import type { HistoryOptions } from './commands/history.js';
import type { RollbackOptions } from './commands/rollback.js';
import type { UnlockOptions } from './commands/unlock.js';
import { duration, LOCK_TIMEOUT } from './duration-option.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';
import { parseSince, SINCE_HELP } from './since.js';

const UNLOCK_HELP = `
A lock is taken away without a question whose command ran on this machine and has ended. Any other one needs a yes, or --force
where nobody can be asked: that the host was restarted since, or that the lock is older than a day, says nothing of a command on
another machine, and two who change a host at once undo the work of each other.
${examples('sealfarm unlock host-3', 'sealfarm unlock host-3 --force')}`;

const HISTORY_HELP = `
One run is one apply, drain, resume or rollback, with what became of it on each host; the newest is the last. A commit with
a + was of a file that was not committed as it was. \`unfinished\`: nobody noted an end, so that it still runs or was cut off.
Each host keeps its journal, up to five files of 1 MiB.
${examples('sealfarm history', 'sealfarm history host-3 --since 2d', 'sealfarm history --limit 100 --json')}`;

const ROLLBACK_HELP = `
Files alone go back, to what they were before the run that \`sealfarm history HOST\` shows with that number; what later runs
changed goes back with it. Of each file the 20 newest versions before are kept. Secrets keep the value they have now. Files
that were new stay, and so does every storage path. No worker is restarted, and the farm's file is not touched: put that
back in git as well, then \`sealfarm apply\` restarts what was started with other settings, when it is quiet. Without that the
next apply brings the files forward again.
${examples('sealfarm rollback host-3', 'sealfarm rollback host-3 --to 2 --yes')}`;

/** What was done to the hosts, and to take it back. */
export function journalCommands(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('history')
    .description('show who changed what on the hosts, when, and how it went')
    .argument('[host...]')
    .option('--since <time>', 'from then on: 2h ago, or a time such as 2026-01-31T12:30', since)
    .option('-n, --limit <number>', 'the last runs alone', positive, 20)
    .addHelpText('after', HISTORY_HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      const { history } = await import('./commands/history.js');
      finish(await history(names, self.optsWithGlobals<HistoryOptions>()));
    });
  program
    .command('rollback')
    .description('bring back the files of a host as they were before its last changes')
    .argument('<host>')
    .option(
      '--to <number>',
      'before which change: 1 is the last, as `sealfarm history HOST` counts',
      positive,
      1,
    )
    .option('-y, --yes', 'do not ask')
    .option('--lock-timeout <duration>', LOCK_TIMEOUT, duration)
    .addHelpText('after', ROLLBACK_HELP)
    .action(async (name: string, _: unknown, self: Command) => {
      const { rollback } = await import('./commands/rollback.js');
      finish(await rollback(name, self.optsWithGlobals<RollbackOptions>()));
    });
  program
    .command('unlock')
    .description('take away the lock of a command that was cut off')
    .argument('<host...>')
    .option('--force', 'also one whose command may still work')
    .addHelpText('after', UNLOCK_HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      const { unlock } = await import('./commands/unlock.js');
      finish(await unlock(names, self.optsWithGlobals<UnlockOptions>()));
    });
}

function since(text: string): number {
  const time = parseSince(text, Date.now());
  if (time === undefined) throw new InvalidArgumentError(SINCE_HELP);
  return time;
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a number from 1 on.');
  return Number(text);
}
