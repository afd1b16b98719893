import { describe, expect, it } from 'vitest';
import { codes, found, LARGE, messages, oneHost } from './one-host.js';

const PC1 = (limit: number, more = ''): string => `tasks: [PC1], limits: { PC1: ${limit} }${more}`;
const MULTICORE = ', multicoreSdr: { producers: 3 }';

type Row = [hardware: string | undefined, workers: string[], ...said: string[]];

function check(rows: readonly Row[]): void {
  it.each(rows)('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });
}

describe('SF253: more PC1 at once than L3 groups', () => {
  check([
    [`${LARGE}, l3Groups: 4`, [PC1(5, MULTICORE)], 'SF253 11 5'],
    [`${LARGE}, l3Groups: 5`, [PC1(5, MULTICORE)]],
    [LARGE, [PC1(5, MULTICORE)]],
    // Nothing binds them.
    [`${LARGE}, l3Groups: 4`, [PC1(5)]],
    // Three by the limit, but 64 n + 10 MiB <= 192 GiB: n = 2
    ['cpus: 64, memory: 192GiB, l3Groups: 2', [PC1(3, MULTICORE)], 'SF252 11 3'],
    // 3 + 2
    [`${LARGE}, l3Groups: 4`, [PC1(3, MULTICORE), PC1(2, MULTICORE)], 'SF253 10 workers'],
    [`${LARGE}, l3Groups: 4`, [PC1(3, MULTICORE), PC1(2)], 'SF263 11 { producers: 3 }'],
    [`${LARGE}, l3Groups: 1`, ['tasks: [PC2], multicoreSdr: true']],
  ]);

  it('states both numbers', () => {
    const text = oneHost(`${LARGE}, l3Groups: 4`, PC1(3, MULTICORE), PC1(2, MULTICORE));
    expect(messages('SF253', text)).toEqual([
      'h1 may do 5 PC1 at once with multicore SDR, and it has 4 L3 groups',
    ]);
  });
});

describe('SF255: CPUs of two workers overlap', () => {
  check([
    [undefined, [PC1(1, ", cpus: '0-15,64'"), PC1(1, ", cpus: '8,64-70'")], "SF255 12 '8,64-70'"],
    [undefined, [PC1(1, ', cpus: 0-15'), PC1(1, ', cpus: 16-31')]],
    [undefined, [PC1(1, ', cpus: 0-15'), PC1(1)]],
  ]);

  it('names the CPUs', () => {
    const text = oneHost(undefined, PC1(1, ", cpus: '0-15,64'"), PC1(1, ", cpus: '8,10-11,64-70'"));
    expect(messages('SF255', text)).toEqual(['w1 and w2 on h1 both run on the CPUs 8,10-11,64']);
  });

  it('names each worker once', () => {
    const all = PC1(1, ', cpus: 0-7');
    expect(messages('SF255', oneHost(undefined, all, all, all))).toEqual([
      'w1 and w2 on h1 both run on the CPUs 0-7 (likewise w3)',
    ]);
  });
});

describe('SF256: CPUs that are not there', () => {
  it.each([
    ['64-71', 'error', 'h1 has no CPUs 64-71, so w1 cannot start'],
    ['60-71', 'warning', 'h1 has no CPUs 64-71, so w1 runs on the other 4 alone'],
  ])('%s of 64', (cpus, severity, message) => {
    const text = oneHost(LARGE, PC1(1, `, cpus: ${cpus}`));
    expect(codes(text)).toEqual([`SF256 11 ${cpus}`]);
    expect(found(text)).toMatchObject([{ severity, message, help: 'Write CPUs that are there: 0-63.' }]);
  });

  check([
    [LARGE, [PC1(1, ', cpus: 0-63')]],
    [undefined, [PC1(1, ', cpus: 1000-1001')]],
  ]);
});

describe('SF267: more threads of PC1 than CPUs', () => {
  const fewer = ', resources: { PC1: { maxParallelism: 1 } }';
  check([
    // 5 · (3 + 1) = 20 > 16
    ['cpus: 16, memory: 512GiB', [PC1(5, fewer + MULTICORE)], 'SF267 11 { producers: 3 }'],
    // 4 · 4 = 16
    ['cpus: 16, memory: 512GiB', [PC1(4, fewer + MULTICORE)]],
    // Where Lotus counts the threads itself, the limit alone is wrong.
    ['cpus: 16, memory: 512GiB', [PC1(5, MULTICORE)], 'SF252 11 5'],
    [undefined, [PC1(500, fewer + MULTICORE)]],
    // The CPUs it may use, not those of the machine
    ['cpus: 64, memory: 512GiB', [PC1(5, `${fewer}${MULTICORE}, cpus: 0-15`)], 'SF267 11 { producers: 3 }'],
  ]);

  it('states both numbers', () => {
    expect(messages('SF267', oneHost('cpus: 16, memory: 512GiB', PC1(5, fewer + MULTICORE)))).toEqual([
      'w1 may do 5 PC1 at once with multicore SDR, which take 20 threads, and it has 16 CPUs',
    ]);
  });
});

describe('SF271: two workers that take all CPUs', () => {
  const none = ', gpus: none';
  const both = ['tasks: [AP, PC2], gpus: none', 'tasks: [C2, AP], gpus: none'];
  it.each<[hardware: string | undefined, workers: string[], ...said: string[]]>([
    [undefined, both, 'SF271 12 [C2, AP]'],
    ['cpus: 64, memory: 512GiB', both.map((body) => body.replace(none, '')), 'SF271 12 [C2, AP]'],
    [undefined, both.map((body, index) => `${body}, cpus: ${index}`)],
    [undefined, both.map((body) => `${body}, cpus: 0-3`), 'SF271 12 [C2, AP]'],
    [undefined, both.map((body) => body.replace(none, ''))],
    [undefined, [both[0] ?? '', 'tasks: [AP]']],
    [undefined, both.map((body) => `${body}, resources: { C2: { maxParallelism: 8 } }`)],
  ])('%s with %j', (hardware, workers, ...said) => {
    const text = oneHost(hardware, ...workers);
    expect(codes(text).filter((code) => code.startsWith('SF271'))).toEqual(said);
  });

  it('names the tasks', () => {
    expect(messages('SF271', oneHost(undefined, ...both))).toEqual([
      'PC2 on w1 and C2 on w2 take 92 % of the CPUs of h1 each, without a GPU',
    ]);
  });

  it('says nothing of test sectors', () => {
    expect(codes(oneHost(undefined, ...both).replace('32GiB', '2KiB'))).toEqual([]);
  });
});

describe('SF248: no CPU left for the miner', () => {
  /** The same machine with the miner on it. */
  const beside = (...args: Parameters<typeof oneHost>): string =>
    oneHost(...args).replace('miner: { ', 'miner: { host: h1, ');

  it.each<[workers: string[], ...said: string[]]>([
    [[PC1(1)], 'SF248 11 w1'],
    [[PC1(1, ", cpus: '0-63'")], "SF248 11 '0-63'"],
    [[PC1(1, ", cpus: '0-31'"), PC1(1, ", cpus: '32-63'")], "SF248 11 '0-31'"],
    [[PC1(1, ", cpus: '0-31'"), PC1(1, ", cpus: '32-62'")]],
    [[PC1(1, ", cpus: '0-31'"), PC1(1)], 'SF248 12 w2'],
    // It adds pieces, which is no load.
    [['tasks: [AP]']],
  ])('%j beside it', (workers, ...said) => {
    expect(codes(beside(LARGE, ...workers)).filter((line) => line.startsWith('SF248'))).toEqual(said);
  });

  it('is not said of another machine, nor of one that nobody knows', () => {
    expect(codes(oneHost(LARGE, PC1(1)))).toEqual([]);
    expect(codes(beside(undefined, PC1(1)))).toEqual([]);
  });

  it('names the worker', () => {
    expect(messages('SF248', beside(LARGE, PC1(1)))).toEqual([
      'the miner is on h1 too, and w1 takes all of its 64 CPUs',
    ]);
  });
});
