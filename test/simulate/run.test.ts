import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/simulate/outcome.js';
import { aStorage } from '../support/farm.js';
import {
  DAY, DURATIONS, FINISHED, GiB, MINUTE, minutes, outcomeAt, PC1_OUTPUT, type Places, stage, UNSEALED,
} from '../support/simulated-farm.js'; // prettier-ignore

/** One path for everything, so that nothing moves. */
const STORES = [aStorage({ store: true })];
const ALONE: Places = { w: { worker: { storage: STORES, limits: new Map([['PC1', 1]]) } } };

function inMinutes({ simulated }: Outcome): number {
  return simulated / MINUTE;
}

describe('one sector', () => {
  it('takes as long as its parts', () => {
    // 10 + 240 + 30 + 75 + 1 + 20 + 2
    const outcome = outcomeAt(ALONE, { sectors: 1 });
    expect(inMinutes(outcome)).toBe(378);
    expect(outcome).toMatchObject({ finished: 1, inWork: 0, since: 0, finishedSince: 1, stuck: [] });
    // 1440 / 378
    expect(outcome.sectorsPerDay).toBeCloseTo(3.8095, 4);
    expect(outcome.transfers).toEqual([]);
  });

  it('moves from path to path of its worker in no time', () => {
    const storage = [aStorage({ path: '/a' }), aStorage({ path: '/b', seal: false, store: true })];
    const outcome = outcomeAt({ w: { worker: { storage } } }, { sectors: 1 });
    expect(inMinutes(outcome)).toBe(378);
    expect(outcome.transfers).toEqual([]);
  });

  it('moves to the miner where no worker stores', () => {
    const outcome = outcomeAt({ w: {} }, { sectors: 1 });
    // A byte takes a millionth of a millisecond.
    expect(outcome.simulated).toBeCloseTo(378 * MINUTE + FINISHED / 1e6, 3);
    expect(outcome.transfers).toEqual([
      { from: 'w', to: 'lotus-miner', cargo: 'finished', sectors: 1, bytes: FINISHED },
    ]);
    expect(outcome.bytesBetweenMachines).toBe(FINISHED);
  });

  it('moves for every stage where each has its own worker', () => {
    const places: Places = {
      ap: { worker: { tasks: ['AP'] } },
      pc1: { worker: { tasks: ['PC1'] } },
      pc2: { worker: { tasks: ['PC2'] } },
      c2: { worker: { tasks: ['C2'], storage: [] } },
      store: { worker: { tasks: [], storage: [aStorage({ seal: false, store: true })] } },
    };
    const outcome = outcomeAt(places, { sectors: 1 });
    expect(outcome.transfers).toEqual([
      { from: 'pc1', to: 'pc2', cargo: 'pc1-output', sectors: 1, bytes: PC1_OUTPUT },
      { from: 'pc2', to: 'store', cargo: 'finished', sectors: 1, bytes: FINISHED },
      { from: 'ap', to: 'pc1', cargo: 'unsealed', sectors: 1, bytes: UNSEALED },
    ]);
    expect(outcome.simulated).toBeCloseTo(378 * MINUTE + (UNSEALED + PC1_OUTPUT + FINISHED) / 1e6, 3);
  });

  it('is fetched in the time that is said', () => {
    const places: Places = {
      ap: { worker: { tasks: ['AP'] } },
      w: { worker: { tasks: ['PC1', 'PC2', 'C2'] } },
    };
    const durations = { ...DURATIONS, GET: 5 * MINUTE };
    // Once for PC1, once to the miner
    expect(inMinutes(outcomeAt(places, { sectors: 1, durations }))).toBe(388);
  });

  it('counts what moves on one machine, but not as between machines', () => {
    const workers = [
      { name: 'a', tasks: ['PC1', 'PC2', 'C2'], storage: STORES },
      { name: 'b', tasks: ['AP'], storage: [aStorage({ path: '/b' })] },
    ] as const;
    const outcome = outcomeAt({ host: { workers } }, { sectors: 1 });
    expect(outcome.transfers.map(({ from, to }) => `${from}→${to}`)).toEqual(['b→a']);
    expect(outcome.bytesBetweenMachines).toBe(0);
  });
});

describe('sectors that are to be begun', () => {
  it('are kept ready before PC1, twice as many as it takes at once', () => {
    const outcome = outcomeAt(ALONE, { sectors: 50, horizon: DAY });
    // 2 and not all of them at once; a third is begun as soon as one is in PC1.
    expect(stage(outcome, 'AP').queue.peak).toBe(2);
    expect(outcome.finished + outcome.inWork).toBeLessThan(10);
  });

  it('leave room for PC1 on a small disk', () => {
    // One PC1 of 16.1 sectors of 32 GiB fits, and one unsealed sector beside it.
    const worker = { storage: STORES, limits: new Map([['PC1', 4]] as const) };
    const outcome = outcomeAt({ w: { worker, hardware: { disk: 700 * GiB } } }, { sectors: 3 });
    expect(outcome).toMatchObject({ finished: 3, stuck: [] });
  });

  it('are not more than memory holds', () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, nth) => [`w${nth}`, { hardware: { cpus: 1000 } }]),
    );
    const outcome = outcomeAt(many, { mostEvents: 10 }, { sectorSize: '2KiB' });
    expect(outcome.cutShort).toBe(true);
    // And those that have come to PC1 in these events.
    expect(outcome.inWork).toBeGreaterThanOrEqual(50_000);
    expect(outcome.inWork).toBeLessThan(50_011);
  });
});

