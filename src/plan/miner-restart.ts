import type { DesiredMiner } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { releaseOf, seriesOf } from '../lotus/release.js';
import type { TaskCode } from '../lotus/task.js';
import type { MinerMachine, MinerProcess } from '../observed/observed.js';
import type { RestartMiner } from './miner-action.js';
import type { FieldChange, Step } from './plan.js';
import { PROGRAM_FIELD } from './program-rules.js';

/** For what lotus-miner would be restarted. */
export interface RestartNeed {
  /** What it does otherwise than its config.toml will say, and the program on disk where that is another. */
  readonly pending: readonly FieldChange[];
  /** What somebody wrote into config.toml since it started, of keys that sealfarm does not know. */
  readonly edits: readonly FieldChange[];
  /** Nobody knows by what it goes, until it is started again. */
  readonly unknown: boolean;
  /** A variable of the process outranks what is asked for, and may be gone from its unit since. */
  readonly hidden: boolean;
  /** What Lotus calls the worker within it, as far as that is known. */
  readonly ownWorkers: readonly string[];
  /** Proofs that it leaves to workers from then on. */
  readonly leaves: readonly TaskCode[];
  /** Some of these are made by nobody yet. */
  readonly last: boolean;
  /** Version that runs; absent where it does not tell. */
  readonly runs?: string;
}

/** Restarts lotus-miner where that was asked for and changes something, by whoever keeps it. */
export function planMinerRestart(
  desired: DesiredMiner,
  { processes: [process], repo }: MinerMachine,
  { pending, edits, unknown, hidden, ownWorkers, leaves, last, runs }: RestartNeed,
): { readonly steps: readonly Step[]; readonly diagnostics: readonly Diagnostic[] } {
  const { when } = desired.restart;
  const isPending = pending.length > 0;
  // What others wrote or set since is no reason, unless a person says so; nor comes into effect with the rest unless it is known.
  const isNeeded =
    when === 'asked' ? isPending || unknown || hidden || edits.length > 0 : isPending && !unknown;
  if (when === 'never' || process === undefined || !isNeeded) return { steps: [], diagnostics: [] };
  if (when === 'whenSafe' && bringsOtherSeries(process, runs))
    return { steps: [], diagnostics: [otherProgram(desired.host, process, runs, ONLY_ASKED)] };
  const version = process.replaced?.onDisk ?? runs;
  const action = restartAction(desired, {
    repo,
    process,
    ownWorkers,
    ...(version === undefined ? {} : { version }),
  });
  if (action === undefined) return { steps: [], diagnostics: [keptByNobody(desired.host, process.pid)] };
  const leaving = leaves.length === 0 ? action : { ...action, leaves, ...(last ? { last } : {}) };
  return { steps: [restartStep(desired.host, leaving, [...pending, ...edits])], diagnostics: [] };
}

export function restartStep(host: string, action: RestartMiner, changes: readonly FieldChange[]): Step {
  const isUpgrade = changes.length > 0 && changes.every(({ field }) => field === PROGRAM_FIELD);
  const reason = isUpgrade ? 'program-replaced' : 'process-older-than-file';
  return { id: restartStepId(host), host, action, disruption: 'restart', reason, changes };
}

/** Undefined where nobody keeps it that could restart it. */
export function restartAction(
  { repo, user, restart }: DesiredMiner,
  seen: Pick<MinerMachine, 'repo'> &
    Pick<RestartMiner, 'ownWorkers' | 'version'> & { readonly process: MinerProcess },
): RestartMiner | undefined {
  const { command, margin } = restart;
  const { process, ownWorkers, version } = seen;
  const { pid, unit, program } = process;
  const miner = { repo: repo ?? seen.repo, ...(user === undefined ? {} : { user }) };
  const rest = {
    kind: 'restart-miner',
    miner,
    pid,
    margin,
    ownWorkers,
    ...(program === undefined ? {} : { program }),
    ...(version === undefined ? {} : { version }),
  } as const;
  if (command !== undefined) return { ...rest, by: { command } };
  return unit === undefined ? undefined : { ...rest, by: { unit } };
}

export function restartStepId(host: string): string {
  return `${host}/lotus-miner/restart`;
}

/** Its node may have to be of that series before, and its repo is brought to another form perhaps: that takes a person. */
function bringsOtherSeries({ replaced }: MinerProcess, runs: string | undefined): boolean {
  if (replaced === undefined) return false;
  const { onDisk } = replaced;
  return onDisk === undefined || runs === undefined || seriesOf(onDisk) !== seriesOf(runs);
}

const ONLY_ASKED =
  'Upgrade the node of lotus-miner first, then `sealfarm apply --restart-miner`: `restart: whenSafe` alone brings up no other series.';

/** Its next start brings up another program. */
export function otherProgram(
  host: string,
  { replaced }: Pick<MinerProcess, 'replaced'>,
  runs: string | undefined,
  help: string,
): Diagnostic {
  const { onDisk } = replaced ?? {};
  const there = onDisk === undefined ? 'another program that tells no version' : releaseOf(onDisk);
  const now = runs === undefined ? 'another one' : releaseOf(runs);
  return {
    code: 'SF658',
    severity: 'warning',
    message: `lotus-miner on disk is ${there}, and ${now} runs: a restart brings up the one on disk`,
    place: { kind: 'host', host },
    help,
  };
}

/** What a person started in a terminal cannot be started again in the same way. */
export function keptByNobody(host: string, pid: number): Diagnostic {
  return {
    code: 'SF587',
    severity: 'warning',
    message: `lotus-miner (process ${pid}) is not restarted: it is the main process of no systemd unit, and how to restart it is not known`,
    place: { kind: 'host', host },
    help: 'Restart it by hand when no proof is due, let a systemd unit keep it, or write `miner.restartCommand`.',
  };
}
