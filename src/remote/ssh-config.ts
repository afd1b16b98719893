import { isAbsolute, join } from 'node:path';
import type { Asked, BeyondSsh2, Endpoint, HostKeyRules, KeyChoice, SshWishes, Via } from './endpoint.js';
import { expandHome } from './context.js';
import { expandTokens, tokensOf, wayTokens, type LocalNames, type Tokens } from './ssh-tokens.js';

/** What `ssh -G` prints: each option with its values, by its name in small letters. */
export type SshOptions = ReadonlyMap<string, readonly string[]>;

/** What asks ssh for its options. */
export function sshArguments(asked: Asked): readonly string[] {
  return ['-G', '-T', ...sshTarget(asked)];
}

/** Some wishes decide which `Host` and `Match` blocks hold, so that ssh must be told. */
export function sshTarget({ address, wishes, configFile }: Asked): readonly string[] {
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(wishes.user === undefined ? [] : ['-l', wishes.user]),
    ...(wishes.port === undefined ? [] : ['-p', String(wishes.port)]),
    ...(wishes.jump === undefined ? [] : ['-o', `ProxyJump=${wishes.jump}`]),
    // ssh itself would still run a ProxyCommand.
    ...(wishes.jump === 'none' ? ['-o', 'ProxyCommand=none'] : []),
    '--',
    address,
  ];
}

