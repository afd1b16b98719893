import { finding, type YamlPath } from '../config/finding.js';
import { SECRET_NAME } from '../config/secrets.js';
import { quote } from '../config/wording.js';
import { readResourceVariable } from '../lotus/resource-env.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { Report } from './report.js';

/** Variables sealfarm writes itself, and the key each comes from. */
const OWN_KEYS: ReadonlyMap<string, string> = new Map([
  ['LOTUS_WORKER_PATH', 'repo'],
  ['LOTUS_WORKER_LISTEN', 'listen'],
  ['LOTUS_WORKER_NAME', "the worker's name"],
  ['LOTUS_WORKER_NO_DEFAULT', 'tasks'],
  ['LOTUS_WORKER_NO_LOCAL_STORAGE', 'storage'],
  ['LOTUS_WORKER_NO_SWAP', 'noSwap'],
  ['LOTUS_WORKER_PARALLEL_FETCH_LIMIT', 'parallelFetchLimit'],
  ['FIL_PROOFS_PARAMETER_CACHE', 'parameterCache'],
  ['FIL_PROOFS_PARENT_CACHE', 'parentCache'],
  ['FIL_PROOFS_USE_MULTICORE_SDR', 'multicoreSdr'],
  ['FIL_PROOFS_MULTICORE_SDR_PRODUCERS', 'multicoreSdr'],
  ['TMPDIR', 'tmpDir'],
  ['CUDA_VISIBLE_DEVICES', 'gpus'],
  ['NVIDIA_VISIBLE_DEVICES', 'gpus'],
  ...DECLARABLE_TASKS.flatMap(({ variable }): [string, string][] =>
    variable === undefined ? [] : [[variable, 'tasks']],
  ),
]);

/** Further variables of a worker, as texts. */
export function readEnv(
  written: Readonly<Record<string, string | number | boolean>>,
  at: YamlPath,
  report: Report,
): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries(written)) {
    const text = String(value);
    checkVariable(name, text, [...at, name], report);
    env.set(name, text);
  }
  return env;
}

function keyOf(name: string): string | undefined {
  if (name.endsWith('_MAX_CONCURRENT')) return 'limits';
  if (readResourceVariable(name, '') !== undefined) return 'resources';
  return name.startsWith('SEALFARM_') ? 'another name' : OWN_KEYS.get(name);
}

function checkVariable(name: string, text: string, at: YamlPath, report: Report): void {
  if (SECRET_NAME.test(name)) {
    const help = "The miner's token comes from miner.token. Other secrets do not belong into this file.";
    report(
      finding('SF306', at, `${quote(name)} looks like a secret, and the file is no place for one`, {
        help,
        on: 'key',
      }),
    );
    return;
  }
  const key = keyOf(name);
  if (key !== undefined) {
    const message =
      readResourceVariable(name, '')?.kind === 'ignored'
        ? `${quote(name)} looks like a limit or a resource, and Lotus knows no such variable`
        : `${quote(name)} is one of the variables sealfarm writes itself`;
    report(finding('SF223', at, message, { help: `Use ${key} in its place.`, on: 'key' }));
  }
  if (/(?![\t\n])\p{Cc}/u.test(text)) {
    const help = 'systemd drops such a variable without a word: only tabs and line ends are possible.';
    report(finding('SF224', at, `the value of ${quote(name)} contains a control character`, { help }));
  }
}
