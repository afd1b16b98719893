import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/simulate/event-queue.js';

function drain<T>(queue: EventQueue<T>): readonly { readonly at: number; readonly event: T }[] {
  const found: { readonly at: number; readonly event: T }[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    found.push({ at: next.at, event: next.event });
  }
  return found;
}

describe('what shall happen', () => {
  it('comes by time, and at one time in the order of being promised', () => {
    const queue = new EventQueue<string>();
    queue.add(5, 'a');
    queue.add(1, 'b');
    queue.add(5, 'c');
    queue.add(0, 'd');
    expect(queue.nextAt()).toBe(0);
    expect(queue.size).toBe(4);
    expect(drain(queue).map(({ event }) => event)).toEqual(['d', 'b', 'a', 'c']);
    expect(queue.nextAt()).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it('is always the first of what is there, whatever comes and goes', () => {
    // A time: something is promised for it. None: the next is taken.
    const steps = fc.array(fc.option(fc.nat({ max: 20 })), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (times) => {
        const queue = new EventQueue<number>();
        let expected: { readonly at: number; readonly event: number }[] = [];
        for (const [event, at] of times.entries()) {
          if (at !== null) {
            queue.add(at, event);
            // A stable sort: the order of adding is kept.
            expected = [...expected, { at, event }].sort((a, b) => a.at - b.at);
          } else {
            const [first, ...others] = expected;
            const taken = queue.take();
            expect(taken?.at).toBe(first?.at);
            expect(taken?.event).toBe(first?.event);
            expected = others;
          }
          expect(queue.size).toBe(expected.length);
          expect(queue.nextAt()).toBe(expected[0]?.at);
        }
        expect(drain(queue)).toEqual(expected);
      }),
    );
  });
});
