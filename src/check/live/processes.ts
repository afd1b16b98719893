import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { placeOf, seenWorkers, type LiveCheck, type SeenWorker } from './context.js';

/** Lotus: build/parameters.go MinerFDLimit */
const WANTED_FILES = 100_000;

/** A worker with fewer open files exits at the start; one that runs keeps the limit it was started with. */
export const fileLimits: LiveCheck = function* (context) {
  const low = new Set<string>();
  for (const seen of seenWorkers(context)) {
    const { host, machine, facts, observed } = seen;
    if (observed.process === undefined) {
      // A unit has a limit of its own.
      if (host.serviceManager === 'systemd') continue;
      if (machine !== undefined && machine.fileLimit < WANTED_FILES) low.add(host.name);
    } else if (facts?.openFiles !== undefined && facts.openFiles < WANTED_FILES) {
      yield {
        code: 'SF520',
        severity: 'warning',
        message: `the worker runs with a limit of ${facts.openFiles} open files; Lotus wants 100000`,
        place: placeOf(seen),
        help: seen.observed.process?.manager === 'systemd' ? RAISE_OF_UNIT : RAISE,
      };
    }
  }
  for (const host of low) {
    yield {
      code: 'SF520',
      severity: 'error',
      message: `a worker started here may open ${context.facts.get(host)?.fileLimit ?? 0} files; with fewer than 100000 it exits`,
      place: { kind: 'host', host },
      help: RAISE,
    };
  }
};

const RAISE_OF_UNIT =
  'A unit of sealfarm has LimitNOFILE=1048576: look whether the worker was started before that, a drop-in says less, or the container of the host allows less; then restart it.';
const RAISE = 'Raise the hard limit of open files (`nofile`) for the SSH user to 1048576, and log in anew.';

/** One that ends before it answers is said with the plan. */
export const restarts: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    const { process, unit } = seen.observed;
    if (process?.manager !== 'systemd' || !process.live.reached || unit === undefined || unit.restarts === 0)
      continue;
    const times = unit.restarts === 1 ? 'once' : `${unit.restarts} times`;
    yield {
      code: 'SF517',
      severity: 'warning',
      message: `the worker ended by itself, and systemd started it again, ${times} since it was last started on purpose`,
      place: placeOf(seen),
      help: `Its log tells why: sealfarm logs ${seen.worker.name}. What it had not finished was begun anew.`,
    };
  }
};

/** The miner's admin token is in the environment file, and is the token of each worker's own API. */
export const openSecrets: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    for (const [path, mode] of seen.facts?.secretModes ?? []) {
      if ((parseInt(mode, 8) & 0o077) === 0) continue;
      yield {
        code: 'SF526',
        severity: 'warning',
        message: `the miner's admin token is in a file of mode ${mode}`,
        place: placeOf(seen, path),
        help: 'Make it 600, so that only its owner can read it; `sealfarm apply` does so with worker.env.',
      };
    }
  }
};

export const programs: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    const program = seen.facts?.program;
    if (program === undefined || program === 'ok') continue;
    yield {
      code: 'SF535',
      severity: 'error',
      message:
        program === 'absent' ? 'the lotus-worker program is not there' : 'this is no program that can be run',
      place: placeOf(seen, seen.worker.binary),
      help: 'Install it there with the version of the miner, or correct `binary`.',
    };
  }
};

/** Whether it is told to stay away from GPUs. */
export const gpuLocks: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    if (seen.worker.gpus !== 'none') yield* lockTroubles(seen);
  }
};

function* lockTroubles(seen: SeenWorker): Generator<Diagnostic> {
  for (const { path, held, own } of seen.facts?.gpuLocks ?? []) {
    if (held !== 'orphan' && own) continue;
    yield {
      code: 'SF534',
      severity: 'warning',
      message:
        held === 'orphan'
          ? 'the lock of the GPU is held for a process that has ended'
          : 'the lock of the GPU belongs to another user than the worker',
      place: placeOf(seen, path),
      help:
        held === 'orphan'
          ? 'Find who still has the file open (`fuser -v`), end that process if it is a leftover, and remove the file.'
          : 'Remove the file while no proof is computed on the host, or give the worker a folder of its own: leave `tmpDir` out.',
    };
  }
}
