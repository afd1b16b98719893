import type { AgentAuthMethod, AuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { reachAgent, type Agent } from './agent.js';
import { shellWord } from './context.js';
import type { Endpoint } from './endpoint.js';
import type { KeyFile } from './key-file.js';
import type { KeyRing } from './key-ring.js';
import type { OperatorFiles } from './operator-files.js';

/** The keys to log in with, in the order in which they are tried. */
export interface Identities {
  readonly methods: readonly AuthMethod[];
  /** How each key is called in messages. */
  readonly names: readonly string[];
  /** Names of keys that are not tried, because sshd counts wrong keys (MaxAuthTries, 6 by default). */
  readonly leftOut: readonly string[];
}

const MOST_KEYS = 5;

/**
 * Finds the keys for a machine: the named files alone where only these shall be used, else those of the agent and then
 * the files. Fails with SF403 where there is none, with SF409 where one cannot be used.
 *
 * @param keyRing opens encrypted keys that no agent holds, where somebody named them or there is no other
 */
export async function findIdentities(
  endpoint: Endpoint,
  { keys }: OperatorFiles,
  keyRing?: KeyRing,
): Promise<Result<Identities>> {
  const { files, only, agentSocket } = endpoint.keys;
  const agent =
    agentSocket === undefined ? undefined : await reachAgent(agentSocket, endpoint.connectTimeoutMs);
  const found = await Promise.all(files.map((file) => keys.of(file)));
  const others = found.some(({ kind }) => kind === 'usable') || (!only && (agent?.keys.length ?? 0) > 0);
  const isAsked = endpoint.keys.named || !others;
  const read = keyRing === undefined || !isAsked ? found : await opened(found, agent, keyRing);
  return only ? onlyFiles(endpoint, read, agent) : agentAndFiles(endpoint, read, agent);
}

function opened(files: readonly KeyFile[], agent: Agent | undefined, keyRing: KeyRing): Promise<KeyFile[]> {
  return Promise.all(
    files.map(async (file): Promise<KeyFile> => {
      if (file.kind !== 'encrypted' || heldBy(agent, file) !== undefined) return file;
      const key = await keyRing.open(file.path);
      return key === undefined ? file : { kind: 'usable', path: file.path, key };
    }),
  );
}

/** The agent's key whose encrypted or public file this is. */
function heldBy(agent: Agent | undefined, file: KeyFile): ParsedKey | undefined {
  if (file.kind !== 'encrypted' && file.kind !== 'public') return undefined;
  return agent?.keys.find((key) => file.publicKey?.equals(key.getPublicSSH()) === true);
}

/** As IdentitiesOnly: of the agent's keys those that are also files. */
function onlyFiles(
  endpoint: Endpoint,
  files: readonly KeyFile[],
  agent: Agent | undefined,
): Result<Identities> {
  const found = files.flatMap((file): readonly { readonly name: string; readonly method: AuthMethod }[] => {
    if (file.kind === 'usable') return [{ name: file.path, method: withKey(endpoint, file.key) }];
    const held = heldBy(agent, file);
    if (agent === undefined || held === undefined) return [];
    return [{ name: `${file.path} (agent)`, method: withAgent(endpoint, agent, [held]) }];
  });
  if (found.length === 0) return failure(noKey(endpoint, files, agent));
  const [tried, leftOut] = [found.slice(0, MOST_KEYS), found.slice(MOST_KEYS)];
  return success({
    methods: tried.map(({ method }) => method),
    names: tried.map(({ name }) => name),
    leftOut: leftOut.map(({ name }) => name),
  });
}

/** Keys that somebody named are tried first; else those of the agent, those of the usual files first, as OpenSSH does. */
function agentAndFiles(
  endpoint: Endpoint,
  files: readonly KeyFile[],
  agent: Agent | undefined,
): Result<Identities> {
  const held = agent?.keys ?? [];
  const ofAgent = (keys: readonly ParsedKey[]): Candidate[] =>
    keys.map((key) => ({ name: agentKeyName(key), key, from: 'agent' }));
  const first = ofAgent(held.filter((key) => isInFiles(key, files)));
  const others = ofAgent(held.filter((key) => !isInFiles(key, files)));
  const fromFiles = files.flatMap((file): Candidate[] =>
    file.kind === 'usable' && !held.some((key) => samePublicKey(key, file.key))
      ? [{ name: file.path, key: file.key, from: 'file' }]
      : [],
  );
  const all = endpoint.keys.named ? [...first, ...fromFiles, ...others] : [...first, ...others, ...fromFiles];
  if (all.length === 0) return failure(noKey(endpoint, files, agent));
  const [tried, leftOut] = [all.slice(0, MOST_KEYS), all.slice(MOST_KEYS)];
  return success({
    methods: tried.map(({ key, from }) =>
      agent !== undefined && from === 'agent' ? withAgent(endpoint, agent, [key]) : withKey(endpoint, key),
    ),
    names: tried.map(({ name }) => name),
    leftOut: leftOut.map(({ name }) => name),
  });
}

interface Candidate {
  readonly name: string;
  readonly key: ParsedKey;
  readonly from: 'agent' | 'file';
}

function isInFiles(key: ParsedKey, files: readonly KeyFile[]): boolean {
  return files.some((file) => {
    if (file.kind === 'usable') return samePublicKey(file.key, key);
    return (
      (file.kind === 'encrypted' || file.kind === 'public') &&
      file.publicKey?.equals(key.getPublicSSH()) === true
    );
  });
}

function samePublicKey(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH());
}

