import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import type { ManagerName, WorkerLayout } from '../host/layout.js';
import type { ObservedProcess, ObservedWorker } from './observed.js';
import type { AnsweredProcess, HostAnswer } from './parse-answer.js';
import { endWords, isBetweenProcesses, type ObservedUnit } from './units.js';

/** What a host's answer shows of who keeps a worker. */
export interface Kept extends Pick<ObservedWorker, 'unit' | 'startsAtBoot' | 'twice'> {
  readonly process?: AnsweredProcess & { readonly manager: ManagerName };
}

/** A worker is looked for under both managers: the file may have said another one before. */
export function keptBy(files: WorkerLayout, { processes, units, startedAtBoot }: HostAnswer): Kept {
  const plain = processes.get(files.pidFile);
  const ofUnit = processes.get(files.unit.name);
  const unit = units.get(files.unit.name);
  const found = {
    systemd: ofUnit === undefined ? undefined : ({ ...ofUnit, manager: 'systemd' } as const),
    process: plain === undefined ? undefined : ({ ...plain, manager: 'process' } as const),
  };
  const process = found[files.serviceManager] ?? found.systemd ?? found.process;
  const comes = unit !== undefined && isBetweenProcesses(unit);
  const twice = plain !== undefined && (comes || (ofUnit !== undefined && ofUnit.pid !== plain.pid));
  return {
    ...(process === undefined ? {} : { process }),
    ...(unit === undefined ? {} : { unit }),
    ...(startedAtBoot.has(files.unit.name) ? { startsAtBoot: true } : {}),
    ...(twice ? { twice } : {}),
  };
}

/** Who keeps the worker now; undefined while nobody does. A unit between two tries comes back by itself. */
export function keeperOf({
  process,
  unit,
}: Pick<Kept, 'unit'> & { readonly process?: Pick<ObservedProcess, 'manager'> }): ManagerName | undefined {
  if (process !== undefined) return process.manager;
  return unit !== undefined && isBetweenProcesses(unit) ? 'systemd' : undefined;
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
    help: 'Stop it where it was started (a unit, tmux, …) when it is quiet; then sealfarm starts it.',
  };
}

/** The miner gives it work, while on its host nothing runs that is known for it. */
export function runsElsewhere(host: string, worker: string): Diagnostic {
  return {
    code: 'SF514',
    severity: 'error',
    message: `the miner gives ${worker} work, but nothing that sealfarm started runs for it on ${host}`,
    place: { kind: 'host', host, worker },
    help: 'Find where it was started (a unit, tmux, another machine). If it ended just now, the miner notices within half a minute: run the command again.',
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
