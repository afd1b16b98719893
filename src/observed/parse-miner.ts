import { success, type Result } from '../diagnostic/result.js';
import { hostLayout } from '../host/layout.js';
import { isPublicIp } from '../farm/address.js';
import type { HostPaths } from '../farm/farm.js';
import { NOTHING_WRITTEN, parseWritten } from '../host/written.js';
import { Secret } from '../secret/secret.js';
import { answerLines, decode } from './asking.js';
import { MINER_END, MINER_HEAD } from './miner-script.js';
import type { MinerMachine, MinerProcess, ObservedFile } from './observed.js';
import { parseFile } from './parse-file.js';

interface Kept {
  readonly at: number;
  readonly text: Secret;
}

/** What stands on the machine is not what it goes by. */
const ELSEWHERE: ObservedFile = {
  state: 'unreadable',
  why: 'lotus-miner has another file at this path, as in a container',
};

/** Reads what `minerScript` printed. */
export function parseMiner(host: string, paths: HostPaths, stdout: string): Result<MinerMachine> {
  const lines = answerLines(host, stdout, MINER_HEAD, MINER_END);
  if (!lines.ok) return lines;
  const files = new Map<string, ObservedFile>();
  const processes: MinerProcess[] = [];
  const kept: Kept[] = [];
  let repo = '';
  let hostname = '';
  let publicAddresses: readonly string[] = [];
  let isGuessed = false;
  let isElsewhere = false;
  let writtenAt: number | undefined;
  for (const [kind, first = '-', ...words] of lines.value) {
    if (kind === 'miner') processes.push(parseProcess([first, ...words]));
    else if (kind === 'repo') {
      repo = decode(first);
      isGuessed = words[0] === 'guessed';
    } else if (kind === 'elsewhere') isElsewhere = true;
    else if (kind === 'name') hostname = decode(first);
    else if (kind === 'addresses') publicAddresses = decode(first).split(' ').filter(isPublicIp);
    else if (kind === 'file') files.set(decode(first), parseFile(words));
    else if (kind === 'written') writtenAt = seconds(first);
    else if (kind === 'kept')
      kept.push({ at: seconds(first) ?? 0, text: new Secret(decode(words[0] ?? '-')) });
  }
  const record = files.get(hostLayout(paths).written);
  const [process, ...others] = processes;
  const startedWith =
    process === undefined || others.length > 0
      ? undefined
      : kept.filter(({ at }) => at > process.startedAt).sort((a, b) => a.at - b.at)[0]?.text;
  return success({
    reached: true,
    repo,
    ...(isGuessed ? { guessed: true } : {}),
    hostname,
    ...(publicAddresses.length === 0 ? {} : { publicAddresses }),
    config: isElsewhere ? ELSEWHERE : (files.get(`${repo}/config.toml`) ?? { state: 'absent' }),
    processes,
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ...(startedWith === undefined ? {} : { startedWith }),
    written: record?.state === 'present' ? parseWritten(record.text.reveal()) : NOTHING_WRITTEN,
  });
}

function parseProcess([
  pid,
  times = '-',
  repo = '-',
  seen,
  known = '-',
  unit = '-',
  port = '-',
  program = '-',
  replaced,
  release = '-',
]: readonly string[]): MinerProcess {
  const [now = 0, up = 0, ticks = 0, hertz = 100] = decode(times).split(' ').map(Number.parseFloat);
  const variables = decode(known)
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return {
    pid: Number(pid),
    repo: decode(repo),
    startedAt: now - up + ticks / hertz,
    ...(seen === 'seen' ? { variables: new Map(variables) } : {}),
    ...(unit === '-' ? {} : { unit: decode(unit) }),
    ...(port === '-' ? {} : { apiPort: decode(port) }),
    ...(program === '-' ? {} : { program: decode(program) }),
    ...(replaced === 'replaced' ? { replaced: release === '-' ? {} : { onDisk: decode(release) } } : {}),
  };
}

function seconds(word: string): number | undefined {
  const number = Number.parseFloat(word);
  return Number.isFinite(number) ? number : undefined;
}
