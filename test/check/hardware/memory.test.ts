import { describe, expect, it } from 'vitest';
import { codes, found, LARGE, messages, oneHost } from './one-host.js';

const PC1 = (limit: number): string => `tasks: [AP, PC1], limits: { PC1: ${limit} }`;

describe('SF257: memory given away twice', () => {
  it.each<[hardware: string | undefined, workers: string[], ...said: string[]]>([
    // 5 · 56 + 5 · 56 = 560
    [LARGE, [PC1(5), PC1(5)], 'SF257 10 workers'],
    // 5 · 56 + 4 · 56 = 504
    [LARGE, [PC1(5), PC1(4)]],
    [undefined, [PC1(5), PC1(5)]],
    // One worker knows what it has itself.
    [LARGE, [PC1(7)]],
    // 7 · 56 + 30 = 422: C2 and PR2 wait for the one GPU.
    [LARGE, [PC1(7), 'tasks: [C2, PR2]']],
    // 7 · 56 + 4 · 30 = 512, but the fourth C2 goes beyond its 182 GiB of RAM and swap
    ['cpus: 64, memory: 512GiB, gpus: 4', [PC1(7), 'tasks: [C2]']],
    // AP without a limit would fill the machine by itself.
    [LARGE, [PC1(4), PC1(4)]],
  ])('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });

  it('states both numbers, and what each worker may take', () => {
    // PC1 ends at 64 n + 10 MiB <= 512 GiB, n = 7: 7 · 56 = 392. Beside 2 · 56 a C2 fits: 2 · 64 + 182 = 310 <= 512.
    const text = oneHost(
      LARGE,
      'tasks: [PC1], limits: { PC1: 7 }',
      'tasks: [PC1, C2], limits: { PC1: 2, C2: 1 }',
    );
    expect(found(text)).toMatchObject([
      {
        code: 'SF257',
        severity: 'warning',
        // 392 + 2 · 56 + 30 = 534
        message: 'Lotus may give the workers of h1 tasks for 534 GiB of RAM in all, and it has 512 GiB',
        help: 'Lower their limits until they fit together; as it is, w1 up to 392 GiB and w2 up to 142 GiB.',
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
