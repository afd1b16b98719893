import type { Shape } from './shape.js';

const size = '32GiB';

/** What a worker's own settings change: CPUs, GPUs, swap, multicore SDR, limits and resources. */
export const WORKERS: readonly Shape[] = [
  {
    shape: 'noSwap makes nothing of 54 GiB of swap',
    ...{ size, cpus: 32, memory: 128, swap: 54, gpus: 1, worker: { noSwap: true } },
    expected: [
      'AP DC 31 memory', // R 127/4, T 32
      'PC1 UNS 1 virtual-memory', // R 2, V (128−ε)/64 = 1.99
      'PC2 1 gpus', // R 8, T 32/6 = 5, G 1
      'C1 PR1 127 memory', // R 127
      'C2 PR2 0 virtual-memory 182/128', // R 3, V 96/150 = 0
      'RU GSK 1 gpus', // R 31, T 5, G 1
      'GET unlimited',
      'WDP 1 virtual-memory', // R 3, V 96/96 = 1
      'WNP 1 gpus', // R 96, T 5, G 1
    ],
  },
  {
    shape: 'a mask of 16 CPUs of 64',
    ...{ size, cpus: 64, memory: 512, worker: { cpus: '0-15' } },
    expected: [
      'AP DC 16 threads', // R 127, T 16
      'PC1 UNS 7 virtual-memory', // R 9, V 7.99, T 16
      'PC2 1 threads', // R 34, T 16/14 = 1
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // R 16, V 3, T 16/14
      'RU GSK 16 threads', // R 127, T 16
      'GET unlimited',
      'WDP 1 threads', // V 5, T 16/14
      'WNP 1 threads', // T 16/14
    ],
  },
  {
    shape: 'a mask of 15 CPUs, eight of which are there',
    ...{ size, cpus: 64, memory: 512, swap: 128, gpus: 1, worker: { cpus: '0-3,60-70' } },
    expected: [
      'AP DC 8 threads', // R 127, T 8: 0–3 and 60–63
      'PC1 UNS 8 threads', // R 9, V 9, T 8
      'PC2 1 threads', // R 34, T 8/6 = 1, G 1
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // R 16, V 4, T 1, G 1
      'RU GSK 1 threads', // R 127, T 8/6 = 1, G 1
      'GET unlimited',
      'WDP 1 threads', // V 6, T 1, G 1
      'WNP 1 threads', // T 1, G 1
    ],
  },
  {
    shape: 'none of the GPUs, and few CPUs',
    ...{ size, cpus: 4, memory: 256, gpus: 1, worker: { gpus: 'none' } },
    expected: [
      'AP DC 4 threads', // R 63, T 4
      'PC1 UNS 3 virtual-memory', // R 4, V 3.99, T 4
      'PC2 1 threads', // R 17, T 4/3 = 1
      'C1 PR1 255 memory', // R 255
      'C2 PR2 1 virtual-memory', // R 7, V 224/150 = 1, T 4/3 = 1
      'RU GSK 4 threads', // R 63, T 4/1
      'GET unlimited',
      'WDP 1 threads', // R 7, V 2, T 4/3 = 1
      'WNP 1 threads', // R 224, T 1
    ],
  },
  {
    shape: 'GPUs 0 and 3 of two: the list ends before the one that is not there',
    ...{ size, cpus: 64, memory: 512, swap: 128, gpus: 2, worker: { gpus: [0, 3] } },
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 UNS 9 memory', // R 9.1, V 9.99
      'PC2 1 gpus', // R 34, T 10, G 1
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 gpus', // R 16, V 4, T 10, G 1
      'RU GSK 1 gpus', // R 127, T 10, G 1
      'GET unlimited',
      'WDP 1 gpus', // V 6, T 10, G 1
      'WNP 1 gpus', // T 10, G 1
    ],
  },
  {
    shape: 'GPU 5 of two: none is seen, all is done by the CPUs',
    ...{ size, cpus: 64, memory: 512, gpus: 2, worker: { gpus: [5, 0] } },
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 UNS 7 virtual-memory', // R 9, V 7.99
      'PC2 1 threads', // R 34, T 64/58
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // R 16, V 3, T 64/58
      'RU GSK 64 threads', // R 127, T 64/1
      'GET unlimited',
      'WDP 1 threads', // V 5, T 64/58
      'WNP 1 threads', // T 64/58
    ],
  },
  {
    shape: 'three GPUs of four, one by its UUID',
    ...{ size, cpus: 64, memory: 1024, gpus: 4, worker: { gpus: [1, 0, 'GPU-8f6d2c9e'] } },
    expected: [
      'AP DC 64 threads', // R 255, T 64
      'PC1 UNS 15 virtual-memory', // R 18, V 15.99
      'PC2 3 gpus', // R 68, T 64/6 = 10, G 3
      'C1 PR1 unlimited', // R 1023
      'C2 PR2 3 gpus', // R 33, V 992/150 = 6, T 10, G 3
      'RU GSK 3 gpus', // R 255, T 10, G 3
      'GET unlimited',
      'WDP 3 gpus', // V 992/96 = 10, T 10, G 3
      'WNP 3 gpus', // R 992, T 10, G 3
    ],
  },
  {
    shape: 'multicore SDR with three producers',
    ...{ size, cpus: 16, memory: 2048, worker: { multicoreSdr: { producers: 3 } } },
    expected: [
      'AP DC 16 threads', // R 511, T 16
      'PC1 UNS 4 threads', // R 36, V 31, T 16/(3+1) = 4
      'PC2 1 threads', // R 136, T 16/14 = 1
      'C1 PR1 unlimited', // R 2047
      'C2 PR2 1 threads', // V 13, T 16/14
      'RU GSK 16 threads', // R 511, T 16
      'GET unlimited',
      'WDP 1 threads', // V 21, T 16/14
      'WNP 1 threads', // T 16/14
    ],
  },
  {
    shape: 'multicore SDR with one producer',
    ...{ size, cpus: 16, memory: 512, swap: 512, worker: { multicoreSdr: { producers: 1 } } },
    expected: [
      'AP DC 16 threads', // R 127, T 16
      'PC1 UNS 8 threads', // R 9, V (1024−ε)/64 = 15, T 16/2 = 8
      'PC2 1 threads', // R 34, T 16/14
      'C1 PR1 511 memory', // R 511, V 1023
      'C2 PR2 1 threads', // R 16, V 992/150 = 6, T 16/14
      'RU GSK 16 threads', // R 127, T 16
      'GET unlimited',
      'WDP 1 threads', // V 992/96 = 10, T 16/14
      'WNP 1 threads', // T 16/14
    ],
  },
  {
    shape: 'multicore SDR with more producers than CPUs',
    ...{ size, cpus: 8, memory: 512, worker: { multicoreSdr: { producers: 9 } } },
    expected: [
      'AP DC 8 threads', // R 127, T 8
      'PC1 UNS 0 threads 10/8', // R 9, V 7, T 8/10 = 0
      'PC2 1 threads', // R 34, T 8/7 = 1
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // R 16, V 3, T 8/7
      'RU GSK 8 threads', // R 127, T 8
      'GET unlimited',
      'WDP 1 threads', // V 5, T 8/7
      'WNP 1 threads', // T 8/7
    ],
  },
  {
    shape: 'limits below, at and above what the machine could',
    ...{ size, cpus: 64, memory: 512 },
    worker: {
      limits: new Map([['AP', 5], ['PC1', 4], ['UNS', 7], ['PC2', 9], ['C1', 2], ['C2', 1], ['GET', 3]]),
    }, // prettier-ignore
    expected: [
      'AP 5 limit', // limit 5, R 127, T 64
      'DC 64 threads', // R 127, T 64
      'PC1 4 limit', // limit 4, R 9, V 7
      'UNS 7 limit', // limit 7, R 9, V 7
      'PC2 1 threads', // limit 9, R 34, T 64/58
      'C1 2 limit', // limit 2, R 511
      'PR1 511 memory', // R 511
      'C2 1 limit', // limit 1, R 16, V 3, T 1
      'PR2 1 threads', // V 3, T 1
      'RU GSK 64 threads', // R 127, T 64
      'GET 3 limit', // limit 3
      'WDP 1 threads', // V 5, T 1
      'WNP 1 threads', // T 1
    ],
  },
  {
    shape: 'a PC1 that counts for 60 GiB and shares nothing',
    ...{ size, cpus: 64, memory: 512 },
    worker: {
      resources: new Map([['PC1', { MinMemory: 60 * 2 ** 30, MaxMemory: 60 * 2 ** 30, BaseMinMemory: 0 }]]),
    },
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 8 memory', // R 512/60 = 8.5, V the same
      'UNS 7 virtual-memory', // R 9, V 7.99
      'PC2 1 threads', // R 34, T 64/58
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // V 3, T 64/58
      'RU GSK 64 threads', // R 127, T 64
      'GET unlimited',
      'WDP 1 threads', // V 5, T 64/58
      'WNP 1 threads', // T 64/58
    ],
  },
  {
    shape: 'a fifth of a GPU for PC2, a half for C2',
    ...{ size, cpus: 64, memory: 1024, swap: 512, gpus: 1 },
    worker: {
      resources: new Map([['PC2', { GPUUtilization: 0.2 }], ['C2', { GPUUtilization: 0.5 }]]),
    }, // prettier-ignore
    expected: [
      'AP DC 64 threads', // R 255, T 64
      'PC1 UNS 18 memory', // R (1024−ε)/56 = 18, V (1536−ε)/64 = 23
      'PC2 5 gpus', // R 68, T 64/6 = 10, G 1/0.2 = 5
      'C1 PR1 unlimited', // R 1023
      'C2 2 gpus', // R 33, V 1504/150 = 10, T 10, G 1/0.5 = 2
      'PR2 1 gpus', // R 33, V 10, T 10, G 1
      'RU GSK 1 gpus', // R 255, T 10, G 1
      'GET unlimited',
      'WDP 1 gpus', // V 1504/96 = 15, T 10, G 1
      'WNP 1 gpus', // T 10, G 1
    ],
  },
  {
    shape: 'PC2 and RU that take no GPU where there is one, and so the threads of the CPU',
    ...{ size, cpus: 64, memory: 512, swap: 128, gpus: 1 },
    worker: {
      resources: new Map([['PC2', { GPUUtilization: 0 }], ['RU', { GPUUtilization: 0 }]]),
    }, // prettier-ignore
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 UNS 9 memory', // R 9.1, V 9.99
      'PC2 1 threads', // R 34, T 64/58
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 gpus', // R 16, V 4, T 10, G 1
      'RU 64 threads', // R 127, T 64/1
      'GSK 1 gpus', // R 127, T 10, G 1
      'GET unlimited',
      'WDP 1 gpus', // V 6, T 10, G 1
      'WNP 1 gpus', // T 10, G 1
    ],
  },
  {
    shape: '16 threads for PC2 and none for AP, without GPU',
    ...{ size, cpus: 64, memory: 512 },
    worker: {
      resources: new Map([['PC2', { MaxParallelism: 16, MaxParallelismGPU: 2 }], ['AP', { MaxParallelism: 0 }]]),
    }, // prettier-ignore
    expected: [
      'AP 127 memory', // R 511/4 = 127, no T
      'DC 64 threads', // R 127, T 64
      'PC1 UNS 7 virtual-memory', // R 9, V 7.99
      'PC2 4 threads', // R 34, T 64/16 = 4
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // V 3, T 64/58
      'RU GSK 64 threads', // R 127, T 64
      'GET unlimited',
      'WDP 1 threads', // V 5, T 64/58
      'WNP 1 threads', // T 64/58
    ],
  },
  {
    shape: '12 threads for PC2 beside five GPUs, and for RU as many as without',
    ...{ size, cpus: 32, memory: 512, swap: 512, gpus: 5 },
    worker: {
      resources: new Map([['PC2', { MaxParallelismGPU: 12 }], ['RU', { MaxParallelismGPU: 0 }]]),
    }, // prettier-ignore
    expected: [
      'AP DC 32 threads', // R 127, T 32
      'PC1 UNS 9 memory', // R 9.1, V (1024−ε)/64 = 15
      'PC2 2 threads', // R 34, T 32/12 = 2, G 5
      'C1 PR1 511 memory', // R 511
      'C2 PR2 5 threads', // R 16, V 992/150 = 6, T 32/6 = 5, G 5
      'RU 5 gpus', // R 127, T 32/1, G 5
      'GSK 5 threads', // R 127, T 32/6 = 5, G 5
      'GET unlimited',
      'WDP 5 threads', // R 16, V 992/96 = 10, T 5, G 5
      'WNP 5 threads', // R 480, T 5, G 5
    ],
  },
  {
    shape: 'two threads for PC1 in spite of multicore SDR, nearly all for AP',
    ...{ size, cpus: 64, memory: 2048, swap: 2048 },
    worker: {
      multicoreSdr: { producers: 3 },
      resources: new Map([['PC1', { MaxParallelism: 2 }], ['AP', { MaxParallelism: -1 }]]),
    }, // prettier-ignore
    expected: [
      'AP 1 threads', // R 511, T 64/58
      'DC 64 threads', // R 511, T 64
      'PC1 32 threads', // R (2048−ε)/56 = 36, V (4096−ε)/64 = 63, T 64/2 = 32
      'UNS 16 threads', // R 36, V 63, T 64/4 = 16
      'PC2 1 threads', // R 136, T 64/58
      'C1 PR1 unlimited', // R 2047
      'C2 PR2 1 threads', // R 67, V 4064/150 = 27, T 64/58
      'RU GSK 64 threads', // R 511, T 64
      'GET unlimited',
      'WDP 1 threads', // V 42, T 64/58
      'WNP 1 threads', // T 64/58
    ],
  },
  {
    shape: 'a C2 of 100 GiB that shares nothing fits into 128 GiB',
    ...{ size, cpus: 64, memory: 128, gpus: 1 },
    worker: { resources: new Map([['C2', { MaxMemory: 100 * 2 ** 30, BaseMinMemory: 0 }]]) },
    expected: [
      'AP DC 31 memory', // R 127/4, T 64
      'PC1 UNS 1 virtual-memory', // R 2, V 1.99
      'PC2 1 gpus', // R 8, T 10, G 1
      'C1 PR1 127 memory', // R 127
      'C2 1 virtual-memory', // R 128/30 = 4, V 128/100 = 1, T 10, G 1
      'PR2 0 virtual-memory 182/128', // R 96/30 = 3, V 96/150 = 0
      'RU GSK 1 gpus', // R 31, T 10, G 1
      'GET unlimited',
      'WDP 1 virtual-memory', // R 3, V 96/96 = 1, G 1
      'WNP 1 gpus', // R 96, T 10, G 1
    ],
  },
  {
    shape: 'two GPUs wanted where there is one',
    ...{ size, cpus: 64, memory: 512, swap: 128, gpus: 1 },
    worker: { resources: new Map([['PC2', { GPUUtilization: 2 }]]) },
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 UNS 9 memory', // R 9.1, V 9.99
      'PC2 0 gpus 2/1', // R 34, T 10, G 1/2 = 0
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 gpus', // V 4, T 10, G 1
      'RU GSK 1 gpus', // T 10, G 1
      'GET unlimited',
      'WDP 1 gpus', // V 6, T 10, G 1
      'WNP 1 gpus', // T 10, G 1
    ],
  },
];
