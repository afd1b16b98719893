import { describe, expect, it } from 'vitest';
import { workerCapacity } from '../../src/capacity/worker-capacity.js';
import { LIMITABLE_TASKS } from '../../src/lotus/sector-size.js';
import { aFarm, aStorage, aWorker } from '../support/farm.js';
import { MACHINES } from './golden/machines.js';
import type { Shape } from './golden/shape.js';
import { SIZES } from './golden/sizes.js';
import { WORKERS } from './golden/workers.js';
import { aloneWords } from './in-words.js';

const GiB = 2 ** 30;

/** Every task of Lotus's table is declared, and a path takes all files. */
function found({ size, cpus, memory, swap = 0, gpus = 0, worker = {} }: Shape): object {
  const declared = aWorker({ tasks: LIMITABLE_TASKS, storage: [aStorage({ store: true })], ...worker });
  const hardware = { cpus, memory: memory * GiB, swap: swap * GiB, gpus };
  return aloneWords(workerCapacity(aFarm({ sectorSize: size }), declared, hardware));
}

/** `AP DC 64 threads` says it of both; numbers are written in JavaScript's way. */
function expected(lines: readonly string[]): object {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, codes = '', rest = ''] = /^((?:[A-Z]\w* )+)(.*)$/.exec(line) ?? [];
      const words = rest.replaceAll(/[\d.]+/g, (number) => String(Number(number)));
      return codes
        .trim()
        .split(' ')
        .map((code): [string, string] => [code, words]);
    }),
  );
}

const SHAPES = [...MACHINES, ...WORKERS, ...SIZES];

describe('alone, a worker runs', () => {
  it.each(SHAPES)('$shape', (shape) => {
    expect(found(shape)).toEqual(expected(shape.expected));
  });

  it('is told of every task of the table on each of them', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(30);
    for (const { expected: lines } of SHAPES) {
      expect(Object.keys(expected(lines)).sort()).toEqual([...LIMITABLE_TASKS].sort());
    }
  });
});
