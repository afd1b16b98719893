import { seesNoGpu } from '../../check/hardware/gpus.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import type { Farm, Hardware } from '../../farm/farm.js';
import { defaultDurations } from '../../simulate/durations.js';
import type { Outcome } from '../../simulate/outcome.js';
import type { RunSettings } from '../../simulate/run-settings.js';
import { readDurations } from '../../simulate/settings.js';
import { variationsOf } from '../../simulate/what-if.js';
import { comparisonJson, formatComparison, type Side } from '../../view/simulate-compare.js';
import { simulationJson } from '../../view/simulate-json.js';
import { formatSimulation } from '../../view/simulate.js';
import { someOf } from '../../view/words.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { endOnInterrupt } from '../interrupt.js';
import { hardwareUnknown, lookForHardware } from '../hardware.js';
import { loadFarm } from '../load-farm.js';
import { type Layout, watchRun, watchVariations } from '../simulating.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface SimulateOptions extends GlobalOptions {
  readonly sectors?: number;
  readonly days: number;
  readonly durations?: string;
  /** bytes a second */
  readonly bandwidth: number;
  /** percent */
  readonly jitter: number;
  readonly seed: number;
  readonly maxSealing?: number;
  /** Undefined: where it takes seconds, not minutes. */
  readonly whatIf?: boolean;
  readonly compare?: string;
}

const DAY = 86_400_000;

/** Sectors all variations together may seal before they have to be asked for: a few seconds. */
const QUICK = 20_000;

/** What a farm seals in some days, by Lotus's own scheduling. */
export async function simulate(options: SimulateOptions): Promise<ExitCode> {
  const dispose = endOnInterrupt();
  try {
    return await simulateOn(new Terminal(options), options);
  } finally {
    dispose();
  }
}

async function simulateOn(terminal: Terminal, options: SimulateOptions): Promise<ExitCode> {
  if (options.compare !== undefined && options.whatIf === true) {
    terminal.diagnostics([wrongUse('--compare and --what-if do not go together')]);
    return EXIT.usage;
  }
  const first = await loadLayout(options.config, options, terminal);
  if (typeof first === 'number') return first;
  if (options.compare !== undefined) {
    const second = await loadLayout(options.compare, options, terminal);
    if (typeof second === 'number') return second;
    return compare([first, second], options, terminal);
  }
  const outcome = await watchRun(first, terminal);
  const variations = variationsOf(first.farm, first.hardware);
  const tried = isWanted(options, outcome, variations.length)
    ? await watchVariations(first, variations, terminal)
    : undefined;
  // Who does not want it need not be told of it.
  const untried = tried === undefined && options.whatIf !== false ? variations.length : 0;
  const simulation = { ...first, outcome, tried, untried };
  warnOfCut([simulation], options, terminal);
  terminal.result(formatSimulation(simulation, terminal), simulationJson(simulation));
  return EXIT.done;
}

async function compare(
  layouts: readonly Layout[],
  options: SimulateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const sides: Side[] = [];
  for (const layout of layouts) {
    const { file, farm } = layout;
    const { maxSealing } = options;
    sides.push({ file, farm, outcome: await watchRun(layout, terminal), maxSealing });
  }
  warnOfCut(sides, options, terminal);
  terminal.result(formatComparison(sides, terminal), comparisonJson(sides));
  return EXIT.done;
}

/** Programs see it in `cutShort`. */
function warnOfCut(
  sides: readonly { readonly file: string; readonly outcome: Outcome }[],
  { days }: SimulateOptions,
  terminal: Terminal,
): void {
  const cut = sides.filter(({ outcome }) => outcome.cutShort);
  if (terminal.json) return;
  terminal.diagnostics(
    cut.map(({ file, outcome }) => ({
      code: 'SF618',
      severity: 'warning',
      message: `far too much happens in ${days} days: the simulation ended after ${(outcome.simulated / DAY).toFixed(2)} of them`,
      place: { kind: 'file', file },
      help: 'Simulate fewer days, and see that no duration is zero by mistake.',
    })),
  );
}

async function loadLayout(
  file: string,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<Layout | ExitCode> {
  // A layout that cannot work is what a simulation shows: only the file itself must be right.
  const farm = await loadFarm(file, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const settings = settingsOf(options, farm);
  if (typeof settings === 'string') {
    terminal.diagnostics([wrongUse(settings)]);
    return EXIT.usage;
  }
  const used = farm.hosts.filter(({ workers }) => workers.length > 0);
  const { hardware, troubles } = await lookForHardware(farm, used, terminal);
  const unknown = used.filter(({ name }) => !hardware.has(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    const failed = hardwareUnknown(file, unknown);
    terminal.diagnostics(terminal.json ? [...troubles, failed] : [failed]);
    return EXIT.failed;
  }
  const guessed = options.durations === undefined ? withoutGpus(farm, hardware) : [];
  if (guessed.length > 0 && !terminal.json) terminal.diagnostics([durationsGuessed(file, guessed)]);
  return { file, farm, hardware, settings };
}

function settingsOf(options: SimulateOptions, farm: Farm): RunSettings | string {
  const defaults = defaultDurations(farm.sectorSize);
  const durations = options.durations === undefined ? defaults : readDurations(options.durations, defaults);
  if (typeof durations === 'string') return `--durations: ${durations}`;
  const { sectors, maxSealing, days, bandwidth, jitter, seed } = options;
  return {
    durations,
    ...(sectors === undefined ? {} : { sectors }),
    ...(maxSealing === undefined ? {} : { maxSealing }),
    horizon: days * DAY,
    bandwidth,
    jitter: jitter / 100,
    seed,
  };
}

function isWanted({ whatIf }: SimulateOptions, { finished, inWork }: Outcome, runs: number): boolean {
  return whatIf ?? (finished + inWork) * runs <= QUICK;
}

function wrongUse(message: string): Diagnostic {
  return { code: 'SF615', severity: 'error', message, help: 'sealfarm simulate --help says what there is.' };
}

/** Workers that do by CPU what takes minutes by GPU. */
function withoutGpus({ hosts }: Farm, hardware: ReadonlyMap<string, Hardware>): readonly string[] {
  return hosts.flatMap(({ name, workers }) =>
    workers
      .filter(({ tasks }) => tasks.includes('PC2') || tasks.includes('C2'))
      .filter((worker) => seesNoGpu(worker, hardware.get(name)))
      .map((worker) => worker.name),
  );
}

function durationsGuessed(file: string, workers: readonly string[]): Diagnostic {
  return {
    code: 'SF619',
    severity: 'warning',
    message: `PC2 and C2 are taken to last as long as on a GPU, and there is none for ${someOf(workers, 3)}`,
    place: { kind: 'file', file },
    help: 'Say how long they take without: --durations PC2=4h,C2=6h',
  };
}
