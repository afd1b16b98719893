import type { Command } from 'commander';
import type { Result } from '../../diagnostic/result.js';
import { MOST_HOSTS } from '../../sandbox/layout.js';
import type { SandboxStatus } from '../../sandbox/status.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { examples } from '../help.js';
import { wholeNumber } from '../number-option.js';
import type { GlobalOptions } from '../terminal.js';

interface SandboxOptions extends GlobalOptions {
  readonly dir: string;
  readonly hosts: number;
  readonly sectors: number;
  readonly minerAddress?: string;
  readonly keep?: boolean;
}

/** `sealfarm sandbox up|down|status|submit` */
export function sandboxCommand(parent: Command, finish: (code: ExitCode) => void): void {
  const sandbox = parent
    .command('sandbox')
    .description('an embedded farm on loopback: real SSH, files and processes, a simulated Lotus');
  const add = (
    name: string,
    description: string,
    act: (options: SandboxOptions) => Promise<ExitCode>,
  ): Command =>
    sandbox
      .command(name)
      .description(description)
      .option('--dir <folder>', 'where the sandbox lives', '.sealfarm-sandbox')
      .action(async (_: unknown, self: Command) => {
        finish(await act(self.optsWithGlobals<SandboxOptions>()));
      });
  add('up', 'make and start a farm; it goes on running when the command ends', up)
    .option('--hosts <number>', `how many hosts, 1 to ${MOST_HOSTS}`, wholeNumber(1, MOST_HOSTS), 3)
    .option(
      '--miner-address <address>',
      'where the miner listens, for workers on other machines (default: loopback)',
    )
    .addHelpText(
      'after',
      examples('sealfarm sandbox up --hosts 3', 'sealfarm plan --config .sealfarm-sandbox/sealfarm.yaml'),
    );
  add('status', 'show what runs and where each sector is', status).addHelpText(
    'after',
    examples('sealfarm sandbox status'),
  );
  add('submit', 'begin sealing new sectors', submit)
    .option('--sectors <number>', 'how many', wholeNumber(1, 10_000), 1)
    .addHelpText('after', examples('sealfarm sandbox submit --sectors 6'));
  add('down', 'end every process of the farm and remove its folder', down)
    .option('--keep', 'leave the folder, so that up goes on with it')
    .addHelpText('after', examples('sealfarm sandbox down'));
}

async function up(options: SandboxOptions): Promise<ExitCode> {
  const { dir, hosts, minerAddress } = options;
  const result = await (
    await import('../../sandbox/up.js')
  ).sandboxUp({ dir, hosts, ...(minerAddress === undefined ? {} : { minerAddress }) });
  return show(
    options,
    result,
    (value) => `${summary(value)}\n\nTry: sealfarm plan --config ${value.farmFile}`,
  );
}

async function status(options: SandboxOptions): Promise<ExitCode> {
  return show(
    options,
    await (await import('../../sandbox/status.js')).sandboxStatus({ dir: options.dir }),
    summary,
  );
}

async function submit(options: SandboxOptions): Promise<ExitCode> {
  const result = await (
    await import('../../sandbox/submit.js')
  ).sandboxSubmit({ dir: options.dir, sectors: options.sectors });
  return show(
    options,
    result,
    ({ sectors }) => `Sealing begins of ${sectors.length} sectors: ${sectors.join(', ')}`,
  );
}

async function down(options: SandboxOptions): Promise<ExitCode> {
  const result = await (
    await import('../../sandbox/down.js')
  ).sandboxDown({ dir: options.dir, keep: options.keep === true });
  return show(options, result, ({ ended }) => `The sandbox is down; ${ended} processes ended.`);
}

async function show<T>(
  options: GlobalOptions,
  result: Result<T>,
  text: (value: T) => string,
): Promise<ExitCode> {
  const { Terminal } = await import('../terminal.js');
  const terminal = new Terminal(options);
  if (result.ok) terminal.result(text(result.value), result.value);
  else terminal.diagnostics([result.diagnostic]);
  return result.ok ? EXIT.done : EXIT.failed;
}

function summary({ dir, hosts, workers, sectors, jobsFailed }: SandboxStatus): string {
  const states = new Map<string, number>();
  for (const { state } of sectors) states.set(state, (states.get(state) ?? 0) + 1);
  const pipeline = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `Sandbox in ${dir}: ${hosts.length} hosts on ${hosts[0]?.address ?? ''}… port ${hosts[0]?.sshPort ?? ''}`,
    `Workers:  ${workers.map(({ name, enabled }) => (enabled ? name : `${name} (away)`)).join(', ')}`,
    `Sectors:  ${pipeline === '' ? 'none' : pipeline}`,
    `Failed jobs: ${jobsFailed}`,
  ].join('\n');
}
