import { Command, CommanderError, Option } from 'commander';
import type { CapacityOptions } from './commands/capacity.js';
import type { DiffOptions } from './commands/diff.js';
import type { FmtOptions } from './commands/fmt.js';
import { sandboxCommand } from './commands/sandbox.js';
import { drainCommands } from './drain-commands.js';
import { importCommand } from './import-command.js';
import { initCommand } from './init-command.js';
import { journalCommands } from './journal-commands.js';
import { logsCommand } from './logs-command.js';
import { planCommands } from './plan-commands.js';
import { DIFF_OPTION, planFormat } from './plan-format.js';
import { tokenCommand } from './token-command.js';
import { simulateCommand } from './simulate-command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { examples } from './help.js';
import type { GlobalOptions } from './terminal.js';
import { usageError } from './usage-error.js';
import { version } from './version.js';

const EXIT_CODES = `
Exit codes:
   0  done, nothing wrong
   1  failed
   2  plan --detailed-exitcode: there is something to do
   3  some hosts could not be reached; the rest holds
   4  a drain can never end as things are
  64  wrong use of the command line
  78  the file is not valid
 130  interrupted

Environment: NO_COLOR, FORCE_COLOR, SSH_AUTH_SOCK, and what \`miner.token\` names.`;

const CAPACITY_HELP = `
Nothing else uses the memory of the machine: what the system has in use when a worker starts Lotus takes off RAM + swap,
and a task that just fits here may never be given out there (doctor looks). ALONE is on an idle worker with empty
disks. IN THE MIX every declared task has work waiting, and the worker
takes one of each in turn (addpiece, precommit1, precommit2, commit, then the rest) until nothing more fits;
addpiece ends where precommit1 does.
${examples('sealfarm capacity', 'sealfarm capacity --host pc1-01 store-1', 'sealfarm capacity --json')}`;

const FLOW_HELP = `
Averages over all sectors of a farm that has work everywhere. Each stage of a sector is done by one of the workers
that may do it, in proportion to how many each runs at once (by \`hardware\` where it is declared for all of them, else
by \`limits\` where all have one, else in equal parts), whoever did the stage before: Lotus gives a task to the least
used worker, even where another one holds the files. Storage groups narrow the choice for PC2 alone. C1 and FIN are
done where PC2 was. What no worker of the farm can do is the miner's, unless \`miner.tasks\` says that it does no PC2.
Not counted: the unsealed file of a finished sector, where it is kept.
${examples('sealfarm flow', 'sealfarm flow --json')}`;

/** Runs one command line and gives its exit status. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = buildProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (forPrograms(program)) {
      const { Terminal } = await import('./terminal.js');
      new Terminal({ json: true, color: false }).diagnostics([usageError(error)]);
    }
    return EXIT.usage;
  }
}

/** Known even where the rest of the command line is wrong. */
function forPrograms(program: Command): boolean {
  return program.opts<Partial<GlobalOptions>>().json === true;
}

/** Commands are loaded when they are called: `--help` need not wait for SSH. */
type Finish = (code: ExitCode) => void;

function buildProgram(finish: Finish): Command {
  const program = new Command('sealfarm')
    .description(
      'Declare a Filecoin sealing farm in one file; plan, apply and drain it over SSH without losing sealing work.',
    )
    .version(version())
    .option('-c, --config <file>', "the farm's file", 'sealfarm.yaml')
    .option('--json', 'print data for programs instead of text')
    .addOption(new Option('--no-color', 'print without colour'))
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  program.configureOutput({
    writeErr: (text) => {
      if (!forPrograms(program)) process.stderr.write(text);
    },
  });
  initCommand(program, finish);
  addFileCommands(program, finish);
  importCommand(program, finish);
  addHostCommands(program, finish);
  logsCommand(program, finish);
  drainCommands(program, finish);
  journalCommands(program, finish);
  tokenCommand(program, finish);
  sandboxCommand(program, finish);
  command(program, 'demo', 'show the whole tool on an embedded farm, in about a minute')
    .addHelpText('after', examples('sealfarm demo'))
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/demo.js')).demo(self.optsWithGlobals<GlobalOptions>()));
    });
  return program;
}

