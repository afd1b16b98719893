import type { Command } from 'commander';
import type { ImportOptions } from './ask-hosts.js';
import type { ExitCode } from './exit-code.js';
import { farmOptions } from './farm-options.js';
import { examples } from './help.js';

const HELP = `
Looks at the hosts, changes nothing on them, and prints a sealfarm.yaml in which their running lotus-workers are as they are,
whoever started them: by flags and variables, with the settings of each storage path. What they have in common stands under
\`defaults\` and \`profiles\`, hosts that run on as one range. What the file cannot say is a comment in it, and is said on
standard error. No token is printed: the file says where it is found.

A host is named as for ssh: an alias of ssh_config, a name or an address, with user@ before it and :port behind it. What
ssh_config does not say can be said by the options, which come to stand under \`defaults.ssh\`.

--miner is the multiaddr of its API, or the machine that it runs on, which is then asked for the token. Without it the address
is the one that the workers have, and the token is looked for in SEALFARM_MINER_TOKEN or where --miner-token says.

--update writes what the file of --config does not have into it: hosts, workers of hosts that it has, and storage groups. Nothing
that stands there is changed, comments stay, and a worker whose settings a profile of the file says gets that profile. Hosts that
it has are left as they are; where a worker runs otherwise than the file says, that is told. Workers of another miner are left out.
Hosts are reached as \`defaults.ssh\` says. With --check nothing is written: what would be added is shown, and the exit code is 1.

Exit codes: 0 done · 1 failed, or --check found something · 3 some hosts could not be reached, and are not in the file ·
78 the file to update is not valid
${examples(
  'sealfarm import seal-01 root@10.0.0.12 > sealfarm.yaml',
  "sealfarm import --ssh-config-hosts 'seal-*' --name north > sealfarm.yaml",
  'sealfarm import host-1 host-2 --miner /ip4/10.0.0.10/tcp/2345/http --sector-size 32GiB',
  'sealfarm import host-1 --json',
  'sealfarm import --update seal-09 root@10.0.0.21',
  "sealfarm import --update --check --ssh-config-hosts 'seal-*'",
)}`;

const NO_NAME = 'farm';

/** What the file that is there says already. */
const UPDATED = ['miner', 'minerToken', 'sectorSize'] as const;

/** The way from hosts to a file. */
export function importCommand(program: Command, finish: (code: ExitCode) => void): void {
  const command = program.command('import');
  command.description('print the sealfarm.yaml of the farm there is; changes nothing on the hosts');
  farmOptions(command, {
    name: ['name of the farm', NO_NAME],
    miner: ['--miner <multiaddr|host>', "the miner's API, or its machine"],
    sectorSize: 'where the miner cannot be asked',
  })
    .option('--update', 'write what the file of --config does not have into it, and leave all else as it is')
    .option(
      '--check',
      'with --update: write nothing, show what would be added, and exit with 1 where there is something',
    )
    .addHelpText('after', HELP)
    .action(async (names: string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ImportOptions>();
      if (names.length === 0 && options.sshConfigHosts === undefined)
        self.error("error: missing required argument 'host', or --ssh-config-hosts");
      const other =
        UPDATED.find((key) => options[key] !== undefined) ?? (options.name === NO_NAME ? undefined : 'name');
      if (options.update === true && other !== undefined)
        self.error(
          `error: --${other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for a new file: with --update the file says it`,
        );
      if (options.check === true && options.update !== true) self.error('error: --check goes with --update');
      finish(
        options.update === true
          ? await (await import('./commands/import-update.js')).updateFile(names, options)
          : await (await import('./commands/import.js')).importHosts(names, options),
      );
    });
}
