import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm } from '../../farm/farm.js';
import { type PlacedWorker, workersOf } from '../../farm/rules/rule.js';
import { doersOf, minerDoes, soleCommitter } from '../../flow/routes.js';
import { SECTOR_SIZES } from '../../lotus/sector-size.js';
import { task, type TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import { listed } from '../hardware/words.js';
import { quoted, workerNames } from './words.js';

/** What every sector goes through, with the key of the miner's config.toml for it. */
const PIPELINE: readonly (readonly [TaskCode, string])[] = [
  ['AP', 'AllowAddPiece'],
  ['PC1', 'AllowPreCommit1'],
  ['PC2', 'AllowPreCommit2'],
  ['C2', 'AllowCommit'],
];

export function* pipelineIsWhole({ farm }: Layout): Generator<Finding> {
  const missing = PIPELINE.filter(([code]) => doing(farm, code).length === 0);
  if (missing.length === 0 || missing.length === PIPELINE.length) return;
  if (farm.miner.config?.tasks !== undefined) {
    yield* nobodyDoes(farm, missing);
    return;
  }
  const names = missing.map(([code]) => nameOf(code));
  const message = `no worker does ${listed(names)}, so that is left to the miner`;
  const keys = missing.map(([, key]) => key);
  const help = `Give it to a worker, or see to it that the miner does it: [Storage] ${listed(keys)} in its config.toml.`;
  yield finding('SF285', ['hosts'], message, { severity: 'warning', on: 'key', help });
}

/** What the file says of the miner sealfarm itself writes into its config.toml: then it is known who does what. */
function* nobodyDoes(farm: Farm, missing: typeof PIPELINE): Generator<Finding> {
  const names = missing.filter(([code]) => minerDoes(farm, code) === 'no').map(([code]) => nameOf(code));
  if (names.length === 0) return;
  const message = `no worker does ${listed(names)}, and \`miner.tasks\` does not leave it to the miner: every sector waits for it for ever`;
  const help = 'Give it to a worker, or write it under `miner.tasks`.';
  yield finding('SF285', ['miner', 'tasks'], message, { on: 'key', help });
}

/** PC2 is said of the path the sectors lie on; C2 takes no files along, and is the same for all. */
export function* commitHasTwoDoers({ farm }: Layout): Generator<Finding> {
  const doers = doersOf(farm);
  const only = soleCommitter(doers);
  if (only === undefined) return;
  const waiting = doers.PC2.filter(({ worker }) => worker !== only.worker);
  const message = `${quote(only.worker.name)} alone does ${nameOf('C2')}, for the sectors of ${quoted(workerNames(waiting))} too`;
  const help = 'Give commit to a second worker, best on another machine.';
  yield finding('SF276', only.worker.yaml, message, { severity: 'warning', on: 'key', help });
}

export function* upgradesAreProved({ farm }: Layout): Generator<Finding> {
  const pairs = [
    ['RU', 'PR2'],
    ['PR2', 'RU'],
  ] as const;
  for (const [here, missing] of pairs) {
    const [first] = doing(farm, here);
    const byMiner = minerDoes(farm, missing);
    if (first === undefined || doing(farm, missing).length > 0 || byMiner === 'yes') continue;
    const nor = byMiner === 'no' ? ', nor does the miner by `miner.tasks`' : '';
    const message = `${quote(first.worker.name)} does ${nameOf(here)}, and no worker does ${nameOf(missing)}${nor}`;
    const help = `Give ${nameOf(missing)} to a worker too, or see to it that the miner does it.`;
    const severity = byMiner === 'no' ? 'error' : 'warning';
    yield finding('SF286', first.worker.yaml, message, { severity, on: 'key', help });
  }
}

export function* postsHaveTwoWorkers({ farm }: Layout): Generator<Finding> {
  for (const code of ['WDP', 'WNP'] as const) {
    const [first, ...others] = doing(farm, code);
    if (first === undefined || others.some(({ host }) => host !== first.host)) continue;
    const message =
      others.length === 0
        ? `${quote(first.worker.name)} is the only worker for ${nameOf(code)}`
        : `all workers for ${nameOf(code)} are on ${quote(first.host.name)}`;
    const help = 'Add one on another machine.';
    yield finding('SF287', first.worker.yaml, message, { severity: 'warning', on: 'key', help });
  }
}

/** What the miner does not prove itself, somebody must. */
export function* proofsAreMade({ farm }: Layout): Generator<Finding> {
  const builtin = [
    ['WDP', 'disableBuiltinWindowPoSt'],
    ['WNP', 'disableBuiltinWinningPoSt'],
  ] as const;
  for (const [code, key] of builtin) {
    if (farm.miner.config?.[key] !== true || doing(farm, code).length > 0) continue;
    const message = `the miner shall not do ${nameOf(code)}, and no worker does it`;
    const help = `Give ${nameOf(code)} to a worker of its own, or take ${quote(key)} out.`;
    yield finding('SF247', ['miner', key], message, { on: 'key', help });
  }
}

export function* piecesAreAddedWhereSealed({ farm }: Layout): Generator<Finding> {
  const { AP, PC1 } = doersOf(farm);
  const [first] = AP;
  if (first === undefined || PC1.length === 0 || AP.some((one) => PC1.includes(one))) return;
  const gibibytes = SECTOR_SIZES[farm.sectorSize].bytes / 2 ** 30;
  const size = gibibytes < 1 ? '' : ` of ${gibibytes} GiB`;
  const message = `no worker does both addpiece and precommit1: the unsealed file${size} of every sector goes from one to another`;
  const help = 'Give addpiece to the workers with precommit1, if the network is short.';
  yield finding('SF289', first.worker.yaml, message, { severity: 'note', on: 'key', help });
}

export function* workersHaveAUse({ farm }: Layout): Generator<Finding> {
  for (const { worker } of workersOf(farm.hosts)) {
    if (worker.tasks.length > 0 || worker.storage.length > 0) continue;
    const message = `${quote(worker.name)} has neither tasks nor storage`;
    const help = 'Give it a profile, tasks or storage, or take it out.';
    yield finding('SF292', worker.yaml, message, { severity: 'note', on: 'key', help });
  }
}

function doing({ hosts }: Farm, code: TaskCode): readonly PlacedWorker[] {
  return workersOf(hosts).filter(({ worker }) => worker.tasks.includes(code));
}

function nameOf(code: TaskCode): string {
  return task(code).name ?? code;
}
