import type { SshSettings } from '../farm/farm.js';

/** Everything that decides how one machine is reached and told from others. */
export interface Endpoint {
  /** Name in the farm of the host, or of the one on the way to which it lies: the place of what is wrong. */
  readonly host: string;
  /** What messages call it. */
  readonly name: string;
  /** IP address or DNS name. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly keys: KeyChoice;
  readonly hostKeys: HostKeyRules;
  /** milliseconds */
  readonly connectTimeoutMs: number;
  /** How often an idle connection is asked whether it is alive, and after how many misses it is given up. */
  readonly keepAlive: { readonly intervalMs: number; readonly misses: number };
  /** What lies between; without it the machine is dialled from here. */
  readonly via?: Via;
  /** Scripts run as root by `sudo -n`. */
  readonly sudo: boolean;
  /** What ssh_config asks for and ssh2 cannot do. */
  readonly beyondSsh2: readonly BeyondSsh2[];
  /** What leads to all this when the system's `ssh` is told it. */
  readonly asked: Asked;
}

/** What a person may say of a machine over what ssh_config says. */
export type SshWishes = Pick<
  SshSettings,
  'user' | 'port' | 'identityFile' | 'knownHostsFile' | 'connectTimeoutMs' | 'jump' | 'sudo'
>;

export interface Asked {
  /** As written: an IP address, a DNS name, or an alias of ssh_config. */
  readonly address: string;
  readonly wishes: SshWishes;
  /** In place of the usual ones. */
  readonly configFile?: string;
}

/** The machine before this one, or a command whose standard input and output are the connection. */
export type Via =
  | { readonly kind: 'jump'; readonly endpoint: Endpoint }
  /** `written` still has the tokens of ssh_config. */
  | { readonly kind: 'command'; readonly command: string; readonly written: string };

export interface BeyondSsh2 {
  readonly need: 'certificate' | 'security key' | 'GSSAPI' | 'host certificate' | 'list of revoked host keys';
  /** What shows it: an option of ssh_config, or a file. */
  readonly shownBy: string;
}

export interface KeyChoice {
  /** Absolute paths, in the order in which they are tried. */
  readonly files: readonly string[];
  /** Somebody named them: of the agent's keys only these are used, where `only` says so. */
  readonly named: boolean;
  readonly only: boolean;
  /** Absolute path; without it there is no agent. */
  readonly agentSocket?: string;
}

export interface HostKeyRules {
  /** Absolute paths; unknown keys that are taken go into the first. */
  readonly files: readonly string[];
  /** Under which name these know the machine, where it is not address and port. */
  readonly alias?: string;
  /** A machine that no file knows is taken at its word once. OpenSSH: StrictHostKeyChecking=accept-new */
  readonly acceptNew: boolean;
  /** A machine is written down by a checksum of its name. OpenSSH: HashKnownHosts */
  readonly hashNames: boolean;
}
