import { expect, it } from 'vitest';
import { asResolved } from '../../src/drain/resolved.js';
import { drainSnapshot } from '../../src/drain/snapshot.js';
import { drainStep } from '../../src/drain/step.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { changeMiner, idOf, inPlace } from '../support/observation.js';

const worker = (number: number, group: string) =>
  aWorker({
    name: `worker-${number}`,
    tasks: ['PC1', 'PC2'],
    storage: [aStorage({ path: `/mnt/${number}`, groups: [group], allowTo: [group] })],
  });
const FARM = aFarm({
  hosts: [1, 2].map((number) =>
    aHost({ name: `host-${number}`, workers: [worker(number, number === 1 ? 'red' : 'blue')] }),
  ),
});
const HELD = [{ Miner: 1000, Number: 7, SectorFileType: 6 }];
const SEEN = changeMiner(inPlace(FARM), { sectors: new Map([[idOf('host-1', '/mnt/1'), HELD]]) });

function verdict(groups: readonly string[], workers: readonly string[] = ['worker-1']): string {
  const seen = asResolved(SEEN, new Set(workers), groups);
  if (!seen.miner.reached) throw new Error('no miner');
  const states = new Map([['s-t01000-7', { state: 'PreCommit2' }]]);
  const drained = { host: 'host-1', worker: 'worker-1' };
  return drainStep(drainSnapshot(drained, seen, seen.miner, states), 'empty', ['PC1']).verdict;
}

it.each([
  ['no group', [], 'never'],
  ['a group that has nobody', ['green'], 'never'],
  ['the group of another worker', ['blue'], 'working'],
] as const)('with %s', (_, groups, expected) => {
  expect(verdict(groups)).toBe(expected);
});

it('changes the paths of the drained workers alone', () => {
  expect(verdict(['blue'], ['worker-2'])).toBe('never');
});

it('leaves a path as it is that all may take from', () => {
  const storage = [...SEEN.miner.storage].map(
    ([id, indexed]) => [id, { ...indexed, info: { ...indexed.info, AllowTo: null } }] as const,
  );
  const open = changeMiner(SEEN, { storage: new Map(storage) });
  expect(asResolved(open, new Set(['worker-1']), ['blue'])).toEqual(open);
});
