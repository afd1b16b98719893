import { finding } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { WrittenMiner } from '../config/written.gen.js';
import { ALLOW_KEYS } from '../lotus/miner-keys.js';
import { task, type TaskCode } from '../lotus/task.js';
import { canonicalIp, isWildcard, parseEndpoint } from './address.js';
import type { MinerConfig } from './farm.js';
import { parseMinerAddress } from './miner-address.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { readTasks } from './tasks.js';

/** Keys that mean nothing without the machine they are for; by `disallowRemoteFinalize` checks go as well. */
const NEED_HOST = [
  'repo',
  'user',
  'tasks',
  'listen',
  'remoteListen',
  'parallelFetchLimit',
  'assigner',
  'localWorkerName',
  'disableBuiltinWindowPoSt',
  'disableBuiltinWinningPoSt',
  'restart',
  'restartMargin',
  'restartCommand',
] as const satisfies readonly (keyof WrittenMiner)[];

/** What the miner's config.toml shall say. */
export function readMinerConfig(written: WrittenMiner, report: Report): MinerConfig | undefined {
  if (written.host === undefined) reportHomeless(written, report);
  const config = present({
    tasks: written.tasks && minerTasks(written.tasks, report),
    listen: written.listen && readListen(written.listen, report),
    remoteListen: written.remoteListen && readRemoteListen(written.remoteListen, report),
    parallelFetchLimit: written.parallelFetchLimit,
    assigner: written.assigner,
    localWorkerName: written.localWorkerName,
    disallowRemoteFinalize: written.disallowRemoteFinalize,
    disableBuiltinWindowPoSt: written.disableBuiltinWindowPoSt,
    disableBuiltinWinningPoSt: written.disableBuiltinWinningPoSt,
  });
  return written.host === undefined ? undefined : config;
}

function reportHomeless(written: WrittenMiner, report: Report): void {
  for (const key of NEED_HOST) {
    if (written[key] === undefined) continue;
    const help = 'Write the machine that lotus-miner runs on: `host: miner-1`.';
    const message = `${quote(key)} is for the machine of the miner, and the file does not name it`;
    report(finding('SF227', ['miner', key], message, { help, on: 'key' }));
  }
}

function minerTasks(written: readonly string[], report: Report): readonly TaskCode[] {
  const at = ['miner', 'tasks'];
  const codes = readTasks(written, at, report);
  for (const code of codes.filter((one) => !ALLOW_KEYS.has(one))) {
    const help =
      task(code).kind === 'sealing'
        ? 'Leave it out: it goes with addpiece.'
        : 'Leave it out: write `disableBuiltinWindowPoSt` and `disableBuiltinWinningPoSt`.';
    report(finding('SF229', at, `lotus-miner has no key for ${code}`, { help }));
  }
  return codes;
}

function readListen(written: string, report: Report): string {
  const parsed = parseMinerAddress(written);
  const problem = parsed.ok
    ? canonicalIp(parsed.address.host) === undefined && 'names no IP address to listen on'
    : parsed.problem;
  if (problem !== false) {
    const help = 'Write a multiaddr with an IP address of the machine: /ip4/10.0.0.10/tcp/2345/http.';
    report(finding('SF205', ['miner', 'listen'], `${quote(written)} ${problem}`, { help }));
  }
  return written;
}

function readRemoteListen(written: string, report: Report): string {
  const address = parseEndpoint(written);
  if (address === undefined || isWildcard(address)) {
    const help = 'Write the host and the port under which others reach it: 10.0.0.10:2345.';
    const message = `${quote(written)} is no address that others can connect to`;
    report(finding('SF214', ['miner', 'remoteListen'], message, { help }));
  }
  return written;
}
