import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import { keyWords, variableOf, type MinerKey } from '../lotus/miner-keys.js';
import type { ConfigProblem } from '../miner/read-config.js';
import type { MinerMachine, MinerProcess } from '../observed/observed.js';

/** It is left alone: whatever is wrong with it, somebody must look. */
export function configWrong(place: Place, { message, line, column }: ConfigProblem): Diagnostic {
  const where = line === undefined ? '' : `line ${line}, column ${column ?? 1}: `;
  return {
    code: 'SF580',
    severity: 'error',
    message: `the config.toml of lotus-miner cannot be edited: ${where}${message}`,
    place,
    help: 'Correct it on the machine; it was left as it is.',
  };
}

export function configUnreadable(place: Place, why: string): Diagnostic {
  return {
    code: 'SF580',
    severity: 'error',
    message: `the config.toml of lotus-miner cannot be read: ${why}`,
    place,
    help: 'Let the SSH user read and write it, or set `ssh.sudo: true` for the machine. Where lotus-miner runs in a container, mount its repo on the machine at the same path.',
  };
}

/** A new one in a wrong folder would be read by nobody. */
export function configAbsent(place: Place): Diagnostic {
  return {
    code: 'SF581',
    severity: 'error',
    message: 'lotus-miner has no config.toml there',
    place,
    help: 'Correct `miner.repo`, `miner.user` or `miner.host`; `lotus-miner init` makes the file.',
  };
}

export function ambiguous(host: string, processes: readonly MinerProcess[]): Diagnostic {
  return {
    code: 'SF582',
    severity: 'error',
    message: `${processes.length} lotus-miner run there: ${processes.map(({ repo }) => repo).join(', ')}`,
    place: { kind: 'host', host },
    help: 'Write the repo of the one that is meant: `miner.repo`.',
  };
}

/** A folder that is the usual one may be that of a miner of former times. */
export function unknownRepo(host: string): Diagnostic {
  return {
    code: 'SF582',
    severity: 'error',
    message:
      'no lotus-miner of root or of who logs in runs there, and the file does not say which repo is meant',
    place: { kind: 'host', host },
    help: 'Write `miner.user` or `miner.repo`, or start lotus-miner.',
  };
}

/** What is asked for has no effect, whatever the file says. */
export function hides(host: string, key: MinerKey, { variables, apiPort }: MinerProcess): Diagnostic {
  const place = { kind: 'host', host } as const;
  if (apiPort !== undefined && key.key === 'ListenAddress')
    return {
      code: 'SF583',
      severity: 'warning',
      message: `--miner-api ${apiPort} of the running lotus-miner outranks ${keyWords(key)} of its config.toml: it listens on 127.0.0.1 alone`,
      place,
      help: 'Take the flag out of what starts lotus-miner, and restart it when no proof is due.',
    };
  return {
    code: 'SF583',
    severity: 'warning',
    message: `${variableOf(key)}=${variables?.get(variableOf(key)) ?? ''} in the environment of lotus-miner outranks ${keyWords(key)} of its config.toml`,
    place,
    help: 'Take the variable out of what starts lotus-miner, and restart it when no proof is due.',
  };
}

export function unseen(host: string, { pid }: MinerProcess): Diagnostic {
  return {
    code: 'SF584',
    severity: 'warning',
    message: `the environment of lotus-miner (process ${pid}) may not be read: a variable may outrank its config.toml`,
    place: { kind: 'host', host },
    help: 'Let the SSH user be root, the user of lotus-miner, or set `ssh.sudo: true` for the machine.',
  };
}

/** Somebody else than sealfarm wrote it, so that there is no version before. */
export function startUnknown(
  place: Place,
  { processes: [process], writtenAt = 0, startedWith }: MinerMachine,
): readonly Diagnostic[] {
  if (process === undefined || writtenAt <= process.startedAt || startedWith !== undefined) return [];
  return [
    {
      code: 'SF585',
      severity: 'warning',
      message:
        'config.toml was written after lotus-miner started, and not by sealfarm: what it runs with is not known',
      place,
      help: 'Look at the file, and restart lotus-miner when no proof is due (`sealfarm apply --restart-miner`); then it goes by it.',
    },
  ];
}
