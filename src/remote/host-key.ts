import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { shellWord } from './context.js';
import type { Endpoint } from './endpoint.js';
import { changedKey, namedInFiles, revokedKey, makeKnown, unknownKey, whoShows } from './host-key-refusal.js';
import {
  entriesFor,
  fingerprint,
  hashedName,
  hasAuthority,
  judgeHostKey,
  keysAmong,
  keyType,
  type HostKeyVerdict,
} from './known-hosts.js';
import type { NotedHost, OperatorFiles } from './operator-files.js';

/** Best first. RSA only with SHA-2: SHA-1 signatures are broken and OpenSSH refuses them by default. */
const ALGORITHMS: readonly {
  readonly type: string;
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
}[] = [
  { type: 'ssh-ed25519', algorithms: ['ssh-ed25519'] },
  { type: 'ecdsa-sha2-nistp256', algorithms: ['ecdsa-sha2-nistp256'] },
  { type: 'ecdsa-sha2-nistp384', algorithms: ['ecdsa-sha2-nistp384'] },
  { type: 'ecdsa-sha2-nistp521', algorithms: ['ecdsa-sha2-nistp521'] },
  { type: 'ssh-rsa', algorithms: ['rsa-sha2-512', 'rsa-sha2-256'] },
];

/** Decides whether the machine that answers is the one it should be. */
export class HostKeyCheck {
  readonly #name: string;
  /** All that is written of it. */
  readonly #entries: readonly NotedHost[];
  readonly #known: readonly NotedHost[];
  /** What is written of its name alone, which holds for every port of a machine that no entry names with its port. */
  readonly #anyPort: readonly NotedHost[];
  /** Of a machine that is taken at its word. */
  #new: Buffer | undefined;

  /**
   * @param file where unknown keys would have to be
   * @param entries of all hosts
   */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly file: string,
    entries: readonly NotedHost[],
    private readonly files: OperatorFiles,
  ) {
    this.#name = namedInFiles(endpoint);
    this.#entries = entriesFor(entries, this.#name);
    this.#known = keysAmong(this.#entries);
    const { hostKeys, address } = endpoint;
    this.#anyPort =
      hostKeys.alias !== undefined || this.#name === address ? [] : entriesFor(entries, address);
  }

  /** Only certificates can show what it is known by. */
  get needsCertificate(): boolean {
    const all = [...this.#entries, ...this.#anyPort];
    return keysAmong(all).length === 0 && hasAuthority(all);
  }

  /**
   * What to ask the host for: only types it is known by, so that a host which has several keys shows the known
   * one. For a host that is not known at all, every type, best first.
   */
  algorithms(): ServerHostKeyAlgorithm[] {
    const usable = typesOf(this.#known);
    if (usable.length > 0) return usable.flatMap(({ algorithms }) => algorithms);
    const first = typesOf(keysAmong(this.#anyPort));
    return [...new Set([...first, ...ALGORITHMS])].flatMap(({ algorithms }) => algorithms);
  }

  /** Why the key (wire format) is refused; undefined where it is the known one. */
  refusal(key: Buffer): Diagnostic | undefined {
    const verdict = this.#judge(key);
    switch (verdict.kind) {
      case 'known':
        return undefined;
      case 'unknown':
        if (!this.endpoint.hostKeys.acceptNew || this.#known.length > 0) return this.#unknown(key);
        this.#new = key;
        return undefined;
      case 'changed':
        return this.#changed(
          `${whoShows(this.endpoint)} shows another host key than the known one: expected ` +
            `${fingerprint(verdict.expected.key)} (${verdict.expected.file}:${verdict.expected.line}), ` +
            `got ${fingerprint(key)}; this may be an attack`,
        );
      case 'revoked':
        return revokedKey(
          this.endpoint,
          `the host key ${fingerprint(key)}, which is revoked (${verdict.entry.file}:${verdict.entry.line})`,
        );
      default:
        return unreachable(verdict);
    }
  }

  /** As ssh itself has it, which looks for the name alone once more. OpenSSH: sshconnect.c check_host_key */
  #judge(key: Buffer): HostKeyVerdict<NotedHost> {
    const verdict = judgeHostKey(this.#entries, key);
    if (verdict.kind !== 'unknown') return verdict;
    const again = judgeHostKey(this.#anyPort, key);
    // Another key there may be that of another sshd.
    return again.kind === 'changed' ? verdict : again;
  }

  /** The host has no key of the types it is known by; undefined where that cannot be the reason. */
  noKnownType(): Diagnostic | undefined {
    const first = this.#known[0];
    if (first === undefined) return undefined;
    return this.#changed(
      `${whoShows(this.endpoint)} no longer has a host key of a type it is known by: expected ${first.type} ` +
        `${fingerprint(first.key)} (${first.file}:${first.line}); this may be an attack`,
    );
  }

  /** Makes a machine known that was taken at its word, once it has let us in. Never fails: it is asked again then. */
  async remember(): Promise<void> {
    const key = this.#new;
    if (key === undefined) return;
    this.#new = undefined;
    const name = this.endpoint.hostKeys.hashNames ? hashedName(this.#name, randomBytes(20)) : this.#name;
    const line = `${name} ${keyType(key) ?? ''} ${key.toString('base64')}\n`;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 }).catch(() => undefined);
    const before = await readFile(this.file, 'utf8').catch(() => '');
    // The line before may have no end.
    const start = before === '' || before.endsWith('\n') ? '' : '\n';
    await appendFile(this.file, start + line, { mode: 0o600 }).catch(() => undefined);
    this.files.knownHosts.forget(this.file);
  }

  #unknown(key: Buffer): Diagnostic {
    const shown = `the host key ${fingerprint(key)} (${keyType(key) ?? 'unknown type'})`;
    return unknownKey(this.endpoint, this.file, shown);
  }

  #changed(message: string): Diagnostic {
    return changedKey(this.endpoint, this.file, message);
  }
}

