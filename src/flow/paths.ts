import type { StorageDeclaration, Worker } from '../farm/farm.js';
import { FILE_TYPES } from '../lotus/file-type.js';
import { deniedTypes, mayFetch } from '../lotus/selector.js';
import { task } from '../lotus/task.js';

const { sealed, cache } = FILE_TYPES;

/** What PC1 leaves behind and PC2 works on. */
export const PC1_OUTPUT = sealed | cache;

/** Whether it does C1, FIN and GET, as every worker but those for the posts. Lotus: cmd/lotus-worker/main.go */
export function isSealing({ tasks }: Worker): boolean {
  return tasks.every((code) => task(code).kind === 'sealing');
}

/** The paths on which Lotus puts what is being sealed; a weight of 0 keeps it from none of them. */
export function sealingPaths({ storage }: Worker): readonly StorageDeclaration[] {
  return storage.filter(({ seal }) => seal);
}

/** The paths on which Lotus puts what is finished. */
export function storePaths({ storage }: Worker): readonly StorageDeclaration[] {
  return storage.filter(({ store }) => store);
}

/** The file types among these that none of the paths takes. */
export function missingTypes(paths: readonly StorageDeclaration[], types: number): number {
  return paths.reduce((missing, path) => missing & deniedBy(path, types), types);
}

/** The file types among these that the path does not take. */
export function deniedBy({ allowTypes, denyTypes }: StorageDeclaration, types: number): number {
  return deniedTypes(types, { AllowTypes: allowTypes, DenyTypes: denyTypes });
}

/** Whether the worker may fetch PC1 output that lies on these paths: onto paths of its own which the groups allow. */
export function mayFetchFrom(sources: readonly StorageDeclaration[], worker: Worker): boolean {
  const holders = sources.map(({ allowTo }) => ({ AllowTo: allowTo }));
  const targets = sealingPaths(worker).filter(({ groups }) => mayFetch(holders, { Groups: groups }));
  return missingTypes(targets, PC1_OUTPUT) === 0;
}