function agentKeyName(key: ParsedKey): string {
  return `${key.comment === '' ? key.type : key.comment} (agent)`;
}

function withKey(endpoint: Endpoint, key: ParsedKey): PublicKeyAuthMethod {
  return { type: 'publickey', username: endpoint.user, key };
}

function withAgent(endpoint: Endpoint, agent: Agent, keys: readonly ParsedKey[]): AgentAuthMethod {
  return { type: 'agent', username: endpoint.user, agent: agent.offering(keys) };
}

function noKey(endpoint: Endpoint, files: readonly KeyFile[], agent: Agent | undefined): Diagnostic {
  const encrypted = files.find((file) => file.kind === 'encrypted');
  if (encrypted !== undefined) return encryptedKey(endpoint, encrypted.path);
  const broken = files.find((file) => file.kind === 'unusable');
  if (broken?.kind === 'unusable') return unusableKey(endpoint, broken.path, broken.why);
  const ofAgent = files.find((file) => file.kind === 'public');
  if (ofAgent !== undefined)
    return unusableKey(endpoint, ofAgent.path, 'it is a public key, and no agent holds its private part');
  const [missing] = files;
  if (endpoint.keys.named && missing !== undefined)
    return unusableKey(endpoint, missing.path, 'no such file');
  const { agentSocket } = endpoint.keys;
  const noAgent =
    agentSocket === undefined || agent !== undefined
      ? agent?.keys.length === 0
        ? 'neither has the agent one that ssh2 knows'
        : 'neither an agent has one'
      : `no agent answers at ${agentSocket},`;
  return {
    code: 'SF403',
    severity: 'error',
    message: `There is no key to log in to ${endpoint.name} with: ${noAgent} nor is there ${files.length === 0 ? 'a file' : files.map(({ path }) => path).join(', ')}`,
    place: { kind: 'host', host: endpoint.host },
    help: 'Start an ssh-agent and add the key (ssh-add), or name the private key file as ssh.identityFile. FIDO keys in an agent need `ssh.transport: openssh`.',
  };
}

function encryptedKey(endpoint: Endpoint, path: string): Diagnostic {
  return {
    code: 'SF409',
    severity: 'error',
    message: `The key ${path} is encrypted and no agent holds it`,
    place: { kind: 'host', host: endpoint.host },
    help: `Add it to an ssh-agent, which asks for the passphrase once: ssh-add ${shellWord(path)}`,
  };
}

function unusableKey(endpoint: Endpoint, path: string, why: string): Diagnostic {
  return {
    code: 'SF409',
    severity: 'error',
    message: `The key ${path} cannot be used: ${why}`,
    place: { kind: 'host', host: endpoint.host },
    help: 'Name a private key file that you can read as ssh.identityFile.',
  };
}
