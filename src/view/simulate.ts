import type { Farm, Hardware } from '../farm/farm.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';
import { bindingIn, type Outcome, type StageOutcome } from '../simulate/outcome.js';
import type { RunSettings } from '../simulate/run-settings.js';
import type { Tried } from '../simulate/what-if.js';
import { formatBytes } from './bytes.js';
import { alignRows } from './columns.js';
import { variationLines } from './simulate-what-if.js';
import { workerAndTransferLines } from './simulate-workers.js';
import { decimal, percent, period, rate, roomWords, scarceWords, verdicts } from './simulate-words.js';
import type { Style } from './style.js';
import { wrap } from './text.js';
import { count } from './words.js';

export interface Simulation {
  readonly farm: Farm;
  readonly hardware: ReadonlyMap<string, Hardware>;
  readonly settings: RunSettings;
  readonly outcome: Outcome;
  /** What other limits would bring; undefined where nobody tried. */
  readonly tried: readonly Tried[] | undefined;
  /** How many there would have been to try; 0 where nobody wants to know. */
  readonly untried: number;
}

export interface SimulationView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
}

/** How much the farm seals, where it waits, what moves, and what another limit would bring. */
export function formatSimulation(simulation: Simulation, view: SimulationView): string {
  const sections = [
    headLines(simulation, view),
    stageLines(simulation, view),
    ...workerAndTransferLines(simulation, view),
    variationLines(simulation, view),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function headLines(simulation: Simulation, { style, width }: SimulationView): readonly string[] {
  const { farm, outcome } = simulation;
  const { sectorsPerDay } = outcome;
  const sealed = formatBytes(sectorsPerDay * SECTOR_SIZES[farm.sectorSize].bytes);
  return [
    `Farm ${style.bold(farm.name)}: ${style.bold(`${rate(sectorsPerDay)} sectors a day`)} (${sealed})`,
    ...progressWords(simulation),
    ...verdicts(outcome, style),
    ...sealingWords(simulation),
    ...roomWords(outcome, simulation.settings.maxSealing).map(style.yellow),
  ].flatMap((text) => wrap(text, width, '  '));
}

function progressWords({ settings: { sectors }, outcome }: Simulation): readonly string[] {
  const { finished, inWork, since } = outcome;
  const time = period(outcome.simulated);
  if (sectors === undefined) {
    return [
      `${time}, always another sector to begin: ${finished} finished, ${inWork} in work at the end.`,
      ...(since === 0 ? [] : [`All other numbers leave out the first ${period(since)}.`]),
    ];
  }
  const all = count(sectors, 'sector');
  if (finished === sectors) return [`${all}, ${sectors === 1 ? '' : 'all '}finished after ${time}.`];
  const unbegun = sectors - finished - inWork;
  const rest = unbegun === 0 ? '' : `, ${unbegun} not begun`;
  return [`${all}: ${finished} finished in ${time}, ${inWork} in work${rest}.`];
}

/** A farm that is held back by the miner has stages that idle. */
function sealingWords({ settings: { maxSealing }, outcome }: Simulation): readonly string[] {
  if (maxSealing === undefined || outcome.inWork < maxSealing) return [];
  return [`At the end no more sectors could be begun, because of --max-sealing ${maxSealing}.`];
}

/** More than any worker runs at once is as good as any number. */
const MANY = 1000;

function stageLines({ outcome }: Simulation, { style, width }: SimulationView): readonly string[] {
  const head = ['STAGE', 'RUNNING', 'FULL', 'HELD UP BY', 'WAITING', 'PEAK', 'AT END'].map(style.dim);
  const supply = outcome.stages.some(({ task, queue }) => task === 'PC1' && queue.mean >= 0.05);
  const notes = [
    'RUNNING and WAITING are averages. FULL is how much of the time the workers could take no more.',
    ...(supply ? ['What waits for PC1 is kept ready: twice as many sectors as it takes at once.'] : []),
  ];
  return [
    ...alignRows([head, ...outcome.stages.map(stageCells)], width).flat(),
    ...wrap(notes.join(' '), width).map(style.dim),
  ];
}

function stageCells(stage: StageOutcome): readonly string[] {
  const { task, capacity = Infinity, running, queue, full } = stage;
  return [
    task,
    capacity < MANY ? `${decimal(running)} of ${capacity}` : decimal(running),
    // Where there is room for none, there is nothing that could be full.
    capacity === 0 ? '-' : percent(full),
    full < 0.005 ? '-' : bindingIn(stage).map(scarceWords).join(', '),
    decimal(queue.mean),
    String(queue.peak),
    String(queue.end),
  ];
}
