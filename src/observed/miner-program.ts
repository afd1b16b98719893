import { success, type Result } from '../diagnostic/result.js';
import type { Miner } from '../farm/farm.js';
import { findMiner } from './as-miner.js';
import { answerLines, decode, WORD_FUNCTIONS } from './asking.js';

const HEAD = 'sealfarm-miner-program 1';
const END = 'sealfarm-miner-program end';

/** Asks which lotus-miner its user would start now, for a POSIX shell. */
export function minerProgramScript(miner: Pick<Miner, 'repo' | 'user'>): string {
  return [
    WORD_FUNCTIONS,
    findMiner(miner),
    // A banner may end without a line break.
    `echo; echo '${HEAD}'`,
    'if id -u "$user" >/dev/null 2>&1; then say program "=$(as_user lotus-miner --version 2>/dev/null </dev/null)"; fi',
    `echo '${END}'`,
    '',
  ].join('\n');
}

/** Such as `1.36.2+mainnet+git.8a722b5`; undefined where there is no such program, or it tells none. */
export function parseMinerProgram(host: string, stdout: string): Result<string | undefined> {
  const lines = answerLines(host, stdout, HEAD, END);
  if (!lines.ok) return lines;
  const said = lines.value.find(([kind]) => kind === 'program')?.[1] ?? '-';
  const [, version] = /^lotus-miner version (\S+)\s*$/m.exec(decode(said)) ?? [];
  return success(version);
}
