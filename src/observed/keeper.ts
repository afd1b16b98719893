import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import { formatSocketAddress, parseEndpoint } from '../farm/address.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { repoOf, type ManagerName, type WorkerLayout } from '../host/layout.js';
import { readWorkerRun, type WorkerRun } from '../lotus/worker-run.js';
import { FOREIGN, type ObservedProcess, type ObservedWorker } from './observed.js';
import type { AnsweredProcess, HostAnswer } from './parse-answer.js';
import { againWords, type Starter } from './starter.js';
import { environmentOf, type Told } from './unmanaged.js';
import { endWords, isBetweenProcesses, type ObservedUnit } from './units.js';

/** What a host's answer shows of who keeps a worker. */
export interface Kept extends Pick<ObservedWorker, 'unit' | 'startsAtBoot' | 'twice'> {
  readonly process?: AnsweredProcess & Pick<ObservedProcess, 'manager' | 'told'>;
}

/** Whoever can end a worker's process for good. */
export type Keeper = ManagerName | ForeignKeeper;

/** Somebody else who started it, and what its end goes by. */
export interface ForeignKeeper {
  readonly pid: number;
  /** The kernel's: another process of this pid has others. */
  readonly ticks: string;
  /** The unit that would bring it back. */
  readonly unit?: string;
  /** That keeps other processes, too. */
  readonly shared?: true;
  /** Another process that would bring it back, in words. */
  readonly again?: string;
}

/** A worker is looked for under both managers: the file may have said another one before. */
export function keptBy(files: WorkerLayout, answer: HostAnswer): Kept {
  const { processes, units, startedAtBoot } = answer;
  const plain = processes.get(files.pidFile);
  const ofUnit = processes.get(files.unit.name);
  const unit = units.get(files.unit.name);
  const found = {
    systemd: ofUnit === undefined ? undefined : ({ ...ofUnit, manager: 'systemd' } as const),
    process: plain === undefined ? undefined : ({ ...plain, manager: 'process' } as const),
  };
  const process =
    found[files.serviceManager] ?? found.systemd ?? found.process ?? startedByOthers(files, answer);
  const comes = unit !== undefined && isBetweenProcesses(unit);
  const twice = plain !== undefined && (comes || (ofUnit !== undefined && ofUnit.pid !== plain.pid));
  return {
    ...(process === undefined ? {} : { process }),
    ...(unit === undefined ? {} : { unit }),
    ...(startedAtBoot.has(files.unit.name) ? { startsAtBoot: true } : {}),
    ...(twice ? { twice } : {}),
  };
}

/**
 * The one process that somebody else started in the worker's repo, where all is known that it was started with. A
 * container has files of its own: the same path means another place there.
 */
function startedByOthers(files: WorkerLayout, answer: HostAnswer): Kept['process'] {
  const [holder, ...others] = answer.unmanaged.filter(({ repo }) => repo === repoOf(files));
  const told = holder?.told;
  if (holder === undefined || told === undefined || others.length > 0) return undefined;
  const run = told.starter.kind === 'container' ? undefined : runOf(told);
  if (run === undefined) return undefined;
  const api = answer.files.get(files.apiFile);
  const parsed = parseMinerAddress(api?.state === 'present' ? api.text.reveal().trim() : '');
  // With another port it is that of a worker before it, which this one has not written over yet.
  const isItsOwn = parsed.ok && parsed.address.port === parseEndpoint(run.listen)?.port;
  const listens = isItsOwn ? { listens: formatSocketAddress(parsed.address) } : {};
  const { pid, replaced } = holder;
  const program = replaced === undefined ? {} : { replaced };
  const starter = withWhatBrings(told.starter, answer.boots);
  const start = { ...told, starter, run, ...listens };
  return { pid, environ: told.environ, manager: FOREIGN, told: start, ...program };
}

/** A unit that is not enabled may come all the same. */
function withWhatBrings(starter: Starter, boots: HostAnswer['boots'] = []): Starter {
  if (starter.kind !== 'unit' || starter.enabled) return starter;
  const by = boots.find(({ unit }) => unit === starter.unit)?.by;
  return by === undefined ? starter : { ...starter, by };
}

