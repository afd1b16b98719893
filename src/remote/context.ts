import { join } from 'node:path';

/** What of the operator's surroundings reaching a host depends on. */
export interface ConnectContext {
  /** Read for SSH_AUTH_SOCK, PATH and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the operator's home folder. */
  readonly homeDir: string;
}

/** A path with `~/` at its start worked in. */
export function expandHome(path: string, homeDir: string): string {
  return path.startsWith('~/') ? join(homeDir, path.slice(2)) : path;
}

/** A word as sh reads it back, quoted only where it has to be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