describe('two sectors', () => {
  it('one after the other through PC1', () => {
    const outcome = outcomeAt(ALONE, { sectors: 2 });
    // The second one waits for 240 minutes.
    expect(inMinutes(outcome)).toBe(378 + 240);
    expect(stage(outcome, 'PC1')).toMatchObject({ capacity: 1, queue: { peak: 1, end: 0 } });
    expect(stage(outcome, 'PC1').queue.mean).toBeCloseTo(240 / 618, 12);
    expect(stage(outcome, 'PC1').running).toBeCloseTo(480 / 618, 12);
    expect(stage(outcome, 'PC1').short.get('max-concurrent')).toBeCloseTo(480 / 618, 12);
    // Both at the same time, and both waited for no time
    expect(stage(outcome, 'AP').running).toBeCloseTo(20 / 618, 12);
    expect(stage(outcome, 'AP').queue).toEqual({ mean: 0, peak: 2, end: 0 });
  });

  /**
   *   PC1  10–110 and 110–210   PC2  110–140 and 210–240   C1  215 and 315 for 1
   *   C2   216: the GPU is at the second PC2 until 240, so 240–280, and 316–356   FIN  280 and 356 for 2
   */
  const shared = (): Outcome => {
    const durations = minutes({ AP: 10, PC1: 100, PC2: 30, WaitSeed: 75, C1: 1, C2: 40, FIN: 2 });
    return outcomeAt(ALONE, { sectors: 2, durations });
  };

  it('share one GPU between PC2 and C2', () => {
    const outcome = shared();
    expect(inMinutes(outcome)).toBe(358);
    expect(stage(outcome, 'C2').queue.mean).toBeCloseTo(24 / 358, 12);
    expect(stage(outcome, 'PC2').queue.mean).toBe(0);
    for (const task of ['PC2', 'C2'] as const) {
      expect([...stage(outcome, task).short.keys()]).toEqual(['gpus']);
      expect(stage(outcome, task).short.get('gpus')).toBeCloseTo((30 + 30 + 40 + 40) / 358, 12);
    }
  });

  it('use the machine as long as their tasks run', () => {
    const [worker] = shared().workers;
    expect(Object.fromEntries(worker?.running ?? [])).toEqual({
      AP: 20 / 358,
      PC1: 200 / 358,
      PC2: 60 / 358,
      C1: 2 / 358,
      C2: 80 / 358,
      FIN: 4 / 358,
    });
    // Of 512 GiB: 4 for AP, 56 for PC1, 15 for PC2, 1 for C1, 30 for C2
    expect(worker?.use.memory).toBeCloseTo((20 * 4 + 200 * 56 + 60 * 15 + 2 + 80 * 30) / 358 / 512, 12);
    // Of 64 threads: 1 for AP and PC1, 6 for PC2 and C2
    expect(worker?.use.threads).toBeCloseTo((20 + 200 + 6 * 60 + 6 * 80) / 358 / 64, 12);
    expect(worker?.use.gpus).toBeCloseTo((60 + 80) / 358, 12);
  });

  it('fill a stage by the part that their workers have in it', () => {
    const worker = { storage: STORES };
    const places: Places = {
      a: { worker: { ...worker, limits: new Map([['PC1', 1]]) } },
      b: { worker: { ...worker, limits: new Map([['PC1', 3]]) } },
    };
    const found = stage(outcomeAt(places, { sectors: 1 }), 'PC1');
    expect(found.capacity).toBe(4);
    // One of four for 240 of 378 minutes
    expect(found.short.get('max-concurrent')).toBeCloseTo(240 / 378 / 4, 12);
  });

  it('may be as many as they like where a task takes nothing', () => {
    const outcome = outcomeAt(ALONE, { sectors: 1 });
    expect(stage(outcome, 'FIN')).not.toHaveProperty('capacity');
    // One GPU
    expect(stage(outcome, 'C2').capacity).toBe(1);
  });

  it('say nothing of GPUs that are not there', () => {
    const outcome = outcomeAt({ w: { ...ALONE['w'], hardware: { gpus: 0 } } }, { sectors: 1 });
    expect(outcome.workers[0]?.use).not.toHaveProperty('gpus');
    expect(inMinutes(outcome)).toBe(378);
  });
});

