import { describe, expect, it } from 'vitest';
import { codes, found, LARGE, messages, oneHost } from './one-host.js';

const swap = (size: number): string => `cpus: 64, memory: 512GiB, swap: ${size}GiB`;
const C2 = (gpu: number): string => `tasks: [C2], gpus: [${gpu}], tmpDir: /tmp/${gpu}`;
const PC1 = (limit: number): string => `tasks: [AP, PC1], limits: { PC1: ${limit} }`;

describe('SF257: memory given away twice', () => {
  it.each<[hardware: string | undefined, workers: string[], ...said: string[]]>([
    // 5 · 56 + 5 · 56 = 560
    [swap(128), [PC1(5), PC1(5)], 'SF257 10 workers'],
    // 5 · 56 + 4 · 56 = 504, and 9 · 64 = 576
    [swap(128), [PC1(5), PC1(4)]],
    [swap(64), [PC1(5), PC1(4)], 'SF257 10 workers'],
    // 8 · 64 + 2 · 10 MiB
    [LARGE, [PC1(4), PC1(4)], 'SF257 10 workers'],
    [swap(1), [PC1(4), PC1(4)]],
    [undefined, [PC1(5), PC1(5)]],
    // One worker knows what it has itself.
    [LARGE, [PC1(7)]],
    // 7 · 64 + 150 + 32 = 630: C2 and PR2 wait for the one GPU.
    [`${swap(119)}, gpus: 1`, [PC1(7), 'tasks: [C2, PR2]']],
    [`${swap(118)}, gpus: 1`, [PC1(7), 'tasks: [C2, PR2]'], 'SF257 10 workers'],
    // 7 · 56 + 2 · 30 + 32 = 484, and 7 · 64 + 2 · 150 + 32 = 780
    [`${swap(512)}, gpus: 2`, [PC1(7), 'tasks: [C2]']],
    // 7 · 56 + 3 · 30 + 32 = 514
    [`${swap(512)}, gpus: 3`, [PC1(7), 'tasks: [C2]'], 'SF257 10 workers'],
    // Each alone fits, 150 + 32 = 182, but not both.
    ['cpus: 64, memory: 256GiB, gpus: 2', [C2(0), C2(1)], 'SF257 10 workers'],
    ['cpus: 64, memory: 364GiB, gpus: 2', [C2(0), C2(1)]],
    // AP without a limit would fill the machine by itself.
    [LARGE, [PC1(4), PC1(3)]],
  ])('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });

  it('states both numbers, and what each worker may take', () => {
    // PC1 ends at 64 n + 10 MiB <= 512 GiB, n = 7: 7 · 56 = 392, and what they share. Beside 2 · 56 a C2 fits:
    // 2 · 64 + 182 = 310 <= 512.
    const text = oneHost(
      LARGE,
      'tasks: [PC1], limits: { PC1: 7 }',
      'tasks: [PC1, C2], limits: { PC1: 2, C2: 1 }',
    );
    expect(found(text)).toMatchObject([
      {
        code: 'SF257',
        severity: 'warning',
        // 392 + 2 · 56 + 30 + 32 = 566, and twice 10 MiB
        message: 'Lotus may give the workers of h1 tasks for 566.1 GiB of RAM in all, and it has 512 GiB',
        help: 'Lower their limits until they fit together; as it is, w1 up to 392.1 GiB and w2 up to 174.1 GiB.',
      },
    ]);
  });

  it('says so where it is RAM and swap that do not last', () => {
    const text = oneHost('cpus: 64, memory: 256GiB, swap: 64GiB, gpus: 2', C2(0), C2(1));
    expect(found(text)).toMatchObject([
      {
        message:
          'Lotus may give the workers of h1 tasks for 364 GiB of RAM + swap in all, and it has 320 GiB',
        help: 'Lower their limits until they fit together; as it is, w1 up to 182 GiB and w2 up to 182 GiB.',
      },
    ]);
  });

  it('counts tasks that hardly take anything no more than a thousand times', () => {
    const tiny =
      'tasks: [RU], resources: { RU: { minMemory: 1, maxMemory: 1, baseMinMemory: 0, maxParallelism: 0, maxParallelismGpu: 0, gpuUtilization: 0 } }';
    expect(messages('SF257', oneHost('cpus: 64, memory: 1001', tiny, tiny))).toEqual([
      'Lotus may give the workers of h1 tasks for 2 KiB of RAM in all, and it has 1001 bytes',
    ]);
  });
});

describe('SF270: a task that counts for less memory than Lotus gives it', () => {
  it.each<[resources: string, ...said: string[]]>([
    ['PC1: { minMemory: 55GiB }', 'SF270 11 55GiB'],
    ['PC1: { maxMemory: 63GiB }', 'SF270 11 63GiB'],
    ['PC1: { minMemory: 1, maxMemory: 2 }', 'SF270 11 1', 'SF270 11 2'],
    ['PC1: { minMemory: 56GiB, maxMemory: 64GiB, maxParallelism: 2 }'],
    ['PC1: { minMemory: 60GiB }'],
    // The worker does no C2, but C1 always.
    ['C2: { minMemory: 1GiB }'],
    ['C1: { minMemory: 1023MiB }', 'SF270 11 1023MiB'],
  ])('%s', (resources, ...said) => {
    expect(codes(oneHost(undefined, `${PC1(1)}, resources: { ${resources} }`))).toEqual(said);
  });

  it('states both numbers', () => {
    const text = oneHost(undefined, `${PC1(1)}, resources: { PC1: { minMemory: 40.06GiB } }`);
    expect(messages('SF270', text)).toEqual([
      "PC1 counts for 40 GiB of minMemory on w1, and Lotus's own table has 56 GiB",
    ]);
  });
});
