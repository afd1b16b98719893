import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm } from '../farm/farm.js';
import type { WorkerLayout } from '../host/layout.js';
import type { Observation } from '../observed/observed.js';
import { resolveTargets } from './targets.js';
import type { Workspace } from './workspace.js';

/** A worker that sealfarm keeps on a host and that the file names no more. */
interface LeavingWorker {
  readonly host: string;
  readonly worker: string;
  readonly files: WorkerLayout;
}

/** The words that stand for nothing in the file. */
export function strayWords(farm: Farm, words: readonly string[]): readonly string[] {
  return words.filter((word) => !resolveTargets(farm, [word]).ok);
}

/** Those of a name, on whichever host. */
export function leavingOf({ hosts }: Observation, name: string): readonly LeavingWorker[] {
  return [...hosts].flatMap(([host, seen]) => {
    const files = seen.reached ? seen.departed?.get(name)?.files : undefined;
    return files === undefined ? [] : [{ host, worker: name, files }];
  });
}

/** Of words that stand for nothing in the file: what becomes of a worker that has left it, else that it is not known. */
export async function leavingOrUnknown(
  workspace: Pick<Workspace, 'farm' | 'lookAtHosts'>,
  words: readonly string[],
  unknown: Diagnostic,
): Promise<Diagnostic> {
  const strays = strayWords(workspace.farm, words);
  const { observation } = await workspace.lookAtHosts(() => undefined);
  const [leaving] = strays.flatMap((word) => leavingOf(observation, word));
  return leaving === undefined ? unknown : leaves(leaving);
}

function leaves({ host, worker }: LeavingWorker): Diagnostic {
  return {
    code: 'SF576',
    severity: 'error',
    message: `${worker} is in the file no more: \`sealfarm apply\` drains it to empty, stops and removes it`,
    place: { kind: 'host', host, worker },
    help: `\`sealfarm status\` shows what it still holds. To keep it, declare it again, and apply.`,
  };
}
