import type { Shape } from './shape.js';

const size = '32GiB';

/** Machines of many sorts, sectors of 32 GiB, nothing overridden. */
export const MACHINES: readonly Shape[] = [
  {
    shape: '512 GiB without swap or GPU',
    ...{ size, cpus: 64, memory: 512 },
    expected: [
      'AP DC 64 threads', // R 511/4 = 127, T 64/1
      'PC1 UNS 7 virtual-memory', // R (512−ε)/56 = 9, V (512−ε)/64 = 7.99, T 64
      'PC2 1 threads', // R 511/15 = 34, T 64/58 = 1 (92 % of 64 = 58.88)
      'C1 PR1 511 memory', // R (512−1)/1
      'C2 PR2 1 threads', // R 480/30 = 16, V 480/150 = 3, T 64/58
      'RU GSK 64 threads', // R 511/4 = 127, T 64/1 without GPU
      'GET unlimited', // R 512 Ki
      'WDP 1 threads', // R 480/30 = 16, V 480/96 = 5, T 64/58
      'WNP 1 threads', // R 480/1, T 64/58
    ],
  },
  {
    shape: '512 GiB with 128 GiB of swap and a GPU',
    ...{ size, cpus: 64, memory: 512, swap: 128, gpus: 1 },
    expected: [
      'AP DC 64 threads', // R 127, T 64
      'PC1 UNS 9 memory', // R (512−ε)/56 = 9.1, V (640−ε)/64 = 9.99
      'PC2 1 gpus', // R 34, V 639/15 = 42, T 64/6 = 10, G 1
      'C1 PR1 511 memory', // R 511, V 639
      'C2 PR2 1 gpus', // R 16, V 608/150 = 4, T 10, G 1
      'RU GSK 1 gpus', // R 127, T 10, G 1
      'GET unlimited',
      'WDP 1 gpus', // R 16, V 608/96 = 6, T 10, G 1
      'WNP 1 gpus', // R 480, T 10, G 1
    ],
  },
  {
    shape: '128 GiB without swap, where no C2 ever starts',
    ...{ size, cpus: 32, memory: 128 },
    expected: [
      'AP DC 31 memory', // R 127/4 = 31.75, V the same, T 32
      'PC1 UNS 1 virtual-memory', // R (128−ε)/56 = 2, V (128−ε)/64 = 1.99
      'PC2 1 threads', // R 127/15 = 8, T 32/29 = 1
      'C1 PR1 127 memory', // R 127
      'C2 PR2 0 virtual-memory 182/128', // R 96/30 = 3, V 96/150 = 0; 150 + 32
      'RU GSK 31 memory', // R 127/4, T 32
      'GET unlimited',
      'WDP 1 virtual-memory', // R 96/30 = 3, V 96/96 = 1, T 32/29 = 1
      'WNP 1 threads', // R 96, T 1
    ],
  },
  {
    shape: '128 GiB with just enough swap for a C2',
    ...{ size, cpus: 32, memory: 128, swap: 54, gpus: 1 },
    expected: [
      'AP DC 31 memory', // R 127/4, V 181/4 = 45, T 32
      'PC1 UNS 2 memory', // R (128−ε)/56 = 2.3, V (182−ε)/64 = 2.8
      'PC2 1 gpus', // R 8, T 32/6 = 5, G 1
      'C1 PR1 127 memory', // R 127, V 181
      'C2 PR2 1 virtual-memory', // R 3, V (182−32)/150 = 1, T 5, G 1
      'RU GSK 1 gpus', // R 31, T 5, G 1
      'GET unlimited',
      'WDP 1 virtual-memory', // R 3, V 150/96 = 1, T 5, G 1
      'WNP 1 gpus', // R 96, T 5, G 1
    ],
  },
  {
    shape: '128 GiB with a GiB of swap too little for a C2',
    ...{ size, cpus: 32, memory: 128, swap: 53, gpus: 1 },
    expected: [
      'AP DC 31 memory', // R 127/4, T 32
      'PC1 UNS 2 memory', // R 2.3, V (181−ε)/64 = 2.8
      'PC2 1 gpus', // R 8, T 5, G 1
      'C1 PR1 127 memory', // R 127
      'C2 PR2 0 virtual-memory 182/181', // R 3, V (181−32)/150 = 0
      'RU GSK 1 gpus', // R 31, T 5, G 1
      'GET unlimited',
      'WDP 1 virtual-memory', // R 3, V 149/96 = 1, G 1
      'WNP 1 gpus', // R 96, T 5, G 1
    ],
  },
  {
    shape: '256 GiB with two GPUs',
    ...{ size, cpus: 48, memory: 256, gpus: 2 },
    expected: [
      'AP DC 48 threads', // R 255/4 = 63, T 48
      'PC1 UNS 3 virtual-memory', // R (256−ε)/56 = 4, V (256−ε)/64 = 3.99
      'PC2 2 gpus', // R 255/15 = 17, T 48/6 = 8, G 2
      'C1 PR1 255 memory', // R 255
      'C2 PR2 1 virtual-memory', // R 224/30 = 7, V 224/150 = 1, T 8, G 2
      'RU GSK 2 gpus', // R 63, T 8, G 2
      'GET unlimited',
      'WDP 2 virtual-memory', // R 7, V 224/96 = 2, T 8, G 2
      'WNP 2 gpus', // R 224, T 8, G 2
    ],
  },
  {
    shape: '1 TiB with eight GPUs',
    ...{ size, cpus: 128, memory: 1024, gpus: 8 },
    expected: [
      'AP DC 128 threads', // R 1023/4 = 255, T 128
      'PC1 UNS 15 virtual-memory', // R (1024−ε)/56 = 18, V (1024−ε)/64 = 15.99
      'PC2 8 gpus', // R 1023/15 = 68, T 128/6 = 21, G 8
      'C1 PR1 unlimited', // R 1023
      'C2 PR2 6 virtual-memory', // R 992/30 = 33, V 992/150 = 6, T 21, G 8
      'RU GSK 8 gpus', // R 255, T 21, G 8
      'GET unlimited',
      'WDP 8 gpus', // R 33, V 992/96 = 10, T 21, G 8
      'WNP 8 gpus', // R 992, T 21, G 8
    ],
  },
  {
    shape: '768 GiB with 256 GiB of swap and four GPUs',
    ...{ size, cpus: 96, memory: 768, swap: 256, gpus: 4 },
    expected: [
      'AP DC 96 threads', // R 767/4 = 191, T 96
      'PC1 UNS 13 memory', // R (768−ε)/56 = 13.7, V (1024−ε)/64 = 15.99
      'PC2 4 gpus', // R 767/15 = 51, T 96/6 = 16, G 4
      'C1 PR1 767 memory', // R 767, V 1023
      'C2 PR2 4 gpus', // R 736/30 = 24, V 992/150 = 6, T 16, G 4
      'RU GSK 4 gpus', // R 191, T 16, G 4
      'GET unlimited',
      'WDP 4 gpus', // R 24, V 992/96 = 10, T 16, G 4
      'WNP 4 gpus', // R 736, T 16, G 4
    ],
  },
  {
    shape: '2 TiB with eight CPUs',
    ...{ size, cpus: 8, memory: 2048 },
    expected: [
      'AP DC 8 threads', // R 2047/4 = 511, T 8
      'PC1 UNS 8 threads', // R (2048−ε)/56 = 36, V 31.99, T 8
      'PC2 1 threads', // R 136, T 8/7 = 1
      'C1 PR1 unlimited', // R 2047
      'C2 PR2 1 threads', // R 67, V 2016/150 = 13, T 8/7
      'RU GSK 8 threads', // R 511, T 8
      'GET unlimited',
      'WDP 1 threads', // V 2016/96 = 21, T 8/7
      'WNP 1 threads', // R 2016, T 8/7
    ],
  },
  {
    shape: 'four CPUs beside a GPU: too few for its tasks',
    ...{ size, cpus: 4, memory: 256, gpus: 1 },
    expected: [
      'AP DC 4 threads', // R 63, T 4
      'PC1 UNS 3 virtual-memory', // R 4, V (256−ε)/64 = 3.99, T 4
      'PC2 0 threads 6/4', // R 17, T 4/6 = 0, G 1
      'C1 PR1 255 memory', // R 255
      'C2 PR2 0 threads 6/4', // R 7, V 1, T 0
      'RU GSK 0 threads 6/4', // R 63, T 0
      'GET unlimited',
      'WDP 0 threads 6/4', // R 7, V 2, T 0
      'WNP 0 threads 6/4', // R 224, T 0
    ],
  },
  {
    shape: 'one CPU and 64 GiB',
    ...{ size, cpus: 1, memory: 64 },
    expected: [
      'AP DC 1 threads', // R 63/4 = 15, T 1
      'PC1 UNS 0 virtual-memory 64.009765625/64', // R (64−ε)/56 = 1, V (64−ε)/64 = 0.99
      'PC2 1 threads', // R 63/15 = 4, T 1/1 (92 % of 1 is 0, so 1)
      'C1 PR1 63 memory', // R 63
      'C2 PR2 0 virtual-memory 182/64', // R 32/30 = 1, V 32/150 = 0
      'RU GSK 1 threads', // R 15, T 1
      'GET unlimited',
      'WDP 0 virtual-memory 128/64', // R 1, V 32/96 = 0; 96 + 32
      'WNP 1 threads', // R 32, T 1/1
    ],
  },
  {
    shape: 'two CPUs, of which 92 % is one',
    ...{ size, cpus: 2, memory: 512 },
    expected: [
      'AP DC 2 threads', // R 127, T 2
      'PC1 UNS 2 threads', // R 9, V 7, T 2
      'PC2 2 threads', // R 34, T 2/1 (92 % of 2 = 1.84)
      'C1 PR1 511 memory', // R 511
      'C2 PR2 2 threads', // R 16, V 3, T 2/1
      'RU GSK 2 threads', // R 127, T 2
      'GET unlimited',
      'WDP 2 threads', // R 16, V 5, T 2/1
      'WNP 2 threads', // R 480, T 2/1
    ],
  },
  {
    shape: '64 GiB and the 10 MiB that make a PC1 possible',
    ...{ size, cpus: 64, memory: 64 + 10 / 1024 },
    expected: [
      'AP DC 15 memory', // R 63.01/4 = 15, T 64
      'PC1 UNS 1 memory', // R 64/56 = 1, V 64/64 = 1
      'PC2 1 threads', // R 63.01/15 = 4, T 64/58
      'C1 PR1 63 memory', // R 63.01
      'C2 PR2 0 virtual-memory 182/64.009765625', // R 32.01/30 = 1, V 32.01/150 = 0
      'RU GSK 15 memory', // R 63.01/4, T 64
      'GET unlimited',
      'WDP 0 virtual-memory 128/64.009765625', // R 1, V 32.01/96 = 0
      'WNP 1 threads', // R 32, T 64/58
    ],
  },
  {
    shape: '64 GiB and a MiB less than that',
    ...{ size, cpus: 64, memory: 64 + 9 / 1024 },
    expected: [
      'AP DC 15 memory', // R 63.01/4 = 15
      'PC1 UNS 0 virtual-memory 64.009765625/64.0087890625', // R 1, V (64 − 1 Mi)/64 = 0.99; 9/1024 = 0.0087890625
      'PC2 1 threads', // R 4, T 64/58
      'C1 PR1 63 memory', // R 63.01
      'C2 PR2 0 virtual-memory 182/64.0087890625', // V 32.01/150 = 0
      'RU GSK 15 memory', // R 63.01/4
      'GET unlimited',
      'WDP 0 virtual-memory 128/64.0087890625', // V 32.01/96 = 0
      'WNP 1 threads', // T 64/58
    ],
  },
  {
    shape: '40 GiB: too little RAM, whatever the swap',
    ...{ size, cpus: 12, memory: 40, swap: 400, gpus: 1 },
    expected: [
      'AP DC 9 memory', // R 39/4 = 9.75, T 12
      'PC1 UNS 0 memory 56.009765625/40', // R (40−ε)/56 = 0, V (440−ε)/64 = 6
      'PC2 1 gpus', // R 39/15 = 2, T 12/6 = 2, G 1
      'C1 PR1 39 memory', // R 39
      'C2 PR2 0 memory 62/40', // R 8/30 = 0, V 408/150 = 2; 30 + 32
      'RU GSK 1 gpus', // R 9, T 2, G 1
      'GET unlimited',
      'WDP 0 memory 62/40', // R 8/30 = 0, V 408/96 = 4
      'WNP 1 gpus', // R 8, T 2, G 1
    ],
  },
  {
    shape: '62 GiB with 2 TiB of swap',
    ...{ size, cpus: 64, memory: 62, swap: 2048, gpus: 2 },
    expected: [
      'AP DC 15 memory', // R 61/4 = 15, T 64
      'PC1 UNS 1 memory', // R (62−ε)/56 = 1, V 2110/64 = 32
      'PC2 2 gpus', // R 61/15 = 4, T 10, G 2
      'C1 PR1 61 memory', // R 61
      'C2 PR2 1 memory', // R 30/30 = 1, V 2078/150 = 13, T 10, G 2
      'RU GSK 2 gpus', // R 15, T 10, G 2
      'GET unlimited',
      'WDP 1 memory', // R 1, V 2078/96 = 21, G 2
      'WNP 2 gpus', // R 30, T 10, G 2
    ],
  },
];
