import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PipelineTask } from '../../src/lotus/selector.js';
import { RequestClass, Waiting } from '../../src/scheduler/waiting.js';
import { request, sectorId, TestIndex } from '../support/scheduler-farm.js';

function numbersOf(one: RequestClass): readonly number[] {
  return [...one].map(({ sector }) => sector.Number);
}

describe('a class of requests', () => {
  it('has the lowest sector first, whatever the order of coming', () => {
    const one = new RequestClass('PC1', 1000, []);
    for (const number of [5, 1, 9, 3]) one.add(request('PC1', number));
    expect(numbersOf(one)).toEqual([1, 3, 5, 9]);
    expect(one.next?.id).toBe('PC1 1');
  });

  it('keeps the order of coming of one sector', () => {
    const one = new RequestClass('PC1', 1000, []);
    for (const id of ['first', 'second']) one.add({ id, task: 'PC1', sector: sectorId(4) });
    one.add(request('PC1', 3));
    expect([...one].map(({ id }) => id)).toEqual(['PC1 3', 'first', 'second']);
  });

  it('takes in a lower one after others were taken', () => {
    const one = new RequestClass('PC1', 1000, []);
    for (const number of [2, 4, 6, 8, 10]) one.add(request('PC1', number));
    one.takeNext();
    one.takeNext();
    one.add(request('PC1', 1));
    one.add(request('PC1', 7));
    expect(numbersOf(one)).toEqual([1, 6, 7, 8, 10]);
    one.takeNext();
    one.takeNext();
    expect(numbersOf(one)).toEqual([7, 8, 10]);
  });

  it('is a sorted list in every way', () => {
    // A number comes; none: the next is taken.
    const steps = fc.array(fc.option(fc.nat({ max: 30 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (numbers) => {
        const one = new RequestClass('PC1', 1000, []);
        let expected: number[] = [];
        for (const number of numbers) {
          if (number !== null) {
            one.add(request('PC1', number));
            expected = [...expected, number].sort((a, b) => a - b);
          } else if (expected.length > 0) {
            one.takeNext();
            expected = expected.slice(1);
          }
          expect(numbersOf(one)).toEqual(expected);
          expect(one.next?.sector.Number).toBe(expected[0]);
          expect(one.isEmpty).toBe(expected.length === 0);
        }
      }),
    );
  });
});

/** Sectors 1 and 2 lie on p, 3 on p with its unsealed file, 4 on q. */
function index(): TestIndex {
  const found = new TestIndex();
  found.hold(1, 'p', 6);
  found.hold(2, 'p', 6);
  found.hold(3, 'p', 7);
  found.hold(4, 'q', 6);
  return found;
}

function waitingFor(task: PipelineTask, ...numbers: readonly number[]): Waiting {
  const waiting = new Waiting();
  for (const number of numbers) waiting.add(request(task, number), index());
  return waiting;
}

function classesOf(waiting: Waiting, task: PipelineTask): readonly (readonly number[])[] {
  return [...waiting.queue(task).filled].map(numbersOf);
}

describe('what waits', () => {
  it.each<[PipelineTask, readonly (readonly number[])[]]>([
    ['PC2', [[1, 2], [3], [4]]],
    ['C1', [[1, 2], [3], [4]]],
    ['FIN', [[1, 2], [3], [4]]],
    ['GET', [[1, 2], [3], [4]]],
    ['AP', [[1, 2, 3, 4]]],
    ['PC1', [[1, 2, 3, 4]]],
    ['C2', [[1, 2, 3, 4]]],
  ])('for %s is sorted by where its files are, if that matters', (task, expected) => {
    expect(classesOf(waitingFor(task, 1, 2, 3, 4), task)).toEqual(expected);
  });

  it('is sorted by miner, too, and not by the order of paths', () => {
    const found = new TestIndex();
    found.hold(1, 'p', 6);
    found.hold(1, 'q', 6);
    found.hold(2, 'q', 6);
    found.hold(2, 'p', 6);
    const waiting = new Waiting();
    for (const number of [1, 2]) waiting.add(request('PC2', number), found);
    waiting.add({ id: 'theirs', task: 'PC2', sector: sectorId(1, 2000) }, found);
    expect(classesOf(waiting, 'PC2')).toEqual([[1, 2], [1]]);
    expect([...waiting.queue('PC2').filled].map(({ holders }) => holders)).toEqual([
      ['p', 'q'],
      ['p', 'q'],
    ]);
  });

  it('is told whole', () => {
    const waiting = waitingFor('PC2', 4, 2, 1);
    waiting.add(request('AP', 9), index());
    expect([...waiting].map(({ id }) => id).sort()).toEqual(['AP 9', 'PC2 1', 'PC2 2', 'PC2 4']);
  });

  it('is no class any more when all of it is taken', () => {
    const waiting = waitingFor('PC2', 1, 4);
    for (const one of waiting.queue('PC2').filled)
      if (one.next?.id === 'PC2 1') waiting.queue('PC2').take(one);
    expect(classesOf(waiting, 'PC2')).toEqual([[4]]);
  });

  it('is fresh until somebody asks, and again once it was empty', () => {
    const waiting = new Waiting();
    expect(waiting.add(request('PC2', 1), index())).toBe(true);
    expect([...waiting.queue('C1').takeFresh()]).toEqual([]);
    const [one, ...others] = waiting.queue('PC2').takeFresh();
    expect(others).toEqual([]);
    expect([...waiting.queue('PC2').takeFresh()]).toEqual([]);

    // Like the one that waits: who may not take that may not take this.
    expect(waiting.add(request('PC2', 2), index())).toBe(false);

    for (let left = 2; one !== undefined && left > 0; left--) waiting.queue('PC2').take(one);
    expect(waiting.add(request('PC2', 2), index())).toBe(true);
    expect([...waiting.queue('PC2').takeFresh()]).toEqual([one]);
  });

  it('is all fresh, and where it is now, when it is sorted anew', () => {
    const waiting = waitingFor('PC2', 1, 2, 4);
    waiting.queue('PC2').takeFresh();
    const later = index();
    later.hold(2, 'p', 0);
    later.hold(2, 'q', 6);
    waiting.refresh(later);
    expect(classesOf(waiting, 'PC2')).toEqual([[1], [2, 4]]);
    expect([...waiting.queue('PC2').takeFresh()].map(numbersOf)).toEqual([[1], [2, 4]]);
  });
});
