import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeByTime } from '../../src/log/merge.js';

const logs = fc
  .array(fc.array(fc.option(fc.nat(20), { nil: undefined })))
  .map((times) =>
    times.map((log, worker) =>
      log.map((time, index) => ({ worker, index, ...(time === undefined ? {} : { time }) })),
    ),
  );

it('keeps every line and the order of each log', () => {
  fc.assert(
    fc.property(logs, (given) => {
      const merged = mergeByTime(given);
      expect(merged).toHaveLength(given.flat().length);
      for (const [worker, log] of given.entries())
        expect(merged.filter((line) => line.worker === worker)).toEqual(log);
    }),
  );
});

it('is in the order of time where the logs are', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(50))), (times) => {
      const ordered = times.map((log) => log.sort((a, b) => a - b).map((time) => ({ time })));
      const merged = mergeByTime(ordered).map(({ time }) => time);
      expect(merged).toEqual(times.flat().sort((a, b) => a - b));
    }),
  );
});

it('leaves a stack trace with its line', () => {
  const merged = mergeByTime([
    [{ text: 'a', time: 1 }, { text: 'a, on' }, { text: 'c', time: 3 }],
    [{ text: 'b', time: 2 }, { text: 'b, on' }],
  ]);
  expect(merged.map(({ text }) => text)).toEqual(['a', 'a, on', 'b', 'b, on', 'c']);
});
