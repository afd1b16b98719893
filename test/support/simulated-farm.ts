import type { Farm, Hardware, Worker } from '../../src/farm/farm.js';
import type { Durations } from '../../src/simulate/durations.js';
import { modelOf } from '../../src/simulate/model.js';
import type { Outcome, StageOutcome } from '../../src/simulate/outcome.js';
import type { RunSettings } from '../../src/simulate/run-settings.js';
import type { Model } from '../../src/simulate/model.js';
import { simulate } from '../../src/simulate/simulate.js';
import { aFarm, aHost, aWorker } from './farm.js';

export const GiB = 2 ** 30;
export const TiB = 2 ** 40;
export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

/** What of a sector moves for PC1, for PC2 and into long-term storage, in bytes. */
export const UNSEALED = 32 * GiB;
/** The sealed file, 11 layers and tree-d: 1 + 13 sectors. */
export const PC1_OUTPUT = 14 * 32 * GiB;
/** The sealed file, and 32 GiB / 448 of the cache. */
export const FINISHED = 32 * GiB + 76_695_844;

/** 378 minutes in all, to reckon with. */
export const DURATIONS: Durations = minutes({
  AP: 10,
  PC1: 240,
  PC2: 30,
  WaitSeed: 75,
  C1: 1,
  C2: 20,
  FIN: 2,
});

export function minutes(durations: Durations): Durations {
  return Object.fromEntries(
    Object.entries(durations).map(([name, length]) => [name, length * MINUTE]),
  ) as Durations;
}

/** A machine with the worker on it, or the workers; every test says only what it is about. */
export interface Place {
  readonly worker?: Partial<Worker>;
  /** With names of their own. */
  readonly workers?: readonly Partial<Worker>[];
  readonly hardware?: Partial<Hardware>;
}

/** Host by host; a worker has the name of its host. */
export type Places = Readonly<Record<string, Place>>;

export function farmAt(places: Places, overrides: Partial<Farm> = {}): Farm {
  return aFarm({
    hosts: Object.entries(places).map(([name, { worker = {}, workers = [{ name, ...worker }] }]) =>
      aHost({ name, workers: workers.map((one) => aWorker(one)) }),
    ),
    ...overrides,
  });
}

export function hardwareAt(places: Places): ReadonlyMap<string, Hardware> {
  return new Map(
    Object.entries(places).map(([name, { hardware }]) => [
      name,
      { cpus: 64, memory: 512 * GiB, swap: 0, gpus: 1, ...hardware },
    ]),
  );
}

export function modelAt(places: Places, overrides: Partial<Farm> = {}): Model {
  return modelOf(farmAt(places, overrides), hardwareAt(places));
}

/** A gigabyte a second, nothing left to chance, thirty days at the most. */
export function settings(change: Partial<RunSettings> = {}): RunSettings {
  return { durations: DURATIONS, horizon: 30 * DAY, bandwidth: 1e9, jitter: 0, seed: 1, ...change };
}

export function outcomeAt(
  places: Places,
  change: Partial<RunSettings> = {},
  overrides: Partial<Farm> = {},
): Outcome {
  return simulate(farmAt(places, overrides), hardwareAt(places), settings(change));
}

export function stage({ stages }: Outcome, task: StageOutcome['task']): StageOutcome {
  const found = stages.find((one) => one.task === task);
  if (found === undefined) throw new Error(`no stage ${task}`);
  return found;
}
