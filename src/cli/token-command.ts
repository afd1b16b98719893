import type { Command } from 'commander';
import type { RotateTokenOptions } from './commands/rotate-token.js';
import { duration, LOCK_TIMEOUT } from './duration-option.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';

const HELP = `
For farms with \`token: { fromMiner: true }\`. Lotus cannot take back one token alone: its key goes, and all tokens with it.
Nothing is sealed from when the workers get quiet until they are restarted; no job is lost. Interrupted (Ctrl-C) while it waits, it
switches the tasks on again. Killed, it may leave locks, and tasks that are off: take the locks away (\`sealfarm unlock HOST\`), then
\`sealfarm apply\` switches the tasks on, and gives the workers the new token where the miner has it already.
${examples('sealfarm rotate-token', 'sealfarm rotate-token --yes --drain-timeout 12h --start-timeout 15m')}`;

/** To make the miner take another token. */
export function tokenCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('rotate-token')
    .description('make the miner take another token, and give it to all workers once they are quiet')
    .option('-y, --yes', 'do not ask')
    .option(
      '--drain-timeout <duration>',
      'how long workers may take to get quiet, and a safe moment to come (default: as the file says, else 24h)',
      duration,
    )
    .option(
      '--start-timeout <duration>',
      'how long lotus-miner, and then each worker, may take to be back (default: 2m)',
      duration,
    )
    .option('--lock-timeout <duration>', LOCK_TIMEOUT, duration)
    .addHelpText('after', HELP)
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<RotateTokenOptions>();
      finish(await (await import('./commands/rotate-token.js')).rotateToken(options));
    });
}
