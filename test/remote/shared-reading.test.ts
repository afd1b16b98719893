import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SharedReading } from '../../src/remote/shared-reading.js';

let reads: string[];
let files: SharedReading<number>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  reads = [];
  files = new SharedReading((path) => Promise.resolve(reads.push(path)));
});

afterEach(() => vi.useRealTimers());

test('those who ask together share one reading of each file', async () => {
  expect(await Promise.all([files.of('a'), files.of('b'), files.of('a')])).toEqual([1, 2, 1]);
  expect(reads).toEqual(['a', 'b']);
});

test('who asks later hears what has changed', async () => {
  await files.of('a');
  vi.advanceTimersByTime(999);
  expect(await files.of('a')).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await files.of('a')).toBe(2);
});

test('what is forgotten is read again', async () => {
  await files.of('a');
  files.forget('b');
  expect(await files.of('a')).toBe(1);
  files.forget('a');
  expect(await files.of('a')).toBe(2);
});
