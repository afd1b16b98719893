import type { WrittenSsh, WrittenToken } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Host } from '../farm/farm.js';
import { DEFAULT_PATHS } from '../farm/host.js';
import { present } from '../farm/present.js';
import { DEFAULT_ROLLOUT } from '../farm/rollout.js';
import type { AskedHost } from '../import/imported.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { Connections, Reach } from '../probe/connections.js';
import { observeFound } from '../probe/observe-found.js';
import { homeOfUser } from '../remote/ssh-answers.js';
import { hostsInConfig } from '../remote/ssh-config-blocks.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { parseHostWords } from './host-words.js';
import { endOnInterrupt } from './interrupt.js';
import { openHosts } from './machines.js';
import type { GlobalOptions, Terminal } from './terminal.js';

export interface ImportOptions extends GlobalOptions {
  readonly name: string;
  readonly sshConfigHosts?: readonly string[];
  readonly miner?: string;
  readonly minerToken?: WrittenToken;
  readonly sectorSize?: SectorSize;
  readonly identityFile?: string;
  readonly knownHosts?: string;
  readonly sudo?: boolean;
  /** Into the file that is there. */
  readonly update?: boolean;
  /** With `update`: writes nothing, and fails where something would be written. */
  readonly check?: boolean;
}

/** What hosts of which nothing need be declared have said. */
export interface Answers {
  readonly asked: readonly AskedHost[];
  readonly unreached: readonly Diagnostic[];
  readonly notes: readonly Diagnostic[];
  /** Still open: the miner is asked through them. */
  readonly connections: Connections;
}

/**
 * Asks the hosts that a person names, and goes on with what they say.
 * @param ssh how they are reached where the person says nothing else
 * @param reach how, where that is not as usual
 */
export async function askHosts(
  words: readonly string[],
  options: ImportOptions,
  terminal: Terminal,
  ssh: WrittenSsh,
  work: (answers: Answers) => Promise<ExitCode>,
  reach?: Reach,
): Promise<ExitCode> {
  const { sshConfigHosts = [] } = options;
  const named = [...words, ...(await hostsInConfig(sshConfigHosts, homeOfUser()))];
  const wrong = named.filter((word) => parseHostWords(word) === undefined);
  if (wrong.length > 0 || named.length === 0) {
    terminal.diagnostics(wrong.length > 0 ? wrong.map(noHost) : [noneInConfig(sshConfigHosts)]);
    return EXIT.usage;
  }
  const hosts = [...new Set(named)].map((word) => stubOf(word, ssh, options));
  const connections = openHosts(farmToAsk(hosts), terminal.askPassphrase, reach);
  const dispose = endOnInterrupt();
  try {
    return await work(await answersOf(hosts, connections, terminal));
  } finally {
    dispose();
    await connections.close();
  }
}

async function answersOf(
  hosts: readonly StubHost[],
  connections: Connections,
  terminal: Terminal,
): Promise<Answers> {
  const answers = await terminal.watching(hosts.length, (emit) =>
    Promise.all(
      hosts.map(async ({ name, address, written }) => {
        const found = await observeFound(name, connections);
        emit(
          found.ok
            ? { type: 'host-observed', host: name }
            : { type: 'host-unreached', host: name, diagnostic: found.diagnostic },
        );
        return { address, ssh: written, found };
      }),
    ),
  );
  return {
    asked: answers.flatMap(({ found, ...host }) => (found.ok ? [{ ...host, found: found.value }] : [])),
    unreached: answers.flatMap(({ found }) => (found.ok ? [] : [found.diagnostic])),
    notes: hosts.flatMap(({ name }) => connections.remote(name).notes()),
    connections,
  };
}

interface StubHost extends Host {
  readonly written: WrittenSsh;
}

/** As the connections need it: of each host what reaching it depends on. */
function stubOf(
  word: string,
  below: WrittenSsh,
  { identityFile, knownHosts, sudo }: Pick<ImportOptions, 'identityFile' | 'knownHosts' | 'sudo'>,
): StubHost {
  const { address = word, ssh = {} } = parseHostWords(word) ?? {};
  const around = present({ identityFile, knownHostsFile: knownHosts, sudo });
  const { connectTimeout: _, ...rest } = below;
  const written = { ...rest, ...ssh, ...around };
  return {
    name: word,
    address,
    ssh: written,
    written,
    tags: [],
    paths: DEFAULT_PATHS,
    serviceManager: 'systemd',
    workers: [],
    yaml: [],
  };
}

function farmToAsk(hosts: readonly Host[]): Farm {
  const miner = {
    api: '',
    address: { host: '', port: 0 },
    token: { env: '' },
    disallowRemoteFinalize: false,
  };
  return { name: '', sectorSize: '32GiB', miner, storageGroups: [], rollout: DEFAULT_ROLLOUT, hosts };
}

function noHost(word: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: `${word} is no host as ssh would have it`,
    help: 'Write a name or an address, with user@ before it and :port behind it where needed.',
  };
}

function noneInConfig(patterns: readonly string[]): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: `ssh_config has no host by a name like ${patterns.join(', ')}`,
    help: 'Only names that a `Host` line spells out are found; name the others one by one.',
  };
}
