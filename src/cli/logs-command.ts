import { InvalidArgumentError, type Command } from 'commander';
import type { LogsOptions } from './commands/logs.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';
import { parseSince, SINCE_HELP } from './since.js';

const HELP = `
Names stand for workers, or for hosts with all their workers. Without --since the last 100 lines are shown. Several
logs become one, in the order of time; where they are followed, lines come as they are written. A log that is followed
goes on after a connection was lost. Tokens are left out, and colours and control characters made harmless.
${examples('sealfarm logs worker-1', 'sealfarm logs worker-1 worker-2 --follow', 'sealfarm logs host-3 --since 2h', 'sealfarm logs worker-1 --since 2026-01-31T12:30 --lines 50 --json')}`;

export function logsCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('logs')
    .description('show what workers have written, and go on as they write')
    .argument('<worker...>')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('--since <time>', 'from then on: 2h ago, or a time such as 2026-01-31T12:30', since)
    .option('-n, --lines <number>', 'the last lines alone; `all` for all there are', lines)
    .addHelpText('after', HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      finish(await (await import('./commands/logs.js')).logs(names, self.optsWithGlobals<LogsOptions>()));
    });
}

function since(text: string): number {
  const time = parseSince(text, Date.now());
  if (time === undefined) throw new InvalidArgumentError(SINCE_HELP);
  return time;
}

function lines(text: string): number | 'all' {
  if (text === 'all') return text;
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Write a number, or `all`.');
  return Number(text);
}
