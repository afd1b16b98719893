import type { Command } from 'commander';
import { DISABLE_FOREIGN_UNITS, RESTART_TO_ADOPT } from './adopting.js';
import type { ApplyOptions } from './commands/apply.js';
import type { PlanOptions } from './commands/plan.js';
import type { ShowOptions } from './commands/show.js';
import { duration, LOCK_TIMEOUT } from './duration-option.js';
import { wholeNumber } from './number-option.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';
import { DIFF_OPTION, planFormat } from './plan-format.js';
import { RESTART_MINER } from './restart-miner-option.js';

const APPLY_HELP = `
Restarts go one after the other, or in waves as \`rollout\` in the file says. A worker that does not come up as declared
gets the files back that it had before, and ends them.
${examples(
  'sealfarm apply',
  'sealfarm apply plan.json',
  'sealfarm apply --yes --drain-timeout 6h --lock-timeout 30m',
  'sealfarm apply --yes --detach; [ $? -eq 3 ] && echo "not yet, run it again"',
  'sealfarm apply --force-restart pc1-7',
  'sealfarm apply --restart-miner',
  'sealfarm apply --allow-large',
  'sealfarm apply --restart-to-adopt --disable-foreign-units',
)}`;

const TARGET = 'these hosts and workers alone: names, @tag, pc1-*, pc1-[01-12]';
const EXCLUDE = 'without these; a host that is left out is not even looked at';

/** To look at what differs, to put that away, and to carry it out. */
export function planCommands(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('plan')
    .description('show what differs on the hosts and how it would be changed; changes nothing')
    .option('--detailed-exitcode', 'exit with 2 when there is something to do')
    .option('--verbose', 'show every host and every value')
    .option('--diff', DIFF_OPTION)
    .option(
      '--refresh-only',
      'show drift alone: what is otherwise on the hosts or in Lotus, and no edit of the file asks for',
    )
    .option('--restart-miner', `plan it so: ${RESTART_MINER}`)
    .option('--target <word...>', TARGET)
    .option('--exclude <word...>', EXCLUDE)
    .option('--restart-to-adopt', RESTART_TO_ADOPT)
    .option('--disable-foreign-units', DISABLE_FOREIGN_UNITS)
    .addOption(planFormat())
    .option('-o, --out <file>', 'save the plan, for `sealfarm show` and `sealfarm apply`; it holds no secret')
    .addHelpText(
      'after',
      examples(
        'sealfarm plan',
        'sealfarm plan --diff',
        'sealfarm plan --detailed-exitcode --json',
        'sealfarm plan --refresh-only --detailed-exitcode',
        'sealfarm plan --out plan.json',
        'sealfarm plan --restart-miner --detailed-exitcode',
        "sealfarm plan --target @rack-a 'pc2-*' --exclude host-7",
      ),
    )
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/plan.js')).plan(self.optsWithGlobals<PlanOptions>()));
    });
  program
    .command('show')
    .description('print a saved plan; asks no host')
    .argument('<plan-file>')
    .option('--verbose', 'show every host and every value')
    .option('--diff', DIFF_OPTION)
    .addOption(planFormat())
    .addHelpText(
      'after',
      examples('sealfarm show plan.json --diff', 'sealfarm show plan.json --format markdown > comment.md'),
    )
    .action(async (file: string, _: unknown, self: Command) => {
      finish(await (await import('./commands/show.js')).show(file, self.optsWithGlobals<ShowOptions>()));
    });
  program
    .command('apply')
    .description('make the hosts match the file; restarts wait until their worker is quiet')
    .argument(
      '[plan-file]',
      'a saved plan: does just what it says, or nothing where it does not hold any more',
    )
    .option('-y, --yes', 'do not ask')
    .option(
      '--drain-timeout <duration>',
      'how long a restart may wait for its worker to get quiet (default: as the file says, else 24h)',
      duration,
    )
    .option(
      '--start-timeout <duration>',
      'how long a started worker may take to be back, its proof parameters fetched (default: 2m)',
      duration,
    )
    .option(
      '--detach',
      'wait for no worker: do what can be done now, and exit with 3 while restarts are pending; for cron and CI',
    )
    .option(
      '--force-restart <worker...>',
      'restart these, each by its name, without waiting for their jobs: what they work on is lost',
    )
    .option('--restart-miner', RESTART_MINER)
    .option('--parallelism <hosts>', 'work on so many hosts at a time (default: 32)', wholeNumber(1, 1000))
    .option('--lock-timeout <duration>', LOCK_TIMEOUT, duration)
    .option('--target <word...>', TARGET)
    .option('--exclude <word...>', EXCLUDE)
    .option('--restart-to-adopt', RESTART_TO_ADOPT)
    .option('--disable-foreign-units', DISABLE_FOREIGN_UNITS)
    .option('--allow-large', 'restart more of the farm than `rollout.largePlan` lets pass')
    .addHelpText('after', APPLY_HELP)
    .action(async (file: string | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ApplyOptions>();
      finish(
        file === undefined
          ? await (await import('./commands/apply.js')).apply(options)
          : await (await import('./commands/apply-saved.js')).applySaved(file, options),
      );
    });
}
