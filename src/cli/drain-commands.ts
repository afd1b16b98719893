import { InvalidArgumentError, Option, type Command } from 'commander';
import type { DrainOptions } from './commands/drain.js';
import type { ResumeOptions } from './commands/resume.js';
import { duration, LOCK_TIMEOUT } from './duration-option.js';
import type { ExitCode } from './exit-code.js';
import { examples } from './help.js';
import { wholeNumber } from './number-option.js';

const DRAIN_HELP = `
No new work is taken; what lies on the worker goes on to long-term storage, by its own hands where nobody else may; then its
paths are detached and it is stopped, over reboots too. The drain is noted on the host first: it outlives this command,
crashes and reboots, and every plan respects it until \`sealfarm resume\`. Ctrl-C leaves it going; the same command goes on
from there. A name is a host with all its workers, a worker, @tag, or a pattern.

--until quiet stops a worker that has no job, with its sectors: for a short rest, as they wait until it is back.
--mode guide does so too, by the letter of the public guide, and warns of what it leaves behind.
--on-deadline: keep draining and exit with 1; resume, which gives the tasks back, also when it can never end; or stop, once its
jobs have ended. With --detach the deadline counts from the first run.

A sector that no worker may take on, for the groups of the paths, never leaves by itself: the drain says which, at once, and
which group would free it. --resolve allow-to=GROUP lets sectors go there in the miner's index, until the drain has ended.

Exit codes: 0 done · 1 failed, or not in time · 3 goes on (--detach), or a host was not reached · 4 can never end as
things are.
${examples(
  'sealfarm drain host-3',
  'sealfarm drain worker-1 worker-2 --reason "new NVMe" --deadline 12h --on-deadline resume',
  'sealfarm drain @rack-2 --max-parallel 2',
  'sealfarm drain host-3 --detach   # from cron, until it exits with 0',
  'sealfarm drain host-3 --until quiet',
)}`;

/** Taking workers out of the sealing pipeline, and back. */
export function drainCommands(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command('drain')
    .description('take machines or workers out of the sealing pipeline and stop them when they are empty')
    .argument('[host-or-worker...]')
    .option('--status', 'only look: the drains that hold, and what is in their way')
    .option('--dry-run', 'only look: what would be switched off now, and what would be in the way')
    .option('--reason <text>', 'why, for everyone who looks')
    .addOption(
      new Option('--until <goal>', 'empty of sectors, or quiet: without a job')
        .choices(['empty', 'quiet'])
        .default('empty'),
    )
    .addOption(
      new Option('--mode <mode>', 'guide: all tasks off at once, as the public guide has it')
        .choices(['guide'])
        .conflicts('until'),
    )
    .option('--deadline <duration>', 'wait no longer than this', duration)
    .addOption(
      new Option('--on-deadline <what>', 'what to do then')
        .choices(['keep', 'resume', 'stop'])
        .default('keep'),
    )
    .option('--detach', 'do what can be done now, and leave the waiting to the next run')
    .option('--no-stop', 'leave the worker running in the end')
    .option(
      '--max-parallel <hosts>',
      'hosts that are drained at a time (default: all of them)',
      wholeNumber(1, 1000),
    )
    .option(
      '--allow-last',
      'also the last worker that takes a task, the only one that a group can reach for PC2, or more than `rollout.minAvailable` lets go',
    )
    .option(
      '--resolve <allow-to=GROUP>',
      'let sectors go on to this group for as long as the drain lasts; again for more groups',
      resolveGroups,
    )
    .option('--lock-timeout <duration>', LOCK_TIMEOUT, duration)
    .addHelpText('after', DRAIN_HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      finish(await drain(names, self));
    });
  program
    .command('resume')
    .description('give drained machines or workers back what the file declares')
    .argument('<host-or-worker...>')
    .option('--lock-timeout <duration>', LOCK_TIMEOUT, duration)
    .addHelpText('after', examples('sealfarm resume host-3', 'sealfarm resume host-3 --lock-timeout 10m'))
    .action(async (names: string[], _: unknown, self: Command) => {
      finish(
        await (await import('./commands/resume.js')).resume(names, self.optsWithGlobals<ResumeOptions>()),
      );
    });
}

async function drain(names: readonly string[], self: Command): Promise<ExitCode> {
  const options = self.optsWithGlobals<DrainOptions & { readonly status?: true; readonly dryRun?: true }>();
  const look = await import('./commands/drain-status.js');
  if (options.status === true) return look.drainStatus(names, options);
  if (names.length === 0) self.error("error: missing required argument 'host-or-worker'");
  if (options.deadline === undefined && self.getOptionValueSource('onDeadline') === 'cli')
    self.error('error: --on-deadline says what to do after --deadline, which is not given');
  if (options.onDeadline === 'stop' && !options.stop)
    self.error('error: --on-deadline stop and --no-stop exclude each other');
  if (options.dryRun === true) return look.drainPreview(names, options);
  return (await import('./commands/drain.js')).drain(names, options);
}

/** `allow-to=GROUP`, or several with commas between. */
function resolveGroups(text: string, before: readonly string[] = []): readonly string[] {
  const groups = /^allow-to=([^,]+(?:,[^,]+)*)$/.exec(text)?.[1]?.split(',');
  if (groups === undefined)
    throw new InvalidArgumentError('Write allow-to=GROUP, with a storage group of the file.');
  return [...new Set([...before, ...groups])];
}
