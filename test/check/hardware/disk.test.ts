import { describe, expect, it } from 'vitest';
import { codes, found, messages, oneHost } from './one-host.js';

const on = (disk: string): string => `cpus: 64, memory: 1TiB, gpus: 1, disk: ${disk}`;
const path = (at: string, more = 'seal: true'): string => `{ path: ${at}, ${more} }`;
const worker = (limit: number, ...paths: string[]): string =>
  `tasks: [AP, PC1], limits: { PC1: ${limit} }, storage: [${paths.join(', ')}]`;

type Row = [hardware: string, workers: string[], ...said: string[]];

function check(rows: readonly Row[]): void {
  it.each(rows)('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });
}

describe('SF266: no room for a single sector', () => {
  check([
    // sealed and cache: (1 + 14.1) · 32 GiB = 483.2 GiB on one path
    [on('483GiB'), [worker(1, path('/a'))], 'SF266 11 /a'],
    [on('484GiB'), [worker(1, path('/a'), path('/b'))]],
    [on('{ /a: 400GiB, /b: 450GiB }'), [worker(1, path('/a'), path('/b'))], 'SF266 11 /b'],
    [on('{ /a: 400GiB, /b: 2TiB }'), [worker(1, path('/a'), path('/b'))]],
    [on('15TiB'), [worker(1, path('/a', 'seal: true, maxStorage: 400GiB'))], 'SF266 11 /a'],
    // PC2 fetches the same files.
    [on('400GiB'), [`tasks: [PC2], storage: [${path('/a')}]`], 'SF266 11 /a'],
    [on('400GiB'), [`tasks: [C2], storage: [${path('/a')}]`]],
    [on('400GiB'), [worker(1, path('/a', 'store: true'))]],
    [on('400GiB'), [worker(1, path('/a', 'seal: true, weight: 0'))], 'SF266 11 /a'],
    // How large /b is nobody knows.
    [on('{ /a: 400GiB }'), [worker(1, path('/a'), path('/b'))]],
    ['cpus: 64, memory: 1TiB', [worker(1, path('/a'))]],
  ]);

  it('states both numbers', () => {
    expect(found(oneHost(on('{ /a: 300GiB, /b: 400GiB }'), worker(1, path('/a'), path('/b'))))).toMatchObject(
      [
        {
          severity: 'error',
          message:
            'no sealing path of w1 has room for a sector: PC1 needs 483.2 GiB on one path, and the roomiest has 400 GiB',
        },
      ],
    );
  });
});

describe('SF265: too little sealing space for the limit', () => {
  check([
    // 4 · 16.1 · 32 GiB = 2060.8 GiB
    [on('2060GiB'), [worker(4, path('/a'))], 'SF265 11 /a'],
    [on('2061GiB'), [worker(4, path('/a'))]],
    // Two paths have it together, each 1030.4 GiB
    [on('1031GiB'), [worker(4, path('/a'), path('/b'))]],
    [on('1030GiB'), [worker(4, path('/a'), path('/b'))], 'SF265 11 /a'],
    // … but not on one file system.
    [on('{ /mnt: 1500GiB }'), [worker(4, path('/mnt/a'), path('/mnt/b'))], 'SF265 11 /mnt/a'],
    [on('{ /mnt: 3TiB }'), [worker(4, path('/mnt/a', 'seal: true, maxStorage: 2TiB'))], 'SF265 11 /mnt/a'],
    [on('{ /mnt: 3TiB }'), [worker(4, path('/mnt/a', 'seal: true, maxStorage: 2TiB'), path('/mnt/b'))]],
    // 4 + 3 sectors, 3606.4 GiB, on one file system
    [on('{ /mnt: 3606GiB }'), [worker(4, path('/mnt/a')), worker(3, path('/mnt/b'))], 'SF265 11 /mnt/a'],
    [on('{ /mnt: 3607GiB }'), [worker(4, path('/mnt/a')), worker(3, path('/mnt/b'))]],
    [on('{ /a: 3606GiB, /b: 3606GiB }'), [worker(4, path('/a')), worker(3, path('/b'))]],
    // The second alone is short, and has nothing to do with the first.
    [on('{ /a: 2TiB, /b: 1TiB }'), [worker(3, path('/a')), worker(3, path('/b'))], 'SF265 12 /b'],
    // The first has too little for itself, though the second has enough for both.
    [
      on('{ /a: 1TiB, /b: 9TiB }'),
      [worker(3, path('/a/1')), worker(3, path('/a/2'), path('/b'))],
      'SF265 11 /a/1',
    ],
    // The limit of 20 is not what happens: 64 n + 10 MiB <= 1 TiB, n = 15, and 15 · 515.2 = 7728 GiB
    [on('7728GiB'), [worker(20, path('/a'))], 'SF252 11 20'],
    // Without a limit there is another trouble.
    [on('1TiB'), [`tasks: [PC1], storage: [${path('/a')}]`], 'SF254 11 PC1'],
  ]);

  it.each<[hardware: string, workers: string[], message: string]>([
    // 8 · 515.2 GiB
    [
      on('2TiB'),
      [worker(8, path('/a'))],
      '8 PC1 at once take 4121.6 GiB, and the sealing paths of w1 have 2048 GiB',
    ],
    // 7 · 515.2 GiB
    [
      on('{ /mnt: 3TiB }'),
      [worker(4, path('/mnt/a')), worker(3, path('/mnt/b'))],
      '7 PC1 at once take 3606.4 GiB, and the sealing paths of w1 and w2 have 3072 GiB',
    ],
  ])('states both numbers: %s with %j', (hardware, workers, message) => {
    expect(messages('SF265', oneHost(hardware, ...workers))).toEqual([message]);
  });
});
