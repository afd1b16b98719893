import { InvalidArgumentError, Option, type Command } from 'commander';
import { isName } from '../farm/texts.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';

/** What commands say of themselves that ask hosts of which no file says anything. */
interface FarmWords {
  /** Of the farm, as commander has it. */
  readonly name: readonly [description: string, usual?: string];
  readonly miner: readonly [flags: string, description: string];
  readonly sectorSize: string;
}

/** Hosts, how they are reached, and what only a person knows of their farm. */
export function farmOptions(command: Command, { name, miner, sectorSize }: FarmWords): Command {
  const [ofName, usual] = name;
  return command
    .argument('[host...]')
    .option('--ssh-config-hosts <pattern...>', "hosts that ssh_config knows by a name such as 'seal-*'")
    .addOption(new Option('--name <farm>', ofName).argParser(farmName).default(usual))
    .option(...miner)
    .option('--miner-token <env:NAME|file:PATH>', 'where the token is found', minerToken(command))
    .addOption(new Option('--sector-size <size>', sectorSize).choices(Object.keys(SECTOR_SIZES)))
    .option('--identity-file <file>', 'private key', operatorFile)
    .option('--known-hosts <file>', 'host keys that are trusted', operatorFile)
    .option('--sudo', 'run everything on the hosts as root by `sudo -n`');
}

function farmName(text: string): string {
  if (isName(text)) return text;
  throw new InvalidArgumentError(
    "Use letters, digits, '.', '_' and '-', at most 63, beginning with a letter or digit.",
  );
}

/** What may be the token itself is not shown again, as commander shows what is no argument. */
function minerToken(
  command: Command,
): (text: string) => { readonly env: string } | { readonly file: string } {
  return (text) => {
    const [, kind, value = ''] = /^(env|file):(.+)$/s.exec(text) ?? [];
    if (kind === 'env' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) return { env: value };
    if (kind === 'file') return { file: operatorFile(value) };
    command.error('error: --miner-token takes env:NAME or file:PATH. The token itself does not belong here.');
  };
}

function operatorFile(text: string): string {
  if (/^(?:\/|~\/)[^\p{Cc}]*$/u.test(text)) return text;
  throw new InvalidArgumentError("Write a path that begins with '/' or '~/'.");
}
