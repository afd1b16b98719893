import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { StorageDeclaration, Worker } from '../../farm/farm.js';
import { storageOf, workersOf } from '../../farm/rules/rule.js';
import { deniedBy, isSealing, missingTypes, sealingPaths } from '../../flow/paths.js';
import { FILE_TYPE_NAMES, FILE_TYPES, fileTypesOf } from '../../lotus/file-type.js';
import { task, type TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import { listed } from '../hardware/words.js';

const { unsealed, sealed, cache, update } = FILE_TYPES;
const ALL_TYPES = FILE_TYPE_NAMES.reduce((mask, name) => mask | FILE_TYPES[name], 0);

/** What a task puts on sealing paths, what it fetches before it among it. Lotus: storage/sealer/manager.go */
const WRITES: readonly (readonly [TaskCode, number])[] = [
  ['AP', unsealed],
  ['PC1', unsealed | sealed | cache],
  ['PC2', sealed | cache],
  ['RU', update | FILE_TYPES['update-cache']],
];

/** Such a task goes to another worker, or to none. */
export function* tasksHaveSealingPaths({ farm }: Layout): Generator<Finding> {
  for (const { worker } of workersOf(farm.hosts)) {
    const [first] = writingTasks(worker);
    if (first === undefined || sealingPaths(worker).length > 0) continue;
    const codes = writingTasks(worker);
    const message = `${quote(worker.name)} never gets ${listed(codes.map(nameOf))}: it has no path with seal: true`;
    const help = 'Give it a path with `seal: true`, or take the tasks from it.';
    const onlyFetches = codes.every((code) => code === 'PC2');
    yield onlyFetches
      ? finding('SF293', worker.yaml, message, { severity: 'warning', on: 'key', help })
      : finding('SF281', worker.yaml, message, { on: 'key', help });
  }
}

/** What no path takes the first one does not take either: that is where it is said. */
export function* tasksFindTheirTypes({ farm }: Layout): Generator<Finding> {
  for (const { worker } of workersOf(farm.hosts)) {
    const paths = sealingPaths(worker).filter((path) => !deniesAll(path));
    const [first] = paths;
    const lacking = WRITES.find(
      ([code, types]) => worker.tasks.includes(code) && missingTypes(paths, types) !== 0,
    );
    if (first === undefined || lacking === undefined) continue;
    const [code, types] = lacking;
    const missing = listed(fileTypesOf(missingTypes(paths, types)));
    const message = `no sealing path of ${quote(worker.name)} takes ${missing} files, which ${nameOf(code)} needs`;
    const help = 'Allow them on this path, or add a path that takes them.';
    yield finding('SF282', [...first.yaml, listOf(first)], message, { help });
  }
}

export function* pathsTakeSomething({ farm }: Layout): Generator<Finding> {
  for (const { storage } of storageOf(farm.hosts)) {
    if (!deniesAll(storage)) continue;
    const message = `the path ${quote(storage.path)} takes no file of any type`;
    const help = 'Allow the types that shall come here, or take the lists out.';
    yield finding('SF282', [...storage.yaml, listOf(storage)], message, { help });
  }
}

/** Who writes 0 wants nothing there, as Lotus's documents promise. */
export function* weightsProtectNothing({ farm }: Layout): Generator<Finding> {
  for (const { storage } of storageOf(farm.hosts)) {
    if (storage.weight > 0 || !(storage.seal || storage.store)) continue;
    const message = `a weight of 0 does not make ${quote(storage.path)} read-only: sectors come there once no other path has room`;
    const help = `Take ${uses(storage)} out if nothing new shall come here, what is there is still read; for a last choice write \`weight: 1\`.`;
    yield finding('SF283', [...storage.yaml, 'weight'], message, { severity: 'warning', help });
  }
}

function uses({ seal, store }: StorageDeclaration): string {
  const keys = [...(seal ? ['`seal`'] : []), ...(store ? ['`store`'] : [])];
  return listed(keys);
}

/** C1 and FIN, which run only where the sector lies, are no tasks of these. */
export function* postWorkersDoNotSeal({ farm }: Layout): Generator<Finding> {
  for (const { worker, storage } of storageOf(farm.hosts)) {
    if (!storage.seal || isSealing(worker)) continue;
    const message = `${quote(worker.name)} does ${listed(worker.tasks.map(nameOf))} and no sealing task: a sector on ${quote(storage.path)} is never finished`;
    const help = 'Give the path to a sealing worker on this machine.';
    yield finding('SF278', [...storage.yaml, 'seal'], message, { help });
  }
}

function writingTasks({ tasks }: Worker): readonly TaskCode[] {
  return WRITES.map(([code]) => code).filter((code) => tasks.includes(code));
}

function deniesAll(path: StorageDeclaration): boolean {
  return deniedBy(path, ALL_TYPES) === ALL_TYPES;
}

function listOf({ allowTypes }: StorageDeclaration): 'allowTypes' | 'denyTypes' {
  return allowTypes.length > 0 ? 'allowTypes' : 'denyTypes';
}

function nameOf(code: TaskCode): string {
  return task(code).name ?? code;
}
