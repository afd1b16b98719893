import type { Host, Miner } from '../farm/farm.js';
import type { MinerMachine, Unreached } from '../observed/observed.js';
import type { Result } from '../diagnostic/result.js';
import { minerProcessesScript, parseMinerProcesses } from '../observed/miner-processes.js';
import { minerProgramScript, parseMinerProgram } from '../observed/miner-program.js';
import { minerScript } from '../observed/miner-script.js';
import { parseMiner } from '../observed/parse-miner.js';
import type { Remote } from '../remote/remote.js';

/** One exec on the machine of the miner: its config.toml and the process that goes by it. */
export async function observeMinerMachine(
  host: Host,
  miner: Pick<Miner, 'repo' | 'user'>,
  remote: Remote,
): Promise<MinerMachine | Unreached> {
  const output = await remote.exec(minerScript(host, miner));
  if (!output.ok) return { reached: false, diagnostic: output.diagnostic };
  const answer = parseMiner(host.name, host.paths, output.value.stdout);
  return answer.ok ? answer.value : { reached: false, diagnostic: answer.diagnostic };
}

/** The version of lotus-miner that its next start brings up; undefined where nothing tells it. */
export async function observeMinerProgram(
  remote: Remote,
  miner: Pick<Miner, 'repo' | 'user'>,
): Promise<string | undefined> {
  const output = await remote.exec(minerProgramScript(miner));
  const version = output.ok ? parseMinerProgram(remote.host, output.value.stdout) : output;
  return version.ok ? version.value : undefined;
}

/** Numbers of the lotus-miner that run there with this repo. */
export async function observeMinerProcess(
  remote: Remote,
  miner: Pick<Miner, 'repo' | 'user'>,
): Promise<Result<readonly number[]>> {
  const output = await remote.exec(minerProcessesScript(miner));
  return output.ok ? parseMinerProcesses(remote.host, output.value.stdout) : output;
}