/** Who keeps the worker now; undefined while nobody does. A unit between two tries comes back by itself. */
export function keeperOf({
  process,
  unit,
}: Pick<Kept, 'unit'> & {
  readonly process?: Pick<ObservedProcess, 'pid' | 'manager' | 'told'>;
}): Keeper | undefined {
  if (process !== undefined) return process.manager === FOREIGN ? foreignKeeper(process) : process.manager;
  return unit !== undefined && isBetweenProcesses(unit) ? 'systemd' : undefined;
}

/** Undefined where it has flags that nobody here knows: what it does by them is not known either. */
function runOf({ args, environ }: Told): WorkerRun | undefined {
  try {
    return readWorkerRun(args, environmentOf(environ));
  } catch {
    return undefined;
  }
}

function foreignKeeper({ pid, told }: Pick<ObservedProcess, 'pid' | 'told'>): ForeignKeeper {
  const { starter, ticks = '' } = told ?? {};
  if (starter !== undefined && 'again' in starter) return { pid, ticks, again: againWords(starter.again) };
  if (starter?.kind !== 'unit') return { pid, ticks };
  return { pid, ticks, unit: starter.unit, ...(starter.shared === true ? { shared: true } : {}) };
}

/** Why a worker is neither started nor stopped: somebody else keeps it, or two do. */
export function strangeKeeper(
  { startedElsewhere, twice }: ObservedWorker,
  host: string,
  worker: string,
): Diagnostic | undefined {
  const place: Place = { kind: 'host', host, worker };
  if (twice === true) {
    return {
      code: 'SF546',
      severity: 'error',
      message: `${worker} is kept twice on ${host}: as a plain process and as a systemd unit`,
      place,
      help: 'Find out which of the two does the work, and stop the other on the host when it is quiet; of a unit also `systemctl disable`.',
    };
  }
  if (startedElsewhere !== true) return undefined;
  return {
    code: 'SF514',
    severity: 'error',
    message: `${worker} runs on ${host}, but sealfarm did not start it`,
    place,
    help: 'Stop it where it was started (a unit, tmux, …) when it is quiet, and apply again.',
  };
}

/** The miner gives it work, while on its host nothing runs that is known for it. */
export function runsElsewhere(host: string, worker: string): Diagnostic {
  return {
    code: 'SF514',
    severity: 'error',
    message: `the miner gives ${worker} work, but nothing that sealfarm started runs for it on ${host}`,
    place: { kind: 'host', host, worker },
    help: 'Find where it was started (a unit, tmux, another machine). If it ended just now, the miner notices within half a minute: run the command again. Jobs of one that has ended it gives back only at its next start: declare it once more.',
  };
}

/** A unit that systemd starts again and again, or has given up. */
export function endingUnit(observed: ObservedWorker, host: string, worker: string): Diagnostic | undefined {
  const { unit } = observed;
  if (unit === undefined || !(keepsEnding(observed) || unit.active === 'failed')) return undefined;
  return {
    code: 'SF517',
    severity: 'warning',
    message: `the unit of ${worker} ${howItEnds(unit)}`,
    place: { kind: 'host', host, worker },
    help: `Its log tells why: sealfarm logs ${worker}`,
  };
}

/** Between two tries, or at one more try that has not come to an answer. */
export function keepsEnding({ process, unit }: ObservedWorker): boolean {
  if (unit === undefined) return false;
  if (unit.sub === 'auto-restart') return true;
  return process?.manager === 'systemd' && !process.live.reached && unit.restarts > 0;
}

function howItEnds(unit: ObservedUnit): string {
  if (unit.active === 'failed') return `ended ${endWords(unit)}, and systemd starts it no more`;
  const again = unit.restarts === 0 ? '' : `; it was started again ${unit.restarts} times`;
  // Once it has another process, systemd tells of the last one no more.
  if (unit.pid > 0) return `ended before it answered${again}`;
  return `ended ${endWords(unit)}, and systemd starts it again${again}`;
}
