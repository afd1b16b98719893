import { readWorkerRun } from '../lotus/worker-run.js';
import type { FoundHost, FoundWorker } from '../observed/found.js';
import { environmentOf } from '../observed/unmanaged.js';
import { otherMiner, type TheMiner } from './found-miner.js';
import type { AskedHost, ImportOf } from './imported.js';
import type { ReadableWorker } from './read-worker.js';
import type { Loss, Report } from './report.js';
import { hostFolder } from './texts.js';

/** One that is taken into the file. */
export interface WorkerToImport extends ReadableWorker {
  /** Of one that the file has already, though it goes by another miner. */
  readonly ofOther?: Loss;
}

/**
 * Those of which all is known that the file needs, one for each repo; what is left out is said.
 * @param only the miner of the file, where that is certain
 * @param known what a file has of the host already
 */
export function readableWorkers(
  { found }: AskedHost,
  only: TheMiner | undefined,
  known: ImportOf | undefined,
  report: Report,
): readonly WorkerToImport[] {
  return found.workers.flatMap((worker): WorkerToImport[] => {
    const readable = readableWorker(worker, found.machine.user);
    const declared = known?.workers.get(worker.repo ?? '');
    if (typeof readable === 'string') {
      report(declared === undefined ? leftOut(worker, readable) : notCompared(declared, readable));
      return [];
    }
    const waits = waitsForRepo(worker, found);
    if (waits !== undefined) {
      report(leftOut(worker, waits));
      return [];
    }
    const other = only === undefined ? undefined : otherMiner(readable.told.environ, only);
    if (only !== undefined && other !== undefined && declared === undefined) {
      // Without its repo and process: what is alike of many is said once.
      report(ofOtherMiner('a worker left out: it', `${other}, and the file has ${only.api}`));
      return [];
    }
    if (only === undefined || other === undefined) return [readable];
    const then = `${other}, and the file has ${only.api}: from its next restart on it is that one's`;
    return [{ ...readable, ofOther: ofOtherMiner('it', then) }];
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

/**
 * Why it may not be the worker of its repo: others were started with that, too. One that has not reached its miner
 * stands beside the one that works, without a lock. Undefined for that one, and for one alone.
 */
function waitsForRepo({ pid, repo = '' }: FoundWorker, { workers, repos }: FoundHost): string | undefined {
  const all = workers.filter((one) => one.repo === repo && one.told?.starter.kind !== 'container');
  const locking = all.find((one) => repos.get(repo)?.holders?.includes(one.pid) === true);
  // Where no lock is seen: the only one that answered, by its own token.
  const answering = all.filter(({ tasks }) => tasks !== undefined);
  const holder = locking ?? (answering.length === 1 ? answering[0] : undefined);
  if (all.length < 2 || holder?.pid === pid) return undefined;
  return holder === undefined
    ? 'another worker has its repo, too, and which of them holds it is not known'
    : `process ${holder.pid} holds its repo`;
}

function which({ pid, repo }: FoundWorker): string {
  return repo === undefined ? `process ${pid}` : `the worker of ${repo} (process ${pid})`;
}

function leftOut(worker: FoundWorker, why: string): Loss {
  return {
    code: 'SF663',
    severity: 'warning',
    message: `${which(worker)} left out: ${why}`,
    help: 'It stays as it is. `sealfarm explain SF663` says what can be done.',
  };
}

/** One that the file has. @param name in the file */
function notCompared(name: string, why: string): Loss {
  return {
    code: 'SF663',
    severity: 'note',
    message: `whether ${name} runs as the file says is not known: ${why}`,
    help: '`sealfarm explain SF663` says what can be done.',
  };
}

function ofOtherMiner(who: string, miners: string): Loss {
  return {
    code: 'SF695',
    severity: 'warning',
    message: `${who} goes by a miner at ${miners}`,
    help: 'Give the workers of another miner a file of their own. If it is one miner under two addresses, name a host as well whose worker has the address of the file.',
  };
}
