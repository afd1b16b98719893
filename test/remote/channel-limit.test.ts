import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChannelLimit } from '../../src/remote/channel-limit.js';

const PATIENCE = 1000;

let limit: ChannelLimit;
let releases: Map<string, () => void>;
let outcomes: string[];

beforeEach(() => {
  vi.useFakeTimers();
  limit = new ChannelLimit(1, PATIENCE);
  releases = new Map();
  outcomes = [];
});

afterEach(() => {
  vi.useRealTimers();
});

/** Wants a channel under this name. */
function want(name: string): void {
  const open = (release: () => void): Promise<string> => {
    releases.set(name, release);
    return Promise.resolve(`${name} opened`);
  };
  void limit.hold(open, (why) => `${name}: ${why}`).then((outcome) => outcomes.push(outcome));
}

function release(name: string): void {
  releases.get(name)?.();
}

it('gives up who waits while none becomes free, and opens nothing for it afterwards', async () => {
  want('first');
  want('second');
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(outcomes).toEqual(['first opened', 'second: none of its 1 channels has become free for 1 s']);
  release('first');
  want('third');
  await vi.advanceTimersByTimeAsync(0);
  expect(outcomes.at(-1)).toBe('third opened');
  expect([...releases.keys()]).toEqual(['first', 'third']);
});

it('lets wait as long as it takes while others become free', async () => {
  for (const name of ['first', 'second', 'third']) want(name);
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  release('first');
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  release('second');
  await vi.advanceTimersByTimeAsync(0);
  expect(outcomes).toEqual(['first opened', 'second opened', 'third opened']);
});

it('counts no time for what has its channel', async () => {
  want('first');
  await vi.advanceTimersByTimeAsync(10 * PATIENCE);
  expect(outcomes).toEqual(['first opened']);
  expect(vi.getTimerCount()).toBe(0);
});
