import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import type { Result } from '../diagnostic/result.js';
import { failure } from '../diagnostic/result.js';
import { farmFile } from './farm-file.js';
import { writeHostFiles, writeMinerFiles, writeMinerPrograms, writeProofFiles } from './host-files.js';
import { writeKeys } from './keys.js';
import type { HostLayout, SandboxProcess, SandboxState } from './layout.js';
import { DEFAULT_MINER_ADDRESS, MOST_HOSTS, hostLayouts, layout, readState, writeState } from './layout.js';
import { canListen, choosePorts } from './ports.js';
import type { ProcessId } from './processes.js';
import { endAll, entryFile, isAlive, markedProcesses, startDetached } from './processes.js';
import { waitUntilReady } from './ready.js';
import type { Speed } from './speed.js';
import { DEFAULT_SPEED } from './speed.js';
import type { SandboxStatus } from './status.js';
import { sandboxStatus } from './status.js';

export interface SandboxUpOptions {
  /** New or empty, or of a sandbox that is down, which then goes on where it was. */
  readonly dir: string;
  /** 1–200 */
  readonly hosts: number;
  /** IPv4 address of this machine on which the miner listens, for workers on others; loopback unless it is given. */
  readonly minerAddress?: string;
  /** Milliseconds; what is not given lasts as DEFAULT_SPEED says. */
  readonly speed?: Partial<Speed>;
}

/** How long processes have to end, in milliseconds. */
const DEADLINE = 30_000;
const MOST_TRIES = 5;

/**
 * Makes an embedded farm in a folder and starts its hosts and its miner, which outlive this process.
 * Fails with SF702 where it runs already and SF703 when it cannot start.
 */
export async function sandboxUp(options: SandboxUpOptions): Promise<Result<SandboxStatus>> {
  const dir = resolve(options.dir);
  const before = readState(dir);
  const minerAddress = options.minerAddress ?? before?.minerAddress ?? DEFAULT_MINER_ADDRESS;
  const refusal = whyNot(dir, options.hosts, before) ?? (await whyNotThere(minerAddress));
  if (refusal !== undefined) return refusal;
  // What a crash or a reboot left running of this sandbox would hold its ports.
  await endAll(markedProcesses(dir), DEADLINE);

  const hosts = hostLayouts(dir, options.hosts);
  const speed = { ...DEFAULT_SPEED, ...options.speed };
  for (let tries = 1; ; tries++) {
    const ports = await choosePorts(hosts, minerAddress, before?.ports);
    const problem = await bringUp(dir, hosts, {
      hosts: options.hosts,
      ports,
      minerAddress,
      speed,
      processes: {},
    });
    if (problem === undefined) return sandboxStatus({ dir });
    // Somebody may take a port between the look at it and its use.
    if (tries === MOST_TRIES || !problem.includes('EADDRINUSE')) return notStarted(problem);
  }
}

/** Gives what went wrong; all of it has ended then. */
async function bringUp(
  dir: string,
  hosts: readonly HostLayout[],
  state: SandboxState,
): Promise<string | undefined> {
  writeFiles(dir, hosts, state);
  const started = start(dir);
  writeState(dir, { ...state, processes: started });
  const problem = await waitUntilReady(dir, hosts, state.ports.ssh, started);
  if (problem === undefined) return undefined;
  await endAll(markedProcesses(dir), DEADLINE);
  writeState(dir, state);
  return problem;
}

function whyNot(dir: string, hosts: number, before: SandboxState | undefined): Result<never> | undefined {
  if (Object.values(before?.processes ?? {}).some(isAlive)) {
    return failure({
      code: 'SF702',
      severity: 'error',
      message: `a sandbox runs in ${dir} already`,
      help: 'use it, or end it with `sealfarm sandbox down`',
    });
  }
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > MOST_HOSTS) {
    return notStarted(`a sandbox has 1 to ${MOST_HOSTS} hosts, not ${hosts}`);
  }
  if (before === undefined && existsSync(dir) && readdirSync(dir).length > 0) {
    return notStarted(`${dir} is not empty and holds no sandbox`, 'give a new folder');
  }
  if (!existsSync(entryFile('miner/miner-main.js'))) {
    return notStarted('the compiled programs are missing', 'build sealfarm first: `npm run build`');
  }
  return undefined;
}

async function whyNotThere(minerAddress: string): Promise<Result<never> | undefined> {
  if (isIPv4(minerAddress) && (await canListen(minerAddress, 0))) return undefined;
  return notStarted(`${minerAddress} is no IPv4 address of this machine`);
}

function notStarted(message: string, help?: string): Result<never> {
  return failure({
    code: 'SF703',
    severity: 'error',
    message: `the sandbox did not start: ${message}`,
    ...(help === undefined ? {} : { help }),
  });
}

function writeFiles(dir: string, hosts: readonly HostLayout[], state: SandboxState): void {
  const files = layout(dir);
  mkdirSync(files.log, { recursive: true });
  mkdirSync(files.ssh, { recursive: true, mode: 0o700 });
  for (const host of hosts) writeHostFiles(dir, host);
  for (const host of hosts.slice(0, 1)) writeMinerPrograms(dir, host);
  writeKeys(dir, hosts, state.ports.ssh);
  writeMinerFiles(dir);
  writeProofFiles(dir);
  writeFileSync(files.farm, farmFile(dir, hosts, state));
  writeState(dir, state);
}

function start(dir: string): Partial<Record<SandboxProcess, ProcessId>> {
  const programs: Readonly<Record<SandboxProcess, string>> = {
    hosts: 'hosts/hosts-main.js',
    miner: 'miner/miner-main.js',
  };
  const started = Object.entries(programs).flatMap(([name, entry]) => {
    const id = startDetached(entry, dir, join(layout(dir).log, `${name}.log`));
    return id === undefined ? [] : [[name, id] as const];
  });
  return Object.fromEntries(started);
}
