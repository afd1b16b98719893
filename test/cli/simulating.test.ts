import { expect, it } from 'vitest';
import { watchRun, watchVariations } from '../../src/cli/simulating.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { DAY, farmAt, hardwareAt, minutes, settings } from '../support/simulated-farm.js';

// 20,000 events and more: each sector has at least eight.
const CHANGE = {
  durations: minutes({ AP: 0, PC1: 0.6, PC2: 0, WaitSeed: 0, C1: 0, C2: 0, FIN: 0 }),
  horizon: 3 * DAY,
};
const PLACES = { w: { worker: { limits: new Map([['PC1', 1]] as const) } } };
const LAYOUT = { file: 'f', farm: farmAt(PLACES), hardware: hardwareAt(PLACES), settings: settings(CHANGE) };

/** A terminal that keeps what passes. */
function keeping(lines: string[]): Terminal {
  const passing = <T>(work: (show: (line: string) => void) => Promise<T>): Promise<T> =>
    work((line) => {
      lines.push(line);
    });
  return { passing } as unknown as Terminal;
}

it('shows the day a simulation has come to, and lets others have their turn meanwhile', async () => {
  const lines: string[] = [];
  let turns = 0;
  const timer = setImmediate(function count() {
    turns += 1;
    if (turns < 1000) setImmediate(count);
  });
  const outcome = await watchRun(LAYOUT, keeping(lines));
  clearImmediate(timer);
  // A sector each 36 seconds.
  expect(outcome.sectorsPerDay).toBeCloseTo(2400, -1);
  expect(lines.length).toBeGreaterThan(0);
  expect(turns).toBeGreaterThanOrEqual(lines.length);
  const days = lines.map((line) => /^Simulating: day (\d) of 3$/.exec(line)?.[1]);
  expect(new Set(days).size).toBeGreaterThan(1);
  expect(days).toEqual(days.toSorted());
  expect(days[0]).toBe('1');
}, 60_000); // prettier-ignore

it('counts the other limits it has tried', async () => {
  const lines: string[] = [];
  const quick = { ...LAYOUT, settings: settings({ ...CHANGE, horizon: DAY / 24 }) };
  const variations = [2, 3].map((to) => ({ task: 'PC1', workers: ['w'], from: 1, to }) as const);
  const tried = await watchVariations(quick, variations, keeping(lines));
  expect(lines).toEqual(['Trying other limits: 0 of 2', 'Trying other limits: 1 of 2']);
  const [two = 0, three = 0] = tried.map(({ sectorsPerDay }) => sectorsPerDay);
  // The transfer into storage, of half a minute, is the same for all.
  expect(three / two).toBeCloseTo(1.5, 1);
});
