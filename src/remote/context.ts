import { join } from 'node:path';
import type { JumpPool } from './jump-pool.js';
import type { KeyRing } from './key-ring.js';
import type { OperatorFiles } from './operator-files.js';
import type { SshAnswers } from './ssh-answers.js';

/** What of the operator's surroundings reaching a host depends on. */
export interface ConnectContext {
  /** Read for SSH_AUTH_SOCK, PATH and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the operator's home folder. */
  readonly homeDir: string;
  /** In place of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly sshConfigFile?: string;
  /** Connections to jump hosts, which many hosts share. */
  readonly jumps: JumpPool;
  /** What ssh_config says of hosts, which many of them share. */
  readonly answers: SshAnswers;
  /** known_hosts and keys, which many hosts share. */
  readonly files: OperatorFiles;
  /** Opens encrypted keys; without it there is nobody to ask. */
  readonly keyRing?: KeyRing;
}

/** The same without what the connections of one command share. */
export type OperatorContext = Omit<ConnectContext, 'jumps' | 'answers' | 'files'>;

/** A path with `~/` at its start worked in. */
export function expandHome(path: string, homeDir: string): string {
  return path.startsWith('~/') ? join(homeDir, path.slice(2)) : path;
}

/** A word as sh reads it back, quoted only where it has to be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
