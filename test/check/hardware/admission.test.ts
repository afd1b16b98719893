import { describe, expect, it } from 'vitest';
import { codes, found, LARGE, messages, oneHost } from './one-host.js';

/** A worker for 32 GiB sectors on a machine, and all that is said of it. */
type Row = readonly [hardware: string | undefined, worker: string, ...said: string[]];

function check(rows: readonly Row[]): void {
  it.each(rows.map(([hardware, worker, ...said]) => ({ hardware, worker, said })))(
    '$worker on $hardware',
    ({ hardware, worker, said }) => {
      expect(codes(oneHost(hardware, worker))).toEqual(said);
    },
  );
}

describe('SF251: a task that is never given out', () => {
  check([
    // C2 takes 150 + 32 = 182 GiB of RAM and swap
    ['cpus: 64, memory: 181GiB, gpus: 1', 'tasks: [C2]', 'SF251 11 C2'],
    ['cpus: 64, memory: 182GiB, gpus: 1', 'tasks: [C2]'],
    ['cpus: 64, memory: 181GiB, swap: 2GiB, gpus: 1', 'tasks: [C2], noSwap: true', 'SF251 11 C2'],
    ['cpus: 64, memory: 128GiB, gpus: 1', 'tasks: [AP, C2, PR2]', 'SF251 11 C2'],
    [undefined, 'tasks: [C2]'],
    // 60 + 32 = 92 GiB
    [
      'cpus: 64, memory: 128GiB, gpus: 1',
      'tasks: [C2], resources: { C2: { maxMemory: 60GiB } }',
      'SF270 11 60GiB',
    ],
    // Where the list has no CPU that is there, that alone is said.
    [LARGE, 'tasks: [PC1], limits: { PC1: 1 }, cpus: 64-65', 'SF256 11 64-65'],
    [LARGE, 'tasks: [sector-download]'],
  ]);

  it.each([
    // 150 + 32
    [
      'cpus: 64, memory: 128GiB, gpus: 1',
      'tasks: [C2]',
      'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 128 GiB',
      'Give the machine more RAM or swap, or leave the task to a worker that has it.',
    ],
    [
      'cpus: 64, memory: 128GiB, swap: 64GiB, gpus: 1',
      'tasks: [C2], noSwap: true',
      'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 128 GiB with noSwap',
      'Take noSwap out, or leave the task to a worker that has it.',
    ],
    // 128 + 50 < 182
    [
      'cpus: 64, memory: 128GiB, swap: 50GiB, gpus: 1',
      'tasks: [C2], noSwap: true',
      'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 128 GiB with noSwap',
      'Give the machine more RAM, or leave the task to a worker that has it.',
    ],
    // 30 + 32: swap is no help
    [
      'cpus: 64, memory: 32GiB, swap: 512GiB, gpus: 1',
      'tasks: [C2]',
      'C2 needs 62 GiB of RAM before Lotus gives out one, and w1 has 32 GiB',
      'Give the machine more RAM, or leave the task to a worker that has it.',
    ],
    // 56 GiB + 10 MiB: rounded up, so that it does not look as if it fitted
    [
      'cpus: 64, memory: 56GiB, swap: 64GiB',
      'tasks: [PC1], limits: { PC1: 1 }',
      'PC1 needs 56.1 GiB of RAM before Lotus gives out one, and w1 has 56 GiB',
      'Give the machine more RAM, or leave the task to a worker that has it.',
    ],
    // producers + 1
    [
      'cpus: 4, memory: 512GiB',
      'tasks: [PC1], limits: { PC1: 1 }, multicoreSdr: { producers: 7 }',
      'PC1 needs 8 CPUs before Lotus gives out one, and w1 has 4',
      'Give the worker more of them, or leave the task to a worker that has it.',
    ],
    [
      LARGE,
      'tasks: [C2], resources: { C2: { gpuUtilization: 2 } }',
      'C2 needs 2 GPUs before Lotus gives out one, and w1 has 1',
      'Give the worker more of them, or leave the task to a worker that has it.',
    ],
    [
      'cpus: 64, memory: 128GiB, gpus: 1',
      'tasks: [AP, C2, PC2, PR2]',
      'C2 needs 182 GiB of RAM + swap before Lotus gives out one, and w1 has 128 GiB; PR2 cannot run there either',
      'Give the machine more RAM or swap, or leave the task to a worker that has it.',
    ],
  ])('%s: %s', (hardware, worker, message, help) => {
    const said = found(oneHost(hardware, worker)).filter(({ code }) => code === 'SF251');
    expect(said).toMatchObject([{ severity: 'error', message, help }]);
  });

  it('goes by the sector size', () => {
    const text = oneHost('cpus: 64, memory: 200GiB, gpus: 1', 'tasks: [C2]');
    expect(codes(text)).toEqual([]);
    // 190 + 64
    expect(messages('SF251', text.replace('sectorSize: 32GiB', 'sectorSize: 64GiB'))).toEqual([
      'C2 needs 254 GiB of RAM + swap before Lotus gives out one, and w1 has 200 GiB',
    ]);
  });

  it('shows the worker where its profile has the task', () => {
    const text = oneHost('cpus: 64, memory: 128GiB, gpus: 1', 'profile: p');
    expect(codes(text.replace('hosts:', 'profiles: { p: { tasks: [C2] } }\nhosts:'))).toEqual([
      'SF251 12 w1',
    ]);
  });
});

