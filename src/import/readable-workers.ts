import { readWorkerRun } from '../lotus/worker-run.js';
import type { FoundWorker } from '../observed/found.js';
import { environmentOf } from '../observed/unmanaged.js';
import type { AskedHost } from './imported.js';
import type { ReadableWorker } from './read-worker.js';
import type { Loss, Report } from './report.js';
import { hostFolder } from './texts.js';

/** Those of which all is known that the file needs, one for each repo; what is left out is said. */
export function readableWorkers({ found }: AskedHost, report: Report): readonly ReadableWorker[] {
  const repos = new Set<string>();
  return found.workers.flatMap((worker): ReadableWorker[] => {
    const readable = readableWorker(worker, found.machine.user);
    if (typeof readable === 'string') {
      report(leftOut(worker, readable));
      return [];
    }
    if (repos.has(readable.repo)) {
      report(leftOut(worker, `another worker has its repo ${readable.repo}`));
      return [];
    }
    repos.add(readable.repo);
    return [readable];
  });
}

/** Or why it cannot be read. */
function readableWorker(worker: FoundWorker, user: string): ReadableWorker | string {
  const { told, repo } = worker;
  if (told === undefined) return `${user} may not read its environment`;
  if (told.starter.kind === 'container') return 'it runs in a container';
  // The host tells it in its plainest form.
  if (repo === undefined || hostFolder(repo) !== repo) return 'its repo is not known';
  try {
    return { worker, told, repo, run: readWorkerRun(told.args, environmentOf(told.environ)) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function leftOut({ pid, repo }: FoundWorker, why: string): Loss {
  const which = repo === undefined ? `process ${pid}` : `the worker of ${repo} (process ${pid})`;
  return {
    code: 'SF663',
    severity: 'warning',
    message: `${which} left out: ${why}`,
    help: 'It stays as it is. `sealfarm explain SF663` says what can be done.',
  };
}
