import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endOnInterrupt, interruptSignal } from '../../src/cli/interrupt.js';

let exits: unknown[];
let dispose: () => void;

beforeEach(() => {
  exits = [];
  vi.spyOn(process, 'exit').mockImplementation(((code: unknown) => {
    exits.push(code);
  }) as typeof process.exit);
});

afterEach(() => {
  dispose();
  vi.restoreAllMocks();
});

it('goes on to a good end however often the terminal goes away', () => {
  const asked = vi.fn();
  const interrupt = interruptSignal(asked);
  dispose = interrupt.dispose;
  for (let times = 0; times < 3; times += 1) process.emit('SIGHUP', 'SIGHUP');
  expect(interrupt.signal.aborted).toBe(true);
  expect(asked).toHaveBeenCalledOnce();
  expect(exits).toEqual([]);
  process.emit('SIGINT');
  expect(exits).toEqual([130]);
});

describe.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('%s', (name) => {
  it('ends at once what only looks', () => {
    dispose = endOnInterrupt();
    process.emit(name);
    expect(exits).toEqual([130]);
  });

  it('asks what changes hosts to come to an end, and ends it when it comes again', () => {
    const asked = vi.fn();
    const interrupt = interruptSignal(asked);
    dispose = interrupt.dispose;
    process.emit(name);
    expect(interrupt.signal.aborted).toBe(true);
    expect(asked).toHaveBeenCalledOnce();
    expect(exits).toEqual([]);
    process.emit(name);
    expect(exits).toEqual([130]);
  });

  it.each([endOnInterrupt, (): (() => void) => interruptSignal(() => undefined).dispose])(
    'is left to others afterwards',
    (listen) => {
      const before = process.listenerCount(name);
      dispose = listen();
      expect(process.listenerCount(name)).toBe(before + 1);
      dispose();
      expect(process.listenerCount(name)).toBe(before);
    },
  );
});
