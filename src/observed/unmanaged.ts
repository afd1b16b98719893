import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { decode } from './asking.js';
import type { ObservedHost } from './observed.js';

/** A worker that somebody else keeps, as far as the SSH user may see it. */
export interface UnmanagedWorker {
  readonly pid: number;
  readonly uid: number;
  readonly repo?: string;
  readonly port?: number;
  /** Names alone: any of them may be secret. */
  readonly variables: readonly string[];
}

/** The words of a line that `strangers` printed. */
export function parseUnmanaged([
  pid,
  uid,
  repo = '-',
  listens = '-',
  names = '-',
]: readonly string[]): UnmanagedWorker {
  // A multiaddr of its own, or what it was told to listen on.
  const [, ofMultiaddr, ofAddress] = /\/tcp\/(\d+)|:(\d+)$/.exec(decode(listens).trim()) ?? [];
  const port = Number(ofMultiaddr ?? ofAddress);
  const found = decode(repo);
  return {
    pid: Number(pid),
    uid: Number(uid),
    ...(found === '' ? {} : { repo: found }),
    ...(port > 0 ? { port } : {}),
    variables: [...new Set(decode(names).split('\n'))].filter((name) => name !== '').sort(),
  };
}

/** Of those that hold the repo of a declared worker, that worker's own finding says more. */
export function strangeWorkers(
  { name, workers, unmanaged = [] }: Pick<ObservedHost, 'name' | 'workers' | 'unmanaged'>,
  declared: readonly { readonly name: string; readonly repo: string }[],
): readonly Diagnostic[] {
  const held = declared.filter((worker) => workers.get(worker.name)?.startedElsewhere === true);
  return unmanaged
    .filter(({ repo }) => !held.some((worker) => worker.repo === repo))
    .map((found) => unmanagedWorker(name, found));
}

/** They take of a machine what capacity and checks count as free. */
function unmanagedWorker(host: string, { pid, repo, port }: UnmanagedWorker): Diagnostic {
  const where = [
    `process ${pid}`,
    ...(repo === undefined ? [] : [`repo ${repo}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ];
  return {
    code: 'SF545',
    severity: 'warning',
    message: `a lotus-worker runs that sealfarm did not start: ${where.join(', ')}`,
    place: { kind: 'host', host },
    help: 'Declare it with its repo, drain it where it is kept and let apply start it, or take it away from this machine.',
  };
}
