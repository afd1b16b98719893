import type { Command } from 'commander';
import type { InitOptions } from './commands/init.js';
import type { ExitCode } from './exit-code.js';
import { farmOptions } from './farm-options.js';
import { examples } from './help.js';

const HELP = `
For machines that have no lotus-workers yet: looks at their CPUs, memory, GPUs and disks, changes nothing on them, and writes a
sealfarm.yaml with a layout for them: which does PC1, PC2 and C2 and how much of it at once, where sectors are sealed and kept, and
storage groups that keep PC1 output from moving needlessly. Why it is so stands beside it as a comment. Workers that run
already are left to \`sealfarm import\`.

What is not said on the command line is asked for on a terminal; with --yes nobody is asked. A file that is there already is
never written over. A host is named as for ssh: an alias of ssh_config, a name or an address, with user@ before it and :port
behind it.

--miner is the machine that lotus-miner runs on, which is then asked for its token, or the multiaddr of its API, with the token
in SEALFARM_MINER_TOKEN or where --miner-token says, or \`none\` where there is none yet. The token itself is never asked for.

Exit codes: 0 done · 1 failed, nothing was written · 3 some hosts could not be reached, and have no workers in the file
${examples(
  'sealfarm init',
  'sealfarm init seal-01 seal-02 root@10.0.0.13 --miner miner-1 --yes',
  "sealfarm init --ssh-config-hosts 'seal-*' --miner /ip4/10.0.0.10/tcp/2345/http --name north --config north.yaml",
  'sealfarm init seal-01 --miner none --out - --yes',
)}`;

/** The way from machines to a first file. */
export function initCommand(program: Command, finish: (code: ExitCode) => void): void {
  const command = program.command('init');
  command.description('look at machines without workers, and write a first sealfarm.yaml for them');
  farmOptions(command, {
    name: ['name of the farm (default with --yes: "farm")'],
    miner: ['--miner <host|multiaddr|none>', "lotus-miner's machine, or its API, or none yet"],
    sectorSize: 'size of the sectors (default with --yes: "32GiB")',
  })
    .option('-o, --out <file>', 'where the file goes instead of --config; - prints it')
    .option('-y, --yes', 'ask nothing')
    .addHelpText('after', HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      finish(await (await import('./commands/init.js')).init(names, self.optsWithGlobals<InitOptions>()));
    });
}
