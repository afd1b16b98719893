import { success, type Result } from '../diagnostic/result.js';
import type { Miner } from '../farm/farm.js';
import { shellQuote } from '../host/shell.js';
import { answerLines } from './asking.js';
import { RUNNING_MINER_FUNCTIONS } from './running-miner.js';

const HEAD = 'sealfarm-miner-processes 1';
const END = 'sealfarm-miner-processes end';

/** Asks which lotus-miner run with a repo, as a user where one is named, for a POSIX shell. */
export function minerProcessesScript({ repo = '', user = '' }: Pick<Miner, 'repo' | 'user'>): string {
  return [
    RUNNING_MINER_FUNCTIONS,
    `repo=${shellQuote(repo)} user=${shellQuote(user)}`,
    'tell() { echo "${1#/proc/}"; }',
    // A banner may end without a line break.
    `echo; echo '${HEAD}'`,
    'each_miner tell',
    `echo '${END}'`,
    '',
  ].join('\n');
}

/** Numbers of the processes. */
export function parseMinerProcesses(host: string, stdout: string): Result<readonly number[]> {
  const lines = answerLines(host, stdout, HEAD, END);
  return lines.ok ? success(lines.value.map(([pid]) => Number(pid))) : lines;
}
