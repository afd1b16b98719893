import { expect, it } from 'vitest';
import { OtherHosts } from '../../src/apply/other-hosts.js';
import type { FarmProbe } from '../../src/probe/observe-farm.js';
import { aFarm } from '../support/farm.js';
import { inPlace } from '../support/observation.js';

/** A farm that is looked at, with the looks that were made. */
function farm() {
  const state = { time: 0, looks: [] as (readonly string[])[] };
  const others = new OtherHosts({
    farmHosts: ['host-1', 'host-2'],
    now: () => new Date(state.time),
    observe: (hosts) => {
      state.looks.push(hosts);
      const probe: FarmProbe = { observation: inPlace(aFarm()), apis: new Map() };
      return Promise.resolve(probe);
    },
  });
  const ask = async (time: number, fresh: boolean): Promise<number> => {
    state.time = time;
    await others.seen(fresh);
    return state.looks.length;
  };
  return { others, state, ask };
}

it('looks once for all who ask at the same time', async () => {
  const { others, state } = farm();
  const [first, ...rest] = await Promise.all([others.seen(false), others.seen(true), others.seen(false)]);
  expect(rest.map(({ hosts }) => hosts)).toEqual([first.hosts, first.hosts]);
  // The second was asked when the look of the first had begun.
  expect([first, ...rest].map(({ isNew }) => isNew)).toEqual([true, true, false]);
  expect(state.looks).toEqual([['host-1', 'host-2']]);
});

it('looks again after a minute, and at once where old news will not do', async () => {
  const { ask } = farm();
  expect(await ask(0, false)).toBe(1);
  expect(await ask(59_999, false)).toBe(1);
  expect(await ask(60_000, false)).toBe(2);
  expect(await ask(60_001, true)).toBe(3);
  expect(await ask(60_002, false)).toBe(3);
});
