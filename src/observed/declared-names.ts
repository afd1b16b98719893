import { liveOf } from './live.js';
import type { WorkerStats } from '../lotus/api.js';
import type { ForeignStart, HostObservation, MinerObservation, ObservedMiner } from './observed.js';

/** A worker that somebody else started, and the name by which Lotus knows it. */
interface Alias {
  readonly worker: string;
  readonly name: string;
  readonly session?: string;
}

/**
 * What the miner says, with the workers that somebody else started under the names that the file gives them: Lotus may know
 * them by others, such as the name of their machine, which two of them may share.
 */
export function withDeclaredNames<M extends MinerObservation>(
  hosts: ReadonlyMap<string, HostObservation>,
  miner: M,
): M {
  const aliases = miner.reached ? aliasesOn(hosts) : [];
  return miner.reached && aliases.length > 0 ? { ...miner, ...renamed(miner, aliases) } : miner;
}

function renamed({ workers, jobs }: ObservedMiner, aliases: readonly Alias[]): Partial<ObservedMiner> {
  const bySession = new Map(aliases.map((alias) => [alias.session, alias.worker]));
  return {
    workers: new Map(
      [...workers].map(([session, stats]) => {
        const worker = bySession.get(session);
        return [session, worker === undefined ? stats : named(stats, worker)];
      }),
    ),
    // What a restarted miner waits for it knows by the name alone. Where several have it, each counts as at work on that.
    jobs: new Map(
      [...jobs].map(([session, list]) => [
        session,
        workers.has(session)
          ? list
          : list.flatMap((job) => {
              const known = aliases.filter(({ name }) => name === job.Hostname);
              return known.length === 0 ? [job] : known.map(({ worker }) => ({ ...job, Hostname: worker }));
            }),
      ]),
    ),
  };
}

function named(stats: WorkerStats, worker: string): WorkerStats {
  return { ...stats, Info: { ...stats.Info, Hostname: worker } };
}

function aliasesOn(hosts: ReadonlyMap<string, HostObservation>): readonly Alias[] {
  return [...hosts.values()].flatMap((host) =>
    [...(host.reached ? host.workers : [])].flatMap(([worker, { process }]): Alias[] => {
      if (process?.told === undefined) return [];
      const session = liveOf(process)?.session;
      return [{ worker, name: lotusName(process.told), ...(session === undefined ? {} : { session }) }];
    }),
  );
}

/** What it was told, or the name of its machine. */
export function lotusName({ run, hostname }: ForeignStart): string {
  return run.name ?? hostname;
}
