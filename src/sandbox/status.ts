import { resolve } from 'node:path';
import type { Result } from '../diagnostic/result.js';
import { failure, success } from '../diagnostic/result.js';
import type { SandboxProcess } from './layout.js';
import { hostLayouts, layout, minerMultiaddr, readState } from './layout.js';
import { minerClient } from './miner-client.js';
import type { SandboxReport } from './miner/rpc.js';
import { isAlive } from './processes.js';

export interface SandboxStatus {
  readonly dir: string;
  /** The farm's file, ready for `sealfarm plan`. */
  readonly farmFile: string;
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly sshPort: number }[];
  /** As for MINER_API_INFO, without the token. */
  readonly minerApi: string;
  /** Process numbers. */
  readonly processes: Readonly<Record<SandboxProcess, number>>;
  /** Workers registered with the miner, its own included. */
  readonly workers: SandboxReport['workers'];
  readonly sectors: SandboxReport['sectors'];
  /** Jobs whose work was lost since the miner started. */
  readonly jobsFailed: number;
}

/** What runs in a sandbox; SF701 where it does not run, or not all of it. */
export async function sandboxStatus({
  dir: given,
}: {
  readonly dir: string;
}): Promise<Result<SandboxStatus>> {
  const dir = resolve(given);
  const state = readState(dir);
  const hosts = state?.processes.hosts;
  const miner = state?.processes.miner;
  const client = minerClient(dir);
  if (state === undefined || hosts === undefined || miner === undefined || client === undefined) {
    return notRunning(dir);
  }
  if (!isAlive(hosts) || !isAlive(miner)) return notRunning(dir);
  const report = await client.call('Sandbox.Report').catch(() => undefined);
  if (report === undefined) return notRunning(dir);
  return success({
    dir,
    farmFile: layout(dir).farm,
    hosts: hostLayouts(dir, state.hosts).map(({ name, address }) => ({
      name,
      address,
      sshPort: state.ports.ssh,
    })),
    minerApi: minerMultiaddr(state),
    processes: { hosts: hosts.pid, miner: miner.pid },
    ...(report as SandboxReport),
  });
}

export function notRunning(dir: string): Result<never> {
  return failure({
    code: 'SF701',
    severity: 'error',
    message: `no sandbox runs in ${dir}`,
    help: 'start one with `sealfarm sandbox up`',
  });
}
