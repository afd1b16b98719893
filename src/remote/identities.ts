import { join } from 'node:path';
import type { AgentAuthMethod, AuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { reachAgent, type Agent } from './agent.js';
import { expandHome, shellWord, type ConnectContext } from './context.js';
import { readKeyFile, type KeyFile } from './key-file.js';

/** The keys to log in with, in the order in which they are tried. */
export interface Identities {
  readonly methods: readonly AuthMethod[];
  /** How each key is called in messages. */
  readonly names: readonly string[];
  /** Names of keys that are not tried, because sshd counts wrong keys (MaxAuthTries, 6 by default). */
  readonly leftOut: readonly string[];
}

const MOST_KEYS = 5;
const USUAL_FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * Finds the keys for a host: the identity file alone where the farm names one (as IdentitiesOnly does), else those
 * of the agent and then the usual files. Fails with SF403 where there is none, with SF409 where one cannot be used.
 */
export async function findIdentities(
  host: Host,
  context: ConnectContext,
  timeoutMs: number,
): Promise<Result<Identities>> {
  const socket = context.environment['SSH_AUTH_SOCK'];
  const agent = socket === undefined || socket === '' ? undefined : await reachAgent(socket, timeoutMs);
  return host.ssh.identityFile === undefined
    ? usualIdentities(host, context, agent)
    : namedIdentity(host, expandHome(host.ssh.identityFile, context.homeDir), agent);
}

async function namedIdentity(
  host: Host,
  path: string,
  agent: Agent | undefined,
): Promise<Result<Identities>> {
  const file = await readKeyFile(path);
  switch (file.kind) {
    case 'usable':
      return success({ methods: [withKey(host, file.key)], names: [path], leftOut: [] });
    case 'encrypted': {
      const held = agent?.keys.find((key) => file.publicKey?.equals(key.getPublicSSH()) === true);
      if (agent === undefined || held === undefined) return failure(encryptedKey(host, path));
      return success({ methods: [withAgent(host, agent, [held])], names: [`${path} (agent)`], leftOut: [] });
    }
    case 'missing':
      return failure(unusableKey(host, path, 'no such file'));
    case 'unusable':
      return failure(unusableKey(host, path, file.why));
  }
}

async function usualIdentities(
  host: Host,
  context: ConnectContext,
  agent: Agent | undefined,
): Promise<Result<Identities>> {
  const files = await Promise.all(
    USUAL_FILES.map((name) => readKeyFile(join(context.homeDir, '.ssh', name))),
  );
  const fromAgent = [...(agent?.keys ?? [])].sort((a, b) => inFiles(b, files) - inFiles(a, files));
  const fromFiles = files.flatMap((file) =>
    file.kind === 'usable' && !fromAgent.some((key) => samePublicKey(key, file.key)) ? [file] : [],
  );
  const shown = fromAgent.slice(0, MOST_KEYS);
  const read = fromFiles.slice(0, MOST_KEYS - shown.length);
  if (shown.length + read.length === 0) return failure(noKey(host, files));
  return success({
    methods: [
      ...(agent === undefined || shown.length === 0 ? [] : [withAgent(host, agent, shown)]),
      ...read.map((file) => withKey(host, file.key)),
    ],
    names: [...shown.map(agentKeyName), ...read.map((file) => file.path)],
    leftOut: [
      ...fromAgent.slice(shown.length).map(agentKeyName),
      ...fromFiles.slice(read.length).map((file) => file.path),
    ],
  });
}

/** 1 where the key is also one of the usual files, which OpenSSH tries first, too. */
function inFiles(key: ParsedKey, files: readonly KeyFile[]): number {
  const found = files.some((file) => {
    if (file.kind === 'usable') return samePublicKey(file.key, key);
    return file.kind === 'encrypted' && file.publicKey?.equals(key.getPublicSSH()) === true;
  });
  return found ? 1 : 0;
}

function samePublicKey(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH());
}

function agentKeyName(key: ParsedKey): string {
  return `${key.comment === '' ? key.type : key.comment} (agent)`;
}

function withKey(host: Host, key: ParsedKey): PublicKeyAuthMethod {
  return { type: 'publickey', username: host.ssh.user, key };
}

function withAgent(host: Host, agent: Agent, keys: readonly ParsedKey[]): AgentAuthMethod {
  return { type: 'agent', username: host.ssh.user, agent: agent.offering(keys) };
}

function noKey(host: Host, files: readonly KeyFile[]): Diagnostic {
  const encrypted = files.find((file) => file.kind === 'encrypted');
  if (encrypted !== undefined) return encryptedKey(host, encrypted.path);
  const broken = files.find((file) => file.kind === 'unusable');
  if (broken?.kind === 'unusable') return unusableKey(host, broken.path, broken.why);
  return {
    code: 'SF403',
    severity: 'error',
    message: `There is no key to log in to ${host.name} with: neither an agent has one nor is there ~/.ssh/${USUAL_FILES.join(', ')}`,
    place: { kind: 'host', host: host.name },
    help: 'Start an ssh-agent and add the key (ssh-add), or name the private key file as ssh.identityFile.',
  };
}

function encryptedKey(host: Host, path: string): Diagnostic {
  return {
    code: 'SF409',
    severity: 'error',
    message: `The key ${path} is encrypted and no agent holds it`,
    place: { kind: 'host', host: host.name },
    help: `Add it to an ssh-agent, which asks for the passphrase once: ssh-add ${shellWord(path)}`,
  };
}

function unusableKey(host: Host, path: string, why: string): Diagnostic {
  return {
    code: 'SF409',
    severity: 'error',
    message: `The key ${path} cannot be used: ${why}`,
    place: { kind: 'host', host: host.name },
    help: 'Name a private key file that you can read as ssh.identityFile.',
  };
}