function addFileCommands(program: Command, finish: Finish): void {
  command(program, 'validate', 'check the file; touches no host')
    .addHelpText('after', examples('sealfarm validate', 'sealfarm validate --config farms/north.yaml --json'))
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/validate.js')).validate(self.optsWithGlobals<GlobalOptions>()));
    });
  command(program, 'fmt', 'put the keys of the file in their usual order; comments and all else stay')
    .option('--check', 'write nothing, and exit with 1 where it is not in order')
    .addHelpText('after', examples('sealfarm fmt', 'sealfarm fmt --check --config farms/north.yaml'))
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/fmt.js')).fmt(self.optsWithGlobals<FmtOptions>()));
    });
  command(program, 'render', 'print the files each host would get; touches no host and needs no secret')
    .addHelpText('after', examples('sealfarm render', 'sealfarm render --json'))
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/render.js')).render(self.optsWithGlobals<GlobalOptions>()));
    });
  command(
    program,
    'capacity',
    'show how many of each task run at once on each worker, and what stops the next',
  )
    .option('--host <host...>', 'these hosts alone')
    .addHelpText('after', CAPACITY_HELP)
    .action(async (_: unknown, self: Command) => {
      finish(
        await (await import('./commands/capacity.js')).capacity(self.optsWithGlobals<CapacityOptions>()),
      );
    });
  command(program, 'flow', 'show what of each sector moves between workers, and where it can get stuck')
    .addHelpText('after', FLOW_HELP)
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/flow.js')).flow(self.optsWithGlobals<GlobalOptions>()));
    });
  simulateCommand(program, finish);
  command(
    program,
    'diff',
    'show what a change of the file would do to the hosts; touches none and needs no secret',
  )
    .argument('<before>', 'the file as it was')
    .argument('[after]', 'the file as it shall be; the one of --config where none is named')
    .option('--detailed-exitcode', 'exit with 2 when there is a difference')
    .option('--verbose', 'show every host and every value')
    .option('--diff', DIFF_OPTION)
    .addOption(planFormat())
    .addHelpText(
      'after',
      examples(
        'git show main:sealfarm.yaml > before.yaml; sealfarm diff before.yaml',
        'sealfarm diff north.yaml south.yaml',
      ),
    )
    .action(async (before: string, after: string | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<DiffOptions>();
      finish(await (await import('./commands/diff.js')).diff(before, after ?? options.config, options));
    });
  command(program, 'schema', 'print the JSON Schema of the file')
    .addHelpText('after', examples('sealfarm schema > sealfarm.schema.json'))
    .action(async () => {
      finish((await import('./commands/schema.js')).schema());
    });
  command(program, 'explain', 'say what a code such as SF230 means, and what to do')
    .argument('[code...]')
    .addHelpText('after', examples('sealfarm explain', 'sealfarm explain SF230', 'sealfarm explain 502 604'))
    .action(async (codes: string[], _: unknown, self: Command) => {
      finish((await import('./commands/explain.js')).explain(codes, self.optsWithGlobals<GlobalOptions>()));
    });
}

function addHostCommands(program: Command, finish: Finish): void {
  planCommands(program, finish);
  command(program, 'status', 'show what every worker does now')
    .addHelpText('after', examples('sealfarm status', 'sealfarm status --json'))
    .action(async (_: unknown, self: Command) => {
      finish(await (await import('./commands/status.js')).status(self.optsWithGlobals<GlobalOptions>()));
    });
  command(
    program,
    'doctor',
    'look for what is wrong on the machines, with the workers and in the index of the miner',
  )
    .argument('[host...]')
    .addHelpText('after', examples('sealfarm doctor', 'sealfarm doctor host-3', 'sealfarm doctor --json'))
    .action(async (names: string[], _: unknown, self: Command) => {
      finish(
        await (await import('./commands/doctor.js')).doctor(names, self.optsWithGlobals<GlobalOptions>()),
      );
    });
}

function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}
