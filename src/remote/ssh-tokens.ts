import { createHash } from 'node:crypto';
import type { Endpoint } from './endpoint.js';

/** What each letter stands for. */
export type Tokens = Readonly<Record<string, string>>;

/** `%h` and the like; an unknown token stays as it is. OpenSSH: ssh_config(5), TOKENS */
export function expandTokens(text: string, tokens: Tokens): string {
  return text.replaceAll(/%(.)/g, (all, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? all)));
}

/** Who works here. */
export interface LocalNames {
  readonly homeDir: string;
  /** The operator's name here. */
  readonly localUser: string;
  /** Its number; -1 where the system has none. */
  readonly localId: number;
  /** The operator's machine, as it calls itself. */
  readonly localHost: string;
}

/** The machine that is to be reached. */
interface Reached {
  /** As it was asked for. */
  readonly address: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** `ProxyJump` as written. */
  readonly jump: string | undefined;
  /** `HostKeyAlias` */
  readonly alias: string | undefined;
}

/** Those of paths. `ssh -G` puts them in for known_hosts files and the agent, not for keys. */
export function tokensOf(
  { address, hostName, port, user, jump = 'none', alias = address }: Reached,
  { localHost, localUser, localId, homeDir }: LocalNames,
): Tokens {
  return {
    C: createHash('sha1').update(`${localHost}${hostName}${port}${user}`).digest('hex'),
    d: homeDir,
    h: hostName,
    i: String(localId),
    j: jump === 'none' ? '' : jump,
    k: alias,
    L: localHost.replace(/\..*/s, ''),
    l: localHost,
    n: address,
    p: String(port),
    r: user,
    u: localUser,
  };
}

/** The few that ssh has for `ProxyCommand` and `ProxyJump`. */
export function wayTokens({ address, port, user }: Endpoint, asked: string): Tokens {
  return { h: address, n: asked, p: String(port), r: user };
}