describe('a run', () => {
  it('has so many sectors in work and no more', () => {
    const outcome = outcomeAt(ALONE, { sectors: 3, maxSealing: 1 });
    expect(inMinutes(outcome)).toBe(3 * 378);
    expect(stage(outcome, 'AP').queue.peak).toBe(1);
    // Two at once: the third begins when the first is done, at 378, and waits for PC1 until 490.
    expect(inMinutes(outcomeAt(ALONE, { sectors: 3, maxSealing: 2 }))).toBe(490 + 240 + 128);
  });

  it('ends at its horizon, with the rest in work', () => {
    // The first is finished at 378, the second at 618.
    const outcome = outcomeAt(ALONE, { sectors: 2, horizon: 617 * MINUTE });
    expect(outcome).toMatchObject({ finished: 1, inWork: 1, stuck: [] });
    expect(inMinutes(outcome)).toBe(617);
    expect(outcomeAt(ALONE, { sectors: 2, horizon: 618 * MINUTE }).finished).toBe(2);
  });

  it('of no sectors is no time', () => {
    const outcome = outcomeAt(ALONE, { sectors: 0 });
    expect(outcome).toMatchObject({ simulated: 0, finished: 0, inWork: 0, sectorsPerDay: 0 });
    expect(stage(outcome, 'PC1').running).toBe(0);
  });

  it('is the same for one seed and another for another', () => {
    const varied = { sectors: 5, jitter: 0.1 };
    const outcome = outcomeAt(ALONE, { ...varied, seed: 7 });
    expect(outcomeAt(ALONE, { ...varied, seed: 7 })).toEqual(outcome);
    expect(outcomeAt(ALONE, { ...varied, seed: 8 }).simulated).not.toBe(outcome.simulated);
  });

  it('varies by the part that is said, and no more', () => {
    const lengths = Array.from({ length: 50 }, (_, seed) =>
      inMinutes(outcomeAt(ALONE, { sectors: 1, jitter: 0.1, seed })),
    );
    expect(Math.min(...lengths)).toBeGreaterThan(378 * 0.9);
    expect(Math.max(...lengths)).toBeLessThan(378 * 1.1);
    expect(Math.min(...lengths)).toBeLessThan(378);
    expect(Math.max(...lengths)).toBeGreaterThan(378);
  });

  it('tries again what found no room, and keeps none of it meanwhile', () => {
    // Room for 18.1 sectors. Both are fetched for PC1 before either runs: 1 + 15.1 for the first leaves the second 1
    // besides its unsealed file, enough for the sealed file alone. FIN leaves 1.1 of the first: 16 are free then.
    const places: Places = {
      ap: { worker: { tasks: ['AP'] } },
      w: { worker: { tasks: ['PC1', 'PC2', 'C2'] }, hardware: { disk: Math.floor(18.1 * 32 * GiB) } },
    };
    const outcome = outcomeAt(places, { sectors: 2 });
    expect(outcome.finished).toBe(2);
    expect(stage(outcome, 'PC1')).toMatchObject({ failures: 1, queue: { end: 0 } });
    // All of the first one but its way to the miner, and the second from PC1 on.
    const [first, second] = [378 * MINUTE + UNSEALED / 1e6, 368 * MINUTE + FINISHED / 1e6];
    expect(outcome.simulated).toBeCloseTo(first + second, 3);
  });
});

describe('a farm that is kept fed', () => {
  it('is counted from half the time on', () => {
    const outcome = outcomeAt(ALONE, { horizon: 10 * DAY });
    expect(outcome.since).toBe(5 * DAY);
    expect(outcome.simulated).toBe(10 * DAY);
    // One every 240 minutes, the first at 378: floor((14400 – 378) / 240) + 1, floor((7200 – 378) / 240) + 1
    expect(outcome.finished).toBe(59);
    expect(outcome.finishedSince).toBe(59 - 29);
    expect(outcome.sectorsPerDay).toBe(6);
    expect(stage(outcome, 'PC1').running).toBe(1);
    // 30 and 20 of 240 minutes
    expect(stage(outcome, 'PC2').running).toBeCloseTo(0.125, 12);
    expect(stage(outcome, 'C2').running).toBeCloseTo(1 / 12, 12);
  });

  it('counts right what happened for the first time in the second half', () => {
    // 12 h: PC2 runs from 250 to 280 and from 490 to 520, C2 from 356 to 376 and 596 to 616.
    const outcome = outcomeAt(ALONE, { horizon: 720 * MINUTE });
    expect(stage(outcome, 'PC2').running).toBeCloseTo(30 / 360, 12);
    // 16 of the first one, all of the second
    expect(stage(outcome, 'C2').running).toBeCloseTo((16 + 20) / 360, 12);
    const late = outcomeAt(ALONE, { horizon: 660 * MINUTE });
    // All of C1 and C2 comes after 330.
    expect(stage(late, 'C1').running).toBeCloseTo(2 / 330, 12);
    expect(stage(late, 'C2').running).toBeCloseTo(40 / 330, 12);
    expect(stage(late, 'C2').short.get('gpus')).toBeCloseTo((40 + 30) / 330, 12);
  });
});
