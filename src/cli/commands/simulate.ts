import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import type { Farm, Hardware } from '../../farm/farm.js';
import { defaultDurations } from '../../simulate/durations.js';
import type { Outcome } from '../../simulate/outcome.js';
import type { RunSettings } from '../../simulate/run.js';
import { readDurations } from '../../simulate/settings.js';
import { simulate as runFarm } from '../../simulate/simulate.js';
import { type Tried, type Variation, varied, variationsOf } from '../../simulate/what-if.js';
import { comparisonJson, formatComparison } from '../../view/simulate-compare.js';
import { simulationJson } from '../../view/simulate-json.js';
import { formatSimulation } from '../../view/simulate.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { hardwareOf, hardwareUnknown } from '../hardware.js';
import { loadFarm } from '../load-farm.js';
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

/** Sectors all variations together may seal before they have to be asked for: some ten seconds. */
const QUICK = 50_000;

/** What a farm seals in some days, by Lotus's own scheduling. */
export async function simulate(options: SimulateOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  if (options.compare !== undefined && options.whatIf === true) {
    terminal.diagnostics([wrongUse('--compare and --what-if do not go together')]);
    return EXIT.usage;
  }
  const first = await loadLayout(options.config, options, terminal);
  if (typeof first === 'number') return first;
  if (options.compare !== undefined) {
    const second = await loadLayout(options.compare, options, terminal);
    if (typeof second === 'number') return second;
    const sides = [first, second].map(({ file, farm, ...layout }) => ({
      file,
      farm,
      outcome: runFarm(farm, layout.hardware, layout.settings),
    }));
    warnOfCut(sides, options, terminal);
    terminal.result(formatComparison(sides, terminal), comparisonJson(sides));
    return EXIT.done;
  }
  const outcome = runFarm(first.farm, first.hardware, first.settings);
  const variations = variationsOf(first.farm, first.hardware);
  const tried = isWanted(options, outcome, variations.length) ? tryAll(first, variations) : undefined;
  // Who does not want it need not be told of it.
  const untried = tried === undefined && options.whatIf !== false ? variations.length : 0;
  const simulation = { ...first, outcome, tried, untried };
  warnOfCut([simulation], options, terminal);
  terminal.result(formatSimulation(simulation, terminal), simulationJson(simulation));
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

interface Layout {
  readonly file: string;
  readonly farm: Farm;
  readonly hardware: ReadonlyMap<string, Hardware>;
  readonly settings: RunSettings;
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
  const hardware = await hardwareOf(farm, used, terminal);
  const unknown = used.filter(({ name }) => !hardware.has(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    terminal.diagnostics([hardwareUnknown(file, unknown)]);
    return EXIT.failed;
  }
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

function tryAll({ farm, hardware, settings }: Layout, variations: readonly Variation[]): readonly Tried[] {
  return variations.map((variation) => {
    const { sectorsPerDay } = runFarm(varied(farm, variation), hardware, settings);
    return { ...variation, sectorsPerDay };
  });
}

function wrongUse(message: string): Diagnostic {
  return { code: 'SF615', severity: 'error', message, help: 'sealfarm simulate --help says what there is.' };
}
