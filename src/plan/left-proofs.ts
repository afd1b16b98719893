import type { DesiredFarm } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { BUILTIN_POSTS, minerKey, postNames, type MinerKey } from '../lotus/miner-keys.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import type { MinerObservation } from '../observed/observed.js';
import type { Step } from './plan.js';

/** What lotus-miner goes by. */
type ValueOf = (key: MinerKey) => unknown;

/**
 * Proofs that a restart takes away from lotus-miner.
 * @param before undefined where nobody knows by what it goes: it may make them still
 */
export function proofsLeft(before: ValueOf | undefined, after: ValueOf): readonly TaskCode[] {
  return BUILTIN_POSTS.filter(({ key }) => {
    const own = minerKey(key);
    return after(own) === true && before?.(own) !== true;
  }).map(({ code }) => code);
}

/** Proofs for which a worker is registered. */
export function proofsMade(miner: MinerObservation): ReadonlySet<TaskCode> {
  return miner.reached ? madeBy([...miner.workers.values()]) : new Set();
}

/** Those of them whose worker goes on with them: the file wants it so, or does not know the worker. */
export function proofsKept(
  { hosts }: DesiredFarm,
  miner: MinerObservation,
  planned: readonly Step[],
): ReadonlySet<TaskCode> {
  if (!miner.reached) return new Set();
  const leaving = new Set(
    planned.filter(({ action }) => action.kind === 'remove-worker').map(({ worker }) => worker),
  );
  const declared = new Map(hosts.flatMap(({ workers }) => workers.map((worker) => [worker.name, worker])));
  const staying = [...miner.workers.values()].map((worker) => {
    const { Hostname } = worker.Info;
    const own = declared.get(Hostname);
    if (leaving.has(Hostname)) return { ...worker, Enabled: false };
    if (own === undefined) return worker;
    const rests = own.drain !== undefined || own.state !== 'running';
    const goesOn = (rpc: string): boolean => own.tasks.some((code) => code === taskByRpc(rpc)?.code);
    return { ...worker, Enabled: worker.Enabled && !rests, Tasks: worker.Tasks.filter(goesOn) };
  });
  return madeBy(staying);
}

interface Registered {
  readonly Enabled: boolean;
  readonly Tasks: readonly string[];
}

/** What those do that are given work. */
export function madeBy(workers: readonly Registered[]): ReadonlySet<TaskCode> {
  const codes = workers
    .filter(({ Enabled }) => Enabled)
    .flatMap(({ Tasks }) => Tasks.flatMap((rpc) => taskByRpc(rpc)?.code ?? []));
  return new Set(codes);
}

/** A restart that would leave proofs to nobody if it were done now. @param isPlanned apply does it, else a person */
export function leftToNobody(host: string, codes: readonly TaskCode[], isPlanned: boolean): Diagnostic {
  const proofs = postNames(codes);
  const place = { kind: 'host', host } as const;
  const left = `leaves ${proofs} to workers, and no worker that stays is registered for it yet`;
  return isPlanned
    ? {
        code: 'SF659',
        severity: 'warning',
        message: `lotus-miner is restarted after all workers: that ${left}`,
        place,
        help: 'It makes these proofs itself until one is. Where workers come up only with another setting that waits for the same restart, such as `miner.listen`, apply that first, without this one.',
      }
    : {
        code: 'SF659',
        severity: 'warning',
        message: `the restart of lotus-miner that is pending ${left}`,
        place,
        help: 'Restart it only when one is: it makes these proofs itself until then.',
      };
}
