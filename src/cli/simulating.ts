import { setImmediate } from 'node:timers/promises';
import type { Farm, Hardware } from '../farm/farm.js';
import type { Outcome } from '../simulate/outcome.js';
import type { RunSettings } from '../simulate/run-settings.js';
import { simulateInSteps } from '../simulate/simulate.js';
import { type Tried, type Variation, varied } from '../simulate/what-if.js';
import { simulatingWords } from '../view/simulate-words.js';
import type { Terminal } from './terminal.js';

/** A farm with all that a simulation of it takes. */
export interface Layout {
  readonly file: string;
  readonly farm: Farm;
  readonly hardware: ReadonlyMap<string, Hardware>;
  readonly settings: RunSettings;
}

/** Simulates it, and shows on a terminal how far that is. */
export function watchRun(layout: Layout, terminal: Terminal): Promise<Outcome> {
  const { horizon } = layout.settings;
  return terminal.passing((show) =>
    inSteps(layout, (now) => {
      show(simulatingWords(now, horizon));
    }),
  );
}

/** The same farm with each of these limits. */
export function watchVariations(
  layout: Layout,
  variations: readonly Variation[],
  terminal: Terminal,
): Promise<readonly Tried[]> {
  return terminal.passing(async (show) => {
    const tried: Tried[] = [];
    for (const variation of variations) {
      show(`Trying other limits: ${tried.length} of ${variations.length}`);
      const farm = varied(layout.farm, variation);
      const { sectorsPerDay } = await inSteps({ ...layout, farm }, () => undefined);
      tried.push({ ...variation, sectorsPerDay });
    }
    return tried;
  });
}

/** Piece by piece, so that Ctrl-C is heard. */
async function inSteps(
  { farm, hardware, settings }: Layout,
  onStep: (now: number) => void,
): Promise<Outcome> {
  const steps = simulateInSteps(farm, hardware, settings);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    onStep(step.value);
    await setImmediate();
  }
}
