import { describe, expect, it } from 'vitest';
import { codes, found, messages, oneHost } from './one-host.js';

const gpus = (count: number): string => `cpus: 64, memory: 1TiB, gpus: ${count}`;
const C2 = (more = ''): string => `tasks: [C2]${more}`;
const HALF = (code: string): string => `, resources: { ${code}: { gpuUtilization: 0.5 } }`;
const TMPDIR = (folder: string): string => `, tmpDir: ${folder}`;

type Row = [hardware: string | undefined, workers: string[], ...said: string[]];

function check(rows: readonly Row[]): void {
  it.each(rows)('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });
}

describe('SF258: one GPU for two workers', () => {
  check([
    [gpus(2), [C2(', gpus: [0]'), C2(', gpus: [1, 0]')], 'SF258 12 [1, 0]'],
    [gpus(2), [C2(', gpus: [0]'), C2()], 'SF258 12 w2'],
    [gpus(1), [C2(', gpus: all'), C2(', gpus: [0]')], 'SF258 12 [0]'],
    [undefined, [C2(), C2()], 'SF258 12 w2'],
    [undefined, [C2(', gpus: [GPU-8f6d2c9e]'), C2(', gpus: [GPU-8f6d2c9e]')], 'SF258 12 [GPU-8f6d2c9e]'],
    [gpus(2), [C2(', gpus: [0]'), C2(', gpus: [1]')]],
    // Half a GPU each says that they share it; a task that is forgotten does not.
    [gpus(1), [C2(HALF('C2')), `tasks: [PC2]${HALF('PC2')}`]],
    [gpus(1), [C2(HALF('C2')), `tasks: [PC2, C2]${HALF('PC2')}`], 'SF258 12 w2'],
    [gpus(1), [C2(HALF('C2')), C2()], 'SF258 12 w2'],
    // An index and a UUID may be one GPU or two.
    [gpus(2), [C2(', gpus: [0]'), C2(', gpus: [GPU-8f6d2c9e]')]],
    [gpus(2), [C2(), 'tasks: [PC1], limits: { PC1: 1 }']],
    [undefined, [C2(), C2(', gpus: none')], 'SF259 12 none'],
    // There is none to share.
    [gpus(0), [C2(), 'tasks: [WNP]'], 'SF259 11 C2', 'SF271 12 [WNP]'],
  ]);

  it.each([
    ['[0, 2]', '[2, 0]', 'GPU 0 and 2'],
    ['all', '[1]', 'GPU 1'],
    ['[1]', 'all', 'GPU 1'],
    ['all', 'all', 'every GPU'],
    // CUDA sees no further than 0.
    ['[0, 7, 1]', 'all', 'GPU 0'],
  ])('%s and %s have %s in common', (one, other, common) => {
    const text = oneHost(gpus(3), C2(`, gpus: ${one}`), C2(`, gpus: ${other}`));
    const message = `w1 and w2 on h1 both have ${common}, which Lotus counts for each of them`;
    // A GPU that is not there is an error, beside which warnings stand all the same.
    expect(messages('SF258', text)).toEqual([message]);
  });
});

describe('SF264: a common lock for GPUs of two workers', () => {
  const apart = [', gpus: [0]', ', gpus: [1]'];
  check([
    [gpus(2), apart.map((one) => C2(one + TMPDIR('/fast/tmp'))), 'SF264 12 /fast/tmp'],
    [gpus(2), apart.map((one, index) => C2(one + TMPDIR(`/fast/tmp${index}`)))],
    [gpus(2), [C2(', gpus: [0]'), C2(`, gpus: [1]${TMPDIR('/tmp')}`)]],
    // By default each has a folder of its own.
    [gpus(2), apart.map((one) => C2(one))],
    [gpus(2), [C2(', gpus: [0]'), `tasks: [AP], gpus: [1]`]],
    [undefined, [C2(', gpus: [GPU-1]'), C2(', gpus: [GPU-2]')]],
  ]);

  it('names the folder', () => {
    const text = oneHost(gpus(2), ...apart.map((one) => C2(one + TMPDIR('/tmp'))));
    expect(messages('SF264', text)).toEqual([
      'w1 and w2 on h1 have GPUs of their own, but one lock in /tmp: one waits while the other proves',
    ]);
  });
});

describe('SF259: a task for a GPU without one', () => {
  check([
    [gpus(0), ['tasks: [AP, PC2, C2]'], 'SF259 11 PC2'],
    ['cpus: 64, memory: 1TiB', ['tasks: [WDP]'], 'SF259 11 WDP'],
    [undefined, ['tasks: [RU], gpus: none'], 'SF259 11 none'],
    [gpus(1), ['tasks: [RU], gpus: none'], 'SF259 11 none'],
    [gpus(1), ['tasks: [RU]']],
    [undefined, ['tasks: [RU]']],
    [gpus(0), ['tasks: [WNP]']],
    // That GPU 0 is not there is said, and enough.
    [gpus(0), ['tasks: [C2], gpus: [0]'], 'SF260 11 0'],
  ]);

  it.each([
    [gpus(0), 'tasks: [AP, PC2, C2]', 'PC2 and C2 on w1 must do without a GPU: h1 has none'],
    [gpus(0), 'tasks: [C2], gpus: none', 'C2 on w1 must do without a GPU: its `gpus` are none'],
  ])('says why on %s: %s', (hardware, worker, message) => {
    expect(messages('SF259', oneHost(hardware, worker))).toEqual([message]);
  });

  it('says nothing of test sectors', () => {
    expect(codes(oneHost(gpus(0), C2()).replace('32GiB', '8MiB'))).toEqual([]);
  });
});

describe('SF260: the number of a GPU that is not there', () => {
  check([
    [gpus(2), ['tasks: [C2], gpus: [0, 2, 1, 3]'], 'SF260 11 2'],
    [gpus(2), ['tasks: [C2], gpus: [0, 1]']],
    [gpus(2), ['tasks: [C2], gpus: [GPU-1, GPU-2, GPU-3]']],
    [undefined, ['tasks: [C2], gpus: [9]']],
  ]);

  it('says how many the worker sees', () => {
    expect(found(oneHost(gpus(2), 'tasks: [C2], gpus: [0, 2, 1]'))).toMatchObject([
      { severity: 'error', message: 'w1 has GPU 2, and h1 has 2 GPUs: w1 sees 1' },
    ]);
  });
});

describe('SF269: a variable that contradicts the choice of GPUs', () => {
  const env = (variable: string): string => `tasks: [AP], env: { ${variable} }`;
  check([
    [undefined, [`${env('FIL_PROOFS_USE_GPU_TREE_BUILDER: 1')}, gpus: none`], 'SF269 11 1'],
    [undefined, [`${env('FIL_PROOFS_USE_GPU_COLUMN_BUILDER: true')}, gpus: none`], 'SF269 11 true'],
    [undefined, [`${env('FIL_PROOFS_USE_GPU_COLUMN_BUILDER: 0')}, gpus: none`]],
    [undefined, [`${env('FIL_PROOFS_USE_GPU_COLUMN_BUILDER: 1')}, gpus: [0]`]],
    [undefined, [env('FIL_PROOFS_USE_GPU_COLUMN_BUILDER: 1')]],
    [undefined, [`${env('BELLMAN_NO_GPU: 1')}, gpus: [0]`], 'SF269 11 1'],
    [undefined, [`${env('BELLMAN_NO_GPU: false')}, gpus: all`], 'SF269 11 false'],
    [undefined, [`${env('BELLMAN_NO_GPU: 0')}, gpus: all`]],
    [undefined, [`${env('BELLMAN_NO_GPU: 1')}, gpus: none`]],
    [undefined, [env('BELLMAN_NO_GPU: 1')]],
    [undefined, [`${env('LOTUS_WORKER_ENABLE_GPU_PROVING: false')}, gpus: all`], 'SF269 11 false'],
    [undefined, [`${env('LOTUS_WORKER_ENABLE_GPU_PROVING: true')}, gpus: all`]],
  ]);

  it.each([
    ['BELLMAN_NO_GPU: 1', 'all', 'BELLMAN_NO_GPU turns off the GPUs that w1 is given'],
    [
      'FIL_PROOFS_USE_GPU_TREE_BUILDER: 1',
      'none',
      'FIL_PROOFS_USE_GPU_TREE_BUILDER turns GPUs on for w1, whose `gpus` are none',
    ],
  ])('says what %s does', (variable, chosen, message) => {
    expect(messages('SF269', oneHost(undefined, `${env(variable)}, gpus: ${chosen}`))).toEqual([message]);
  });
});