describe('SF252: a limit that is never reached', () => {
  check([
    // 64 n + 10 MiB <= 512 GiB: n = 7
    [LARGE, 'tasks: [PC1], limits: { PC1: 8 }', 'SF252 11 8'],
    [LARGE, 'tasks: [PC1], limits: { PC1: 7 }'],
    [LARGE, 'tasks: [AP], limits: { PC1: 8 }'],
    [undefined, 'tasks: [PC1], limits: { PC1: 800 }'],
    // C1 is always on and takes 1 GiB: 511 + 1 <= 512
    [LARGE, 'tasks: [AP], limits: { C1: 511 }'],
    [LARGE, 'tasks: [AP], limits: { C1: 512 }', 'SF252 11 512'],
    [LARGE, 'tasks: [AP], limits: { GET: 1000000 }'],
    // Never even one: that is SF251.
    ['cpus: 64, memory: 128GiB, gpus: 1', 'tasks: [C2], limits: { C2: 2 }', 'SF251 11 C2'],
  ]);

  it.each([
    // 64 n + 10 MiB <= 512 GiB
    [
      LARGE,
      'tasks: [PC1], limits: { PC1: 10 }',
      'the limit of 10 PC1 on w1 is never reached: 512 GiB of RAM + swap are enough for 7',
    ],
    // 56 n + 10 MiB <= 512 GiB
    [
      'cpus: 64, memory: 512GiB, swap: 128GiB',
      'tasks: [PC1], limits: { PC1: 10 }',
      'the limit of 10 PC1 on w1 is never reached: 512 GiB of RAM are enough for 9',
    ],
    // 4 n <= 24
    [
      'cpus: 24, memory: 1TiB',
      'tasks: [PC1], limits: { PC1: 10 }, multicoreSdr: true',
      'the limit of 10 PC1 on w1 is never reached: 24 CPUs are enough for 6',
    ],
    [
      LARGE,
      'tasks: [PC2], limits: { PC2: 2 }',
      'the limit of 2 PC2 on w1 is never reached: 1 GPU is enough for 1',
    ],
  ])('%s: %s', (hardware, worker, message) => {
    expect(messages('SF252', oneHost(hardware, worker))).toEqual([message]);
  });
});

describe('SF254: PC1 without a limit', () => {
  check([
    [undefined, 'tasks: [AP, PC1]', 'SF254 11 PC1'],
    [undefined, 'tasks: [AP, PC1], limits: { PC1: 4 }'],
    [undefined, 'tasks: [AP, PC2]'],
    // Never even one
    ['cpus: 64, memory: 32GiB', 'tasks: [PC1]', 'SF251 11 PC1'],
  ]);

  it('says how many Lotus gives to it', () => {
    expect(messages('SF254', oneHost(undefined, 'tasks: [PC1]'))).toEqual([
      'PC1 has no limit on w1: Lotus gives it as many as its RAM holds, and up to three times as many to wait there',
    ]);
    // 64 n + 10 MiB <= 512 GiB: 7 run, 7 are prepared, twice 7 are assigned
    expect(messages('SF254', oneHost(LARGE, 'tasks: [PC1]'))).toEqual([
      'PC1 has no limit on w1: Lotus gives it 7 to run at once, and up to 21 more to wait there',
    ]);
  });
});

describe('SF268: a task that fits only with swap', () => {
  check([
    ['cpus: 64, memory: 128GiB, swap: 54GiB, gpus: 1', 'tasks: [AP, C2]', 'SF268 11 C2'],
    ['cpus: 64, memory: 182GiB, swap: 54GiB, gpus: 1', 'tasks: [AP, C2]'],
    ['cpus: 64, memory: 60GiB, swap: 54GiB', 'tasks: [AP]'],
  ]);

  it('is a note that names all such tasks', () => {
    const text = oneHost('cpus: 64, memory: 128GiB, swap: 64GiB, gpus: 1', 'tasks: [PC2, C2, PR2]');
    expect(found(text)).toMatchObject([
      {
        severity: 'note',
        message: 'w1 has room for C2 and PR2 only with its swap: it may take 182 GiB, and the RAM is 128 GiB',
      },
    ]);
  });
});