function typesOf(known: readonly NotedHost[]): typeof ALGORITHMS {
  return ALGORITHMS.filter(({ type }) => known.some((entry) => entry.type === type));
}

/** Reads the known_hosts files. Fails with SF408 where there is none to read. */
export async function readHostKeyCheck(
  endpoint: Endpoint,
  operatorFiles: OperatorFiles,
): Promise<Result<HostKeyCheck>> {
  const { files, acceptNew } = endpoint.hostKeys;
  const [first = ''] = files;
  const entries: NotedHost[] = [];
  let found = false;
  for (const file of files) {
    try {
      entries.push(...(await operatorFiles.knownHosts.of(file)));
      found = true;
    } catch (error) {
      if (!isMissing(error)) return failure(unreadable(endpoint, file, error));
    }
  }
  return found || acceptNew
    ? success(new HostKeyCheck(endpoint, first, entries, operatorFiles))
    : failure(noFile(endpoint, first));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function noFile(endpoint: Endpoint, file: string): Diagnostic {
  if (file === '') return noFileNamed(endpoint);
  return {
    code: 'SF408',
    severity: 'error',
    message: `${file} does not exist, so ${endpoint.name} cannot be told from an impostor`,
    place: { kind: 'host', host: endpoint.host },
    help: `Make the host known: ${makeKnown(endpoint, file)}, and compare the fingerprint (ssh-keygen -lf ${shellWord(file)}) with the host's own.`,
  };
}

function noFileNamed({ name, host }: Endpoint): Diagnostic {
  return {
    code: 'SF408',
    severity: 'error',
    message: `ssh_config names no file of known host keys, so ${name} cannot be told from an impostor`,
    place: { kind: 'host', host },
    help: 'Name one as ssh.knownHostsFile, or as UserKnownHostsFile in ssh_config in place of `none`.',
  };
}

function unreadable(endpoint: Endpoint, file: string, error: unknown): Diagnostic {
  return {
    code: 'SF408',
    severity: 'error',
    message: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    place: { kind: 'host', host: endpoint.host },
    help: 'Make the file readable, or name another one as ssh.knownHostsFile.',
  };
}
