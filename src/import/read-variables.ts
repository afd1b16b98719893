import type { WrittenEnv } from '../config/written.gen.js';
import { readResourceVariable } from '../lotus/resource-env.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { WorkerRun } from '../lotus/worker-run.js';
import { SECRET_NAME } from '../secret/secret-name.js';
import type { Secret } from '../secret/secret.js';
import { GPU_VARIABLES } from './read-gpus.js';
import { listed, lost, type Report } from './report.js';
import { isWritable } from './texts.js';

/** What logins, shells, multiplexers and service managers put into every process. */
const OF_THE_LOGIN =
  /^(?:_|PATH|HOME|USER|LOGNAME|USERNAME|SHELL|SHLVL|PWD|OLDPWD|TERM|TERM_PROGRAM.*|COLORTERM|LANG|LANGUAGE|LC_.*|LS_COLORS|LESS.*|MAIL|MOTD_SHOWN|EDITOR|VISUAL|PAGER|DISPLAY|HOSTNAME|HIST.*|PS[1-4]|PROMPT_COMMAND|BASH.*|ZSH.*|SSH_.*|SUDO_.*|XDG_.*|DBUS_.*|TMUX.*|STY|WINDOW|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_.*|NOTIFY_SOCKET|WATCHDOG_.*|MAINPID|MANAGERPID|LISTEN_.*|(?:STATE|RUNTIME|CACHE|LOGS|CONFIGURATION|CREDENTIALS)_DIRECTORY|MEMORY_PRESSURE_.*|NVM_.*|SEALFARM_.*)$/;

/** Those that keys of the file say, or what reading the run has worked in. */
const WITH_A_KEY: ReadonlySet<string> = new Set([
  ...GPU_VARIABLES,
  ...DECLARABLE_TASKS.flatMap(({ variable }) => variable ?? []),
  'MINER_API_INFO',
  'MARKETS_API_INFO',
  'WORKER_PATH',
  'LOTUS_STORAGE_PATH',
  'LOTUS_MINER_PATH',
  'LOTUS_WORKER_PATH',
  'LOTUS_WORKER_LISTEN',
  'LOTUS_WORKER_NAME',
  'LOTUS_WORKER_NO_DEFAULT',
  'LOTUS_WORKER_NO_LOCAL_STORAGE',
  'LOTUS_WORKER_NO_SWAP',
  'LOTUS_WORKER_PARALLEL_FETCH_LIMIT',
  'LOTUS_WORKER_POST_PARALLEL_READS',
  'LOTUS_WORKER_POST_READ_TIMEOUT',
  'LOTUS_WORKER_TIMEOUT',
  'FIL_PROOFS_PARAMETER_CACHE',
  'FIL_PROOFS_PARENT_CACHE',
  'FIL_PROOFS_USE_MULTICORE_SDR',
  'FIL_PROOFS_MULTICORE_SDR_PRODUCERS',
  'TMPDIR',
]);

/**
 * What Lotus, its proofs, their libraries and the Go and Rust under them read. Anything else on a machine may be a secret under
 * any name. Lotus: cmd/lotus-worker; rust-fil-proofs, bellperson, go-log, Go runtime
 */
const OF_LOTUS =
  /^(?:LOTUS|FIL_PROOFS|FIL|FFI|FVM|BELLMAN|BELLPERSON|EC_GPU|NEPTUNE|RUST_GPU_TOOLS|RUST|RAYON|OMP|GOLOG|CUDA|NVIDIA|OPENCL|OCL|CL|SUPRA|SUPRASEAL|MALLOC|TRUST)_[A-Z0-9_]+$|^(?:GOGC|GOMAXPROCS|GOMEMLIMIT|GODEBUG|GOTRACEBACK|TZ|LD_LIBRARY_PATH|LD_PRELOAD|IPFS_GATEWAY)$|^(?:https?|no)_proxy$/i;

/** What names alone do not give away: a token of Lotus, and a password within a URL. */
const SECRET_VALUE = /eyJ[\w-]{8,}\.[\w-]{8,}|:\/\/[^/@\s]*:[^/@\s]+@/;

/** Further variables, for `env`. Those that hold a secret, or that Lotus does not read, are named and left out. @param tokens of the miner, as found */
export function readVariables(
  environ: ReadonlyMap<string, Secret>,
  tokens: readonly Secret[],
  report: Report,
): WrittenEnv {
  const env: WrittenEnv = {};
  const secret: string[] = [];
  const odd: string[] = [];
  const foreign: string[] = [];
  for (const [name, value] of environ) {
    if (WITH_A_KEY.has(name) || OF_THE_LOGIN.test(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    const text = value.reveal();
    if (SECRET_NAME.test(name) || isSecret(text, tokens)) secret.push(name);
    else if (readResourceVariable(name, text) !== undefined) continue;
    else if (!OF_LOTUS.test(name)) foreign.push(name);
    else if (!isWritable(text)) odd.push(name);
    else env[name] = plain(text);
  }
  if (secret.length > 0)
    report({
      code: 'SF661',
      severity: 'warning',
      message: `${listed(secret)} left out: the file is no place for a secret`,
      help: 'If Lotus needs it, keep it on the host: for a unit in a drop-in of its own.',
    });
  if (foreign.length > 0)
    report(
      lost(
        `${listed(foreign)} left out: Lotus reads no variable of that name, and what it holds may be secret`,
        'Write it into `env` by hand, if the worker needs it and everybody may read it.',
      ),
    );
  if (odd.length > 0)
    report(
      lost(
        `${listed(odd)} left out: the file cannot hold the text as it is`,
        'Write it by hand in another way, if it is needed.',
      ),
    );
  return env;
}

/** What flags and variables say besides, where Lotus's default is another; there is no key for it but its variable. */
export function runVariables(run: WorkerRun, report: Report): WrittenEnv {
  if (run.externalPc2 !== undefined)
    report(
      lost(
        'its --external-pc2 left out: there is no key and no variable for it',
        'Lotus itself then does PC2 from the next restart on: leave this worker to who keeps it now, if that is not wanted.',
      ),
    );
  if (run.httpServerTimeout !== '30s')
    report(
      lost(
        `its --http-server-timeout ${run.httpServerTimeout} left out: there is no key and no variable for it`,
        'It is 30s from the next restart on.',
      ),
    );
  return {
    ...(run.minerRepo === undefined ? {} : { LOTUS_MINER_PATH: run.minerRepo }),
    ...(run.postParallelReads === 32 ? {} : { LOTUS_WORKER_POST_PARALLEL_READS: run.postParallelReads }),
    ...(run.postReadTimeout === '0s' ? {} : { LOTUS_WORKER_POST_READ_TIMEOUT: run.postReadTimeout }),
    ...(run.timeout === '30m' ? {} : { LOTUS_WORKER_TIMEOUT: run.timeout }),
  };
}

function isSecret(text: string, tokens: readonly Secret[]): boolean {
  return SECRET_VALUE.test(text) || tokens.some((token) => text.includes(token.reveal()));
}

/** Numbers and booleans without quotes, where they are spelled as they will be written out. */
function plain(text: string): string | number | boolean {
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
