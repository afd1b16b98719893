import type { WrittenSsh } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Host } from '../farm/farm.js';
import { DEFAULT_PATHS } from '../farm/host.js';
import { present } from '../farm/present.js';
import { DEFAULT_ROLLOUT } from '../farm/rollout.js';
import { homeOfUser } from '../remote/ssh-answers.js';
import { hostsInConfig } from '../remote/ssh-config-blocks.js';
import { parseHostWords } from './host-words.js';

/** What a person says of hosts that no file describes. */
export interface HostOptions {
  readonly sshConfigHosts?: readonly string[];
  readonly identityFile?: string;
  readonly knownHosts?: string;
  readonly sudo?: boolean;
}

/** What the file says of reaching hosts. */
export interface SaidInFile {
  /** For hosts that it does not have. */
  readonly ssh: WrittenSsh;
  readonly hosts: readonly Host[];
}

/** The hosts, or all that is wrong with the words. */
export type NamedHosts =
  | { readonly ok: true; readonly hosts: readonly Host[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Each host once, as the connections need it: one of the file, by its name or its address, as the file says. Fails with SF615
 * for words that name none.
 * @param said where the person says nothing else
 */
export async function unknownHosts(
  words: readonly string[],
  options: HostOptions,
  said: SaidInFile = NO_FILE,
): Promise<NamedHosts> {
  const { sshConfigHosts = [] } = options;
  const named = [...words, ...(await hostsInConfig(sshConfigHosts, homeOfUser()))];
  const wrong = named.filter((word) => TOKEN.test(word) || parseHostWords(word) === undefined);
  if (wrong.length > 0) return { ok: false, diagnostics: wrong.map(noHost) };
  if (named.length === 0) return { ok: false, diagnostics: [noneInConfig(sshConfigHosts)] };
  return { ok: true, hosts: [...new Set(named)].map((word) => stubOf(word, said, options)) };
}

const NO_FILE: SaidInFile = { ssh: {}, hosts: [] };

/** A farm of them, for those that ask about nothing but hosts. */
export function farmToAsk(hosts: readonly Host[]): Farm {
  const miner = {
    api: '',
    address: { host: '', port: 0 },
    token: { env: '' },
    disallowRemoteFinalize: false,
  };
  return { name: '', sectorSize: '32GiB', miner, storageGroups: [], rollout: DEFAULT_ROLLOUT, hosts };
}

/** Of each host what reaching it depends on. */
function stubOf(word: string, said: SaidInFile, { identityFile, knownHosts, sudo }: HostOptions): Host {
  const { address = word, ssh = {} } = parseHostWords(word) ?? {};
  const around = present({ identityFile, knownHostsFile: knownHosts, sudo });
  const { connectTimeout: _, ...usual } = said.ssh;
  const declared = declaredHost(address, ssh.port ?? usual.port, said.hosts);
  return {
    name: word,
    address: declared?.address ?? address,
    ssh: { ...(declared?.ssh ?? usual), ...ssh, ...around },
    tags: [],
    paths: DEFAULT_PATHS,
    serviceManager: 'systemd',
    workers: [],
    yaml: [],
  };
}

/** Behind one address there may be several machines, by port. */
function declaredHost(named: string, port = 22, hosts: readonly Host[]): Host | undefined {
  const there = hosts.filter(({ address }) => address === named);
  if (there.length === 0) return hosts.find(({ name }) => name === named);
  return there.find(({ ssh }) => (ssh.port ?? 22) === port);
}

/** A token of Lotus is a JSON Web Token, and would do as a host name. One that was pasted is not shown again. */
export const TOKEN = /eyJ[\w-]{8,}/;

function noHost(word: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: TOKEN.test(word)
      ? 'what was named as a host holds a token of Lotus'
      : `${word} is no host as ssh would have it`,
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
