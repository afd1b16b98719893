import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Places } from '../../src/simulate/places.js';

const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(1, 2, 4)), { maxLength: 5 });

function lie(from: Places, all: readonly (readonly [string, number])[]): Places {
  return all.reduce((places, [id, type]) => places.with(id, type), from);
}

describe('where files lie', () => {
  it('is the same for all sectors whose files lie alike', () => {
    const nowhere = new Places();
    const one = nowhere.with('a', 2).with('a', 4);
    expect(nowhere.with('a', 2).with('a', 4)).toBe(one);
    expect(nowhere.with('a', 2).with('b', 4)).not.toBe(one);
    expect(nowhere.with('a', 1)).not.toBe(nowhere.with('a', 2));
  });

  it('is what each path holds together, and never changes', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const places = lie(new Places(), before);
        const held = new Map(places.holders);
        lie(places, after);
        expect(places.holders).toEqual(held);
        const expected = new Map<string, number>();
        for (const [id, type] of before) expected.set(id, (expected.get(id) ?? 0) | type);
        expect(places.holders).toEqual(expected);
      }),
    );
  });
});
