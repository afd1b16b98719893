import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProcessId } from './processes.js';
import type { Speed } from './speed.js';

/** What a sandbox has written down about itself, in `DIR/sandbox.json`. */
export interface SandboxState {
  /** Number of hosts, 1–200. */
  readonly hosts: number;
  readonly ports: SandboxPorts;
  /** IPv4 address on which the miner listens. */
  readonly minerAddress: string;
  readonly speed: Speed;
  /** Empty once the sandbox is down. */
  readonly processes: Partial<Record<SandboxProcess, ProcessId>>;
}

export type SandboxProcess = 'hosts' | 'miner';

/** One port of each kind serves all hosts: every host has its own loopback address. */
export interface SandboxPorts {
  readonly ssh: number;
  readonly worker: number;
  readonly miner: number;
}

export const MOST_HOSTS = 200;
export const DEFAULT_MINER_ADDRESS = '127.0.0.10';
/** f01000 */
export const MINER_ID = 1000;
export const SECTOR_SIZE = '32GiB';

/** In the environment of every process of a sandbox, with the sandbox's folder as its value. */
export const MARK = 'SEALFARM_SANDBOX';

export interface HostLayout {
  /** `host-1` */
  readonly name: string;
  /** Loopback address, 127.0.0.11 for the first. */
  readonly address: string;
  /** HOME and working folder. */
  readonly home: string;
  readonly temporary: string;
  readonly binary: string;
  /** The first host alone has it: there the miner can be asked on its own machine. */
  readonly minerBinary: string;
  /** Beside it: restarts the miner, as what keeps it elsewhere. */
  readonly minerRestart: string;
  readonly hardware: string;
  readonly config: string;
  readonly state: string;
  readonly repo: string;
  readonly sealing: string;
  readonly hostKey: string;
}

/** @param index 1 for the first */
function hostLayout(dir: string, index: number): HostLayout {
  const name = `host-${index}`;
  const home = join(dir, 'hosts', name);
  return {
    name,
    address: `127.0.0.${10 + index}`,
    home,
    temporary: join(home, 'tmp'),
    binary: join(home, 'bin', 'lotus-worker'),
    minerBinary: join(home, 'bin', 'lotus-miner'),
    minerRestart: join(home, 'bin', 'restart-lotus-miner'),
    hardware: join(home, 'hardware.json'),
    config: join(home, 'etc'),
    state: join(home, 'state'),
    repo: join(home, 'lotus-worker'),
    sealing: join(home, 'seal'),
    hostKey: join(dir, 'ssh', `${name}_ed25519`),
  };
}

export function hostLayouts(dir: string, hosts: number): HostLayout[] {
  return Array.from({ length: hosts }, (_, index) => hostLayout(dir, index + 1));
}

/** Files and folders of a sandbox outside its hosts. */
export function layout(dir: string) {
  return {
    state: join(dir, 'sandbox.json'),
    farm: join(dir, 'sealfarm.yaml'),
    hosts: join(dir, 'hosts'),
    log: join(dir, 'log'),
    ssh: join(dir, 'ssh'),
    clientKey: join(dir, 'ssh', 'id_ed25519'),
    knownHosts: join(dir, 'ssh', 'known_hosts'),
    miner: join(dir, 'miner'),
    /** Read once, when the miner starts. */
    minerConfig: join(dir, 'miner', 'config.toml'),
    minerToken: join(dir, 'miner', 'token'),
    minerApi: join(dir, 'miner', 'api'),
    minerStorage: join(dir, 'miner', 'storage'),
    minerState: join(dir, 'miner', 'sectors.json'),
    minerFinished: join(dir, 'miner', 'finished.jsonl'),
    /** When WindowPoSts are due: a `ProvingTable`, which may be written at any time. */
    minerProving: join(dir, 'miner', 'proving.json'),
    /** What the miner says that it is from its next start on; where it is not there, what it is. */
    minerVersion: join(dir, 'miner', 'sandbox-version'),
    events: join(dir, 'miner', 'events.jsonl'),
    proofs: join(dir, 'proofs'),
    parameters: join(dir, 'proofs', 'parameters'),
    parents: join(dir, 'proofs', 'parents'),
  } as const;
}

/** `http://127.0.0.10:PORT/rpc/v0` */
export function minerUrl({ minerAddress, ports }: SandboxState): string {
  return `http://${minerAddress}:${ports.miner}/rpc/v0`;
}

/** `/ip4/127.0.0.10/tcp/PORT/http` */
export function minerMultiaddr({ minerAddress, ports }: SandboxState): string {
  return `/ip4/${minerAddress}/tcp/${ports.miner}/http`;
}

/** The sandbox's state, or undefined where there is none. */
export function readState(dir: string): SandboxState | undefined {
  try {
    return readJson(layout(dir).state) as SandboxState;
  } catch {
    return undefined;
  }
}

export function writeState(dir: string, state: SandboxState): void {
  writeFileAtomically(layout(dir).state, `${JSON.stringify(state, null, 2)}\n`);
}

/** Throws where the file is missing or malformed. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

/** Writes beside the file and renames, so that nobody reads half of it. Folders are made. */
export function writeFileAtomically(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
