import type { Shape } from './shape.js';

/** Sectors of other sizes. DC always counts as for 32 GiB. */
export const SIZES: readonly Shape[] = [
  {
    shape: '64 GiB sectors on 512 GiB with 256 GiB of swap',
    ...{ size: '64GiB', cpus: 64, memory: 512, swap: 256 },
    expected: [
      'AP 63 memory', // R 511/8 = 63.9, T 64
      'DC 64 threads', // R 511/4 = 127, T 64
      'PC1 UNS 4 memory', // R (512−ε)/112 = 4.6, V (768−ε)/128 = 5.99
      'PC2 1 threads', // R 511/30 = 17, T 64/58
      'C1 PR1 511 memory', // R 511
      'C2 PR2 1 threads', // R 448/60 = 7, V 704/190 = 3, T 64/58
      'RU GSK 63 memory', // R 511/8, T 64
      'GET unlimited',
      'WDP 1 threads', // R 7, V 704/120 = 5, T 64/58
      'WNP 1 threads', // R 448, T 64/58
    ],
  },
  {
    shape: '64 GiB sectors on 256 GiB with a GPU',
    ...{ size: '64GiB', cpus: 48, memory: 256, gpus: 1 },
    expected: [
      'AP 31 memory', // R 255/8 = 31.9, T 48
      'DC 48 threads', // R 255/4 = 63, T 48
      'PC1 UNS 1 virtual-memory', // R (256−ε)/112 = 2, V (256−ε)/128 = 1.99
      'PC2 1 gpus', // R 255/30 = 8, T 48/6 = 8, G 1
      'C1 PR1 255 memory', // R 255
      'C2 PR2 1 virtual-memory', // R 192/60 = 3, V 192/190 = 1, T 8, G 1
      'RU GSK 1 gpus', // R 31, T 8, G 1
      'GET unlimited',
      'WDP 1 virtual-memory', // R 3, V 192/120 = 1, G 1
      'WNP 1 gpus', // R 192, T 8, G 1
    ],
  },
  {
    shape: '64 GiB sectors and a GiB too little for a C2',
    ...{ size: '64GiB', cpus: 32, memory: 128, swap: 125, gpus: 2 },
    expected: [
      'AP 15 memory', // R 127/8 = 15.9, T 32
      'DC 31 memory', // R 127/4 = 31.75, T 32
      'PC1 UNS 1 memory', // R (128−ε)/112 = 1, V (253−ε)/128 = 1
      'PC2 2 gpus', // R 127/30 = 4, T 32/6 = 5, G 2
      'C1 PR1 127 memory', // R 127
      'C2 PR2 0 virtual-memory 254/253', // R 64/60 = 1, V 189/190 = 0; 190 + 64
      'RU GSK 2 gpus', // R 15, T 5, G 2
      'GET unlimited',
      'WDP 1 memory', // R 64/60 = 1, V 189/120 = 1
      'WNP 2 gpus', // R 64, T 5, G 2
    ],
  },
  {
    shape: '64 GiB sectors on 120 GiB',
    ...{ size: '64GiB', cpus: 16, memory: 120 },
    expected: [
      'AP 14 memory', // R 119/8 = 14.9, T 16
      'DC 16 threads', // R 119/4 = 29, T 16
      'PC1 UNS 0 virtual-memory 128.009765625/120', // R (120−ε)/112 = 1, V (120−ε)/128 = 0
      'PC2 1 threads', // R 119/30 = 3, T 16/14 = 1
      'C1 PR1 119 memory', // R 119
      'C2 PR2 0 memory 124/120', // R 56/60 = 0; 60 + 64
      'RU GSK 14 memory', // R 119/8, T 16
      'GET unlimited',
      'WDP 0 memory 124/120', // R 56/60 = 0
      'WNP 1 threads', // R 56, T 16/14
    ],
  },
  {
    shape: '512 MiB sectors on 16 GiB',
    ...{ size: '512MiB', cpus: 8, memory: 16 },
    expected: [
      'AP 8 threads', // R 15/1, T 8
      'DC 3 memory', // R 15/4 = 3.75, T 8
      'PC1 UNS 8 threads', // R 16383 Mi/768 Mi = 21, V 16383 Mi/1024 Mi = 15, T 8
      'PC2 1 threads', // R 15/1, V 15/1.5 = 10, T 8/7 = 1
      'C1 PR1 15 memory', // R 15
      'C2 PR2 4 virtual-memory', // R 6/1, V 6/1.5 = 4, T 8
      'RU GSK 8 threads', // R 15, T 8
      'GET unlimited',
      'WDP 4 virtual-memory', // R 6, V 4, T 8
      'WNP 8 threads', // R 6 Gi/2 Ki, T 8
    ],
  },
  {
    shape: '512 MiB sectors on 11 GiB with a GPU, which PC2 does not use',
    ...{ size: '512MiB', cpus: 4, memory: 11, gpus: 1 },
    expected: [
      'AP 4 threads', // R 10, T 4
      'DC 2 memory', // R 10/4 = 2.5, T 4
      'PC1 UNS 4 threads', // R 11263/768 = 14, V 11263/1024 = 10, T 4
      'PC2 1 threads', // R 10, V 10/1.5 = 6, T 4/3 = 1
      'C1 PR1 10 memory', // R 10
      'C2 PR2 0 virtual-memory 11.5/11', // R 1/1, V 1/1.5 = 0; 1.5 + 10
      'RU GSK 1 gpus', // R 10, T 4/1, G 1
      'GET unlimited',
      'WDP 0 virtual-memory 11.5/11', // R 1, V 0
      'WNP 1 gpus', // R 1 Gi/2 Ki, T 4, G 1
    ],
  },
  {
    shape: '8 MiB sectors on 512 MiB',
    ...{ size: '8MiB', cpus: 4, memory: 0.5 },
    expected: [
      'AP 4 threads', // R 504/8 = 63, T 4
      'DC 0 memory 5/0.5', // 4 + 1 GiB
      'PC1 UNS 4 threads', // R 63, T 4
      'PC2 1 threads', // R 63, T 4/3 = 1
      'C1 PR1 63 memory', // R 504/8
      'C2 PR2 4 threads', // R 63, T 4/1
      'RU GSK 4 threads', // R 63, T 4/1
      'GET 512 memory', // R 512/1
      'WDP 4 threads', // R 63, T 4/1
      'WNP 4 threads', // R 63, T 4/1
    ],
  },
  {
    shape: '2 KiB sectors on 8 KiB with two GPUs',
    ...{ size: '2KiB', cpus: 8, memory: 8 / 2 ** 20, gpus: 2 },
    expected: [
      'AP 3 memory', // R (8−2)/2 = 3, T 8
      'DC 0 memory 5/0.00000762939453125', // 8/2^20
      'PC1 UNS 3 memory', // R 3, T 8
      'PC2 1 threads', // R 3, T 8/7 = 1
      'C1 PR1 3 memory', // R 3
      'C2 PR2 2 gpus', // R 3, T 8/1, G 2
      'RU GSK 2 gpus', // R 3, T 8/1, G 2
      'GET 0 memory 0.0009765625/0.00000762939453125', // 1 MiB = 1/1024 GiB
      'WDP 2 gpus', // R 3, T 8/1, G 2
      'WNP 2 gpus', // R 3, T 8/1, G 2
    ],
  },
];
