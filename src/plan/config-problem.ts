import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { readConfigToml } from '../miner/read-config.js';
import type { MinerMachine } from '../observed/observed.js';
import { configUnreadable, configWrong } from './miner-findings.js';

/** Why a config.toml that is there cannot be read, by us or by lotus-miner. */
export function configProblem(
  host: string,
  { config, repo }: Pick<MinerMachine, 'config' | 'repo'>,
): Diagnostic | undefined {
  const at = { kind: 'host', host, path: `${repo}/config.toml` } as const;
  if (config.state === 'unreadable') return configUnreadable(at, config.why);
  if (config.state === 'absent') return undefined;
  const text = config.text.reveal();
  if (text.includes('\uFFFD')) return configWrong(at, { message: 'it has bytes that are no UTF-8' });
  const read = readConfigToml(text);
  return read.ok ? undefined : configWrong(at, read.problem);
}
