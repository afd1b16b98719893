import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Host } from '../farm/farm.js';
import { expandHome, shellWord, type ConnectContext } from './context.js';
import {
  entriesFor,
  fingerprint,
  judgeHostKey,
  keyType,
  knownHostName,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts.js';

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

/** Decides whether the machine that answers is the host it should be. */
export class HostKeyCheck {
  readonly #name: string;
  readonly #known: readonly KnownHost[];

  constructor(
    private readonly host: Host,
    private readonly file: string,
    private readonly entries: readonly KnownHost[],
  ) {
    this.#name = knownHostName(host.address, host.ssh.port);
    this.#known = entriesFor(entries, this.#name);
  }

  /**
   * What to ask the host for: only types it is known by, so that a host which has several keys shows the known
   * one. For a host that is not known at all, every type, best first.
   */
  algorithms(): ServerHostKeyAlgorithm[] {
    const usable = ALGORITHMS.filter(({ type }) => this.#known.some((entry) => entry.type === type));
    return (usable.length === 0 ? ALGORITHMS : usable).flatMap(({ algorithms }) => algorithms);
  }

  /** Why the key (wire format) is refused; undefined where it is the known one. */
  refusal(key: Buffer): Diagnostic | undefined {
    const verdict = judgeHostKey(this.entries, this.#name, key);
    switch (verdict.kind) {
      case 'known':
        return undefined;
      case 'unknown':
        return this.#unknown(key);
      case 'changed':
        return this.#changed(
          `${this.#who()} shows another host key than the known one: expected ` +
            `${fingerprint(verdict.expected.key)} (${this.file}:${verdict.expected.line}), ` +
            `got ${fingerprint(key)}; this may be an attack`,
        );
      case 'revoked':
        return {
          code: 'SF402',
          severity: 'error',
          message: `${this.#who()} shows the host key ${fingerprint(key)}, which is revoked (${this.file}:${verdict.entry.line}); this may be an attack`,
          place: { kind: 'host', host: this.host.name },
          help: 'Do not log in there. Give the host a new host key and make that one known.',
        };
      default:
        return unreachable(verdict);
    }
  }

  /** The host has no key of the types it is known by; undefined where that cannot be the reason. */
  noKnownType(): Diagnostic | undefined {
    const first = this.#known[0];
    if (first === undefined) return undefined;
    return this.#changed(
      `${this.#who()} no longer has a host key of a type it is known by: expected ${first.type} ` +
        `${fingerprint(first.key)} (${this.file}:${first.line}); this may be an attack`,
    );
  }

  #who(): string {
    return `${this.host.name} (${this.host.address}, port ${this.host.ssh.port})`;
  }

  #unknown(key: Buffer): Diagnostic {
    const type = keyType(key) ?? 'unknown type';
    return {
      code: 'SF401',
      severity: 'error',
      message: `${this.#who()} has the host key ${fingerprint(key)} (${type}), which is not in ${this.file}`,
      place: { kind: 'host', host: this.host.name },
      help:
        `Compare the fingerprint with what \`for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done\` prints ` +
        `on the host's own console, then: ${scanCommand(this.host, this.file)}`,
    };
  }

  #changed(message: string): Diagnostic {
    return {
      code: 'SF402',
      severity: 'error',
      message,
      place: { kind: 'host', host: this.host.name },
      help:
        `Find out why first, on the host's own console. If the host was set up anew: ` +
        `ssh-keygen -R '${this.#name}' -f ${shellWord(this.file)}, then ${scanCommand(this.host, this.file)}`,
    };
  }
}

function scanCommand(host: Host, file: string): string {
  return `ssh-keyscan -p ${host.ssh.port} ${shellWord(host.address)} >> ${shellWord(file)}`;
}

/** Reads the host's known_hosts file. Fails with SF408. */
export async function readHostKeyCheck(host: Host, context: ConnectContext): Promise<Result<HostKeyCheck>> {
  const file = expandHome(host.ssh.knownHostsFile ?? '~/.ssh/known_hosts', context.homeDir);
  try {
    return success(new HostKeyCheck(host, file, parseKnownHosts(await readFile(file, 'utf8'))));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return failure({
      code: 'SF408',
      severity: 'error',
      message: missing
        ? `${file} does not exist, so ${host.name} cannot be told from an impostor`
        : `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      place: { kind: 'host', host: host.name },
      help: missing
        ? `Make the host known: ${scanCommand(host, file)}, and compare the fingerprint (ssh-keygen -lf ${shellWord(file)}) with the host's own.`
        : 'Make the file readable, or name another one as ssh.knownHostsFile.',
    });
  }
}
