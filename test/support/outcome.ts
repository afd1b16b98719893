import type { Farm, Hardware } from '../../src/farm/farm.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { Outcome, StageOutcome, WorkerOutcome } from '../../src/simulate/outcome.js';
import type { RunSettings } from '../../src/simulate/run-settings.js';
import type { Transfer } from '../../src/simulate/tally.js';
import { formatSimulation, type Simulation } from '../../src/view/simulate.js';
import { PLAIN } from '../../src/view/style.js';
import { aFarm, aHost, aWorker, farmOf } from './farm.js';

export const DAY = 86_400_000;

/** A stage that idles. What is short is so at different times, unless it says how full the stage is. */
export function aStage(task: PipelineTask, overrides: Partial<StageOutcome> = {}): StageOutcome {
  const parts = [...(overrides.short ?? [])].map(([, part]) => part);
  return {
    task,
    running: 0,
    full: parts.reduce((sum, part) => sum + part, 0),
    short: new Map(),
    queue: { mean: 0, peak: 0, end: 0 },
    moving: 0,
    failures: 0,
    ...overrides,
  };
}

/** A worker on a host of its own. */
export function aWorkerOutcome(name: string, overrides: Partial<WorkerOutcome> = {}): WorkerOutcome {
  const use = { memory: 0.5, threads: 0.25 };
  return { name, host: `host-of-${name}`, running: new Map(), use, ...overrides };
}

export function aTransfer(overrides: Partial<Transfer> = {}): Transfer {
  return {
    from: 'worker-1',
    to: 'worker-2',
    cargo: 'unsealed',
    sectors: 1,
    bytes: 32 * 2 ** 30,
    ...overrides,
  };
}

/** Ten sectors a day over the second half of eight days; every test says only what it is about. */
export function anOutcome(overrides: Partial<Outcome> = {}): Outcome {
  return {
    simulated: 8 * DAY,
    cutShort: false,
    finished: 75,
    inWork: 12,
    sectorsPerDay: 10,
    since: 4 * DAY,
    finishedSince: 40,
    stages: [aStage('PC1', { running: 1 })],
    workers: [],
    transfers: [],
    bytesBetweenMachines: 0,
    stuck: [],
    ...overrides,
  };
}

export const SETTINGS: RunSettings = {
  durations: { AP: 1, PC1: 1, PC2: 1, WaitSeed: 1, C1: 1, C2: 1, FIN: 1 },
  horizon: 8 * DAY,
  bandwidth: 1,
  jitter: 0,
  seed: 1,
};

const MACHINE: Hardware = { cpus: 64, memory: 2 ** 39, swap: 0, gpus: 1 };

/** One simulation as it is shown; each host of the farm is the same machine. */
export function aSimulation(outcome: Partial<Outcome>, overrides: Partial<Simulation> = {}): Simulation {
  const farm = overrides.farm ?? farmOf({});
  const hardware = new Map(farm.hosts.map(({ name }) => [name, MACHINE]));
  const nobodyTried = { tried: undefined, untried: 0 };
  return { farm, hardware, settings: SETTINGS, outcome: anOutcome(outcome), ...nobodyTried, ...overrides };
}

/** Each worker on a host of its own; those for PC1 and those for C2. */
export function farmWith(pc1: readonly string[], c2: readonly string[] = []): Farm {
  const host = (name: string, tasks: 'PC1' | 'C2'): Farm['hosts'][number] =>
    aHost({ name: `host-of-${name}`, workers: [aWorker({ name, tasks: [tasks] })] });
  return aFarm({ hosts: [...pc1.map((name) => host(name, 'PC1')), ...c2.map((name) => host(name, 'C2'))] });
}

/** What a wide terminal shows: the lines of the head, the stages, the workers, what moves, and other limits. */
export function sections(
  outcome: Partial<Outcome>,
  overrides: Partial<Simulation> = {},
): readonly (readonly string[])[] {
  const text = formatSimulation(aSimulation(outcome, overrides), { style: PLAIN, width: 200 });
  return text.split('\n\n').map((section) => section.split('\n'));
}
