import { expect, it } from 'vitest';
import { OtherHosts } from '../../src/apply/other-hosts.js';
import type { FarmProbe } from '../../src/probe/observe-farm.js';
import { aFarm } from '../support/farm.js';
import { inPlace } from '../support/observation.js';

/** A farm that is looked at; each look ends when it is told to. */
function farm() {
  const ends: (() => void)[] = [];
  const probe: FarmProbe = { observation: inPlace(aFarm()), apis: new Map() };
  const state = { time: 0, looks: [] as (readonly string[])[] };
  const others = new OtherHosts({
    farmHosts: ['host-1', 'host-2'],
    now: () => new Date(state.time),
    observe: (hosts) => {
      state.looks.push(hosts);
      return new Promise((resolve) =>
        ends.push(() => {
          resolve(probe);
        }),
      );
    },
  });
  return { others, state, end: () => ends.shift()?.() };
}

it('looks once for all who ask at the same time, fresh or not', async () => {
  const { others, state, end } = farm();
  const asked = [others.seen(false), others.seen(true), others.seen(false)];
  end();
  const [first, ...rest] = await Promise.all(asked);
  expect(rest).toEqual([first, first]);
  expect(state.looks).toEqual([['host-1', 'host-2']]);
});

it('looks again after a minute, and at once where old news will not do', async () => {
  const { others, state, end } = farm();
  const ask = async (time: number, fresh: boolean): Promise<number> => {
    state.time = time;
    const seen = others.seen(fresh);
    end();
    await seen;
    return state.looks.length;
  };
  expect(await ask(0, false)).toBe(1);
  expect(await ask(59_999, false)).toBe(1);
  expect(await ask(60_000, false)).toBe(2);
  expect(await ask(60_001, true)).toBe(3);
  expect(await ask(60_002, false)).toBe(3);
});