/** A path as ssh_config has it: `%` begins a token, and a blank ends a word. */
export function fileWord(path: string): string {
  const word = path.replaceAll('%', '%%');
  return /[\s"\\]/.test(word) ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : word;
}

export function parseSshOptions(text: string): SshOptions {
  const options = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  return options;
}

/** A machine that somebody wants to reach. */
export interface Wanted {
  /** Of the farm; where to say what is wrong. */
  readonly host: string;
  /** What messages call it. */
  readonly name: string;
  /** IP address, DNS name, or an alias of ssh_config. */
  readonly address: string;
  readonly wishes: SshWishes;
}

export interface Surroundings extends LocalNames {
  /** SSH_AUTH_SOCK */
  readonly agentSocket?: string;
  /** In place of the usual ssh_config. */
  readonly configFile?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** For the whole way to a login. */
export const DEFAULT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;

/** The endpoint by these options, the wishes above them; what lies between is for the caller to add. */
export function endpointOf(
  { host, name, address, wishes }: Wanted,
  options: SshOptions,
  around: Surroundings,
): Endpoint {
  const one = (option: string): string | undefined => options.get(option)?.[0];
  const user = wishes.user ?? one('user') ?? around.localUser;
  const port = wishes.port ?? Number(one('port') ?? 22);
  const hostName = one('hostname') ?? address;
  const named = { address, hostName, port, user, jump: one('proxyjump'), alias: one('hostkeyalias') };
  const tokens = tokensOf(named, around);
  return {
    host,
    name,
    address: hostName,
    port,
    user,
    keys: keysOf(wishes, options, tokens, around),
    hostKeys: hostKeysOf(wishes, options, tokens, around),
    connectTimeoutMs: wishes.connectTimeoutMs ?? seconds(one('connecttimeout')) ?? DEFAULT_TIMEOUT_MS,
    keepAlive: {
      intervalMs: seconds(one('serveraliveinterval')) ?? KEEP_ALIVE_MS,
      misses: Number(one('serveralivecountmax') ?? 3),
    },
    sudo: wishes.sudo === true,
    beyondSsh2: beyondSsh2(options),
    asked: { address, wishes, ...(around.configFile === undefined ? {} : { configFile: around.configFile }) },
  };
}

/** `none` and 0 mean that nobody said anything. */
function seconds(text: string | undefined): number | undefined {
  const number = Number(text);
  return number > 0 ? number * 1000 : undefined;
}

/** ssh's own list, where nobody names a file. OpenSSH: readconf.c fill_default_options */
const USUAL_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const USUAL = /^~\/\.ssh\/id_(?:rsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|dsa)$/;

function keysOf(
  { identityFile }: SshWishes,
  options: SshOptions,
  tokens: Tokens,
  around: Surroundings,
): KeyChoice {
  const { homeDir } = around;
  const agent = agentOf(options, tokens, around);
  const common = agent === undefined ? {} : { agentSocket: agent };
  if (identityFile !== undefined) {
    return { files: [expandHome(identityFile, homeDir)], named: true, only: true, ...common };
  }
  const written = options.get('identityfile') ?? [];
  if (isUsualList(written)) {
    const files = USUAL_NAMES.map((file) => join(homeDir, '.ssh', file));
    return { files, named: false, only: options.get('identitiesonly')?.[0] === 'yes', ...common };
  }
  const files = written.filter((file) => file !== 'none').map((file) => pathOf(file, tokens, around));
  return { files, named: true, only: options.get('identitiesonly')?.[0] === 'yes', ...common };
}

/** ssh's whole list, whose order and end differ by version; of one that is shorter somebody has chosen the files. */
function isUsualList(written: readonly string[]): boolean {
  const hasAll = USUAL_NAMES.every((name) => written.includes(`~/.ssh/${name}`));
  return written.length === 0 || (hasAll && written.every((file) => USUAL.test(file)));
}

function agentOf(options: SshOptions, tokens: Tokens, around: Surroundings): string | undefined {
  const written = options.get('identityagent')?.[0];
  if (written === 'none') return undefined;
  if (written === undefined || written === 'SSH_AUTH_SOCK') return unlessEmpty(around.agentSocket);
  // `$NAME` alone is the variable that holds the path.
  const named = /^\$(\w+)$/.exec(written)?.[1];
  if (named !== undefined) return unlessEmpty(around.environment?.[named]);
  return pathOf(written, tokens, around);
}

function hostKeysOf(
  { knownHostsFile }: SshWishes,
  options: SshOptions,
  tokens: Tokens,
  around: Surroundings,
): HostKeyRules {
  const listed = (option: string): readonly string[] =>
    (options.get(option)?.[0] ?? '').split(' ').filter((file) => file !== '' && file !== 'none');
  const own =
    knownHostsFile !== undefined
      ? [knownHostsFile]
      : options.has('userknownhostsfile')
        ? listed('userknownhostsfile')
        : ['~/.ssh/known_hosts'];
  const files = [...own, ...(knownHostsFile === undefined ? listed('globalknownhostsfile') : [])];
  const alias = options.get('hostkeyalias')?.[0];
  return {
    files: files.map((file) => pathOf(file, tokens, around)),
    // With no file of the user's own it would be a new host each time.
    acceptNew: own.length > 0 && options.get('stricthostkeychecking')?.[0] === 'accept-new',
    hashNames: options.get('hashknownhosts')?.[0] === 'yes',
    ...(alias === undefined ? {} : { alias }),
  };
}

function unlessEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** A path of ssh_config with its tokens and `${NAME}` put in. */
function pathOf(written: string, tokens: Tokens, { homeDir, environment = {} }: Surroundings): string {
  const path = expandTokens(written, tokens).replaceAll(
    /\$\{(\w+)\}/g,
    (all, name: string) => environment[name] ?? all,
  );
  const expanded = expandHome(path, homeDir);
  return isAbsolute(expanded) ? expanded : join(homeDir, expanded);
}

/** Debian's own ssh_config switches GSSAPI on for everybody: that alone is no need of it. */
function beyondSsh2(options: SshOptions): readonly BeyondSsh2[] {
  const [certificate] = options.get('certificatefile') ?? [];
  const securityKey = options.get('identityfile')?.find((file) => /_sk$/.test(file) && !USUAL.test(file));
  const gssapi =
    options.get('gssapiauthentication')?.[0] === 'yes' &&
    // Older versions of ssh say `no` of it.
    ['false', 'no'].includes(options.get('pubkeyauthentication')?.[0] ?? '');
  const revoked = options.get('revokedhostkeys')?.[0] ?? 'none';
  return [
    ...(certificate === undefined
      ? []
      : [{ need: 'certificate', shownBy: `CertificateFile ${certificate}` } as const]),
    ...(securityKey === undefined
      ? []
      : [{ need: 'security key', shownBy: `IdentityFile ${securityKey}` } as const]),
    ...(gssapi ? [{ need: 'GSSAPI', shownBy: 'PubkeyAuthentication no' } as const] : []),
    ...(revoked === 'none'
      ? []
      : [{ need: 'list of revoked host keys', shownBy: `RevokedHostKeys ${revoked}` } as const]),
  ];
}

/** The jump hosts on the way to `host`, the first to be dialled first; empty for `none`. */
export function jumpHosts(options: SshOptions, endpoint: Endpoint, host: string): readonly string[] {
  const written = options.get('proxyjump')?.[0];
  if (written === undefined || written === 'none') return [];
  return written.split(',').map((one) => expandTokens(one.trim(), wayTokens(endpoint, host)));
}

/** `ProxyCommand`, ready for a shell and as written; undefined where there is none. */
export function proxyCommand(options: SshOptions, endpoint: Endpoint, host: string): Via | undefined {
  const written = options.get('proxycommand')?.[0];
  if (written === undefined || written === 'none') return undefined;
  return { kind: 'command', command: expandTokens(written, wayTokens(endpoint, host)), written };
}

/** `[user@]host[:port]` or `ssh://…`, an IPv6 address in brackets; undefined for what is neither. */
export function parseJump(
  text: string,
): { readonly address: string; readonly wishes: SshWishes } | undefined {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@/\s]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined || address.startsWith('-')) return undefined;
  return {
    address,
    wishes: {
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port: Number(port) }),
    },
  };
}
