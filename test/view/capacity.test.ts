import { describe, expect, it } from 'vitest';
import { farmCapacity, type FarmCapacity } from '../../src/capacity/host-capacity.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Hardware, Host, Worker } from '../../src/farm/farm.js';
import { capacityJson, formatCapacity } from '../../src/view/capacity.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';

const GiB = 2 ** 30;

const BIG: Hardware = { cpus: 64, memory: 512 * GiB, swap: 128 * GiB, gpus: 1, l3Groups: 8 };
const SMALL: Hardware = { cpus: 32, memory: 128 * GiB, swap: 0, gpus: 0 };

function capacityOf(hosts: readonly (readonly [host: Host, hardware?: Hardware])[]): FarmCapacity {
  const known = hosts.flatMap(([{ name }, hardware]) => (hardware === undefined ? [] : [[name, hardware] as const])); // prettier-ignore
  return farmCapacity(
    aFarm(),
    hosts.map(([host]) => host),
    new Map(known),
  );
}

function host(name: string, ...workers: readonly Partial<Worker>[]): Host {
  return aHost({ name, workers: workers.map((worker) => aWorker({ name, ...worker })) });
}

function text(hosts: readonly (readonly [host: Host, hardware?: Hardware])[], width = 100): string {
  return formatCapacity(capacityOf(hosts), { style: PLAIN, width });
}

const LIMITED: Partial<Worker> = { tasks: ['AP', 'PC1'], limits: new Map([['PC1', 4]]) };

describe('formatCapacity', () => {
  it('shows a block for each sort of host', () => {
    const sealers = ['01', '02', '03'].map(
      (n) =>
        [
          host(`pc1-${n}`, LIMITED, { name: `pc2-${n}`, tasks: ['PC2', 'C2'], storage: [aStorage({ path: '/mnt/b' })] }),
          BIG,
        ] as const,
    ); // prettier-ignore
    expect(text([...sealers, [host('c2-1', { tasks: ['C2'] }), SMALL], [host('x1')], [host('x2')]])).toBe(
      [
        'pc1-[01-03], 3 hosts alike: 64 CPUs, 512 GiB of RAM, 128 GiB of swap, 1 GPU',
        '  WORKER       TASK  ALONE  BINDS    IN THE MIX  BINDS',
        '  pc1-[01-03]  AP    64     threads  5           PC1',
        '               PC1   4      limit    4           limit',
        '  pc2-[01-03]  PC2   1      GPUs     1           GPUs',
        '               C2    1      GPUs     0           GPUs',
        '  In the mix: RAM 261.1 GiB of 512 GiB, RAM + swap 293.1 GiB of 640 GiB, threads 15 of 64, GPUs 1 of',
        '    1',
        '  pc2-[01-03] C2: 0 in the mix — it takes turns with PC2 on the GPU',
        '',
        'c2-1: 32 CPUs, 128 GiB of RAM',
        '  WORKER  TASK  ALONE  BINDS       IN THE MIX  BINDS',
        '  c2-1    C2    0      RAM + swap  0           RAM + swap',
        '  In the mix: RAM 0 of 128 GiB, RAM + swap 0 of 128 GiB, threads 0 of 32',
        '  c2-1 C2: 0 — Lotus wants 182 GiB of RAM + swap for one, this worker has 128 GiB',
        '',
        'x1, x2: hardware unknown: write `hardware:` under the host',
      ].join('\n'),
    );
  });

  it.each<[what: string, worker: Partial<Worker>, machine: Partial<Hardware>, words: string]>([
    ['RAM', { tasks: ['PC1'] }, { memory: 40 * GiB }, 'PC1: 0 — Lotus wants 56.1 GiB of RAM for one, this worker has 40 GiB'],
    ['threads', { tasks: ['PC2'] }, { cpus: 1, gpus: 1 }, 'PC2: 0 — Lotus wants 6 threads for one, this worker has 1'],
    [
      'GPUs',
      { tasks: ['PC2'], resources: new Map([['PC2', { GPUUtilization: 2 }]]) },
      { gpus: 1 },
      'PC2: 0 — Lotus wants 2 GPUs for one, this worker has 1',
    ],
    ['disk', { tasks: ['PC1'] }, { disk: 400 * GiB }, 'PC1: 0 — Lotus wants 483.2 GiB free on one storage path for one, this worker has 400 GiB'],
    ['a path', { tasks: ['AP'], storage: [] }, {}, 'AP: 0 — none of its storage paths takes the files of one'],
    [
      'what the others leave',
      { tasks: ['PC1', 'C2'] },
      { memory: 200 * GiB },
      'C2: 0 in the mix — Lotus wants 182 GiB of RAM + swap for one, the other tasks leave 136 GiB',
    ],
  ])('says why a task never runs for want of %s', (_, worker, machine, words) => {
    const lines = text([[host('w', worker), { ...SMALL, ...machine }]], 200).split('\n');
    expect(lines.at(-1)).toBe(`  w ${words}`);
  }); // prettier-ignore

  it('keeps the rows short where many workers are alike and their names do not fold', () => {
    const many = ['north', 'south', 'east', 'west', 'attic'].map(
      (room) => [host(`pc1-in-the-${room}`, LIMITED), BIG] as const,
    );
    expect(text(many, 200).split('\n').slice(1, 4)).toEqual([
      '  WORKER                                         TASK  ALONE  BINDS    IN THE MIX  BINDS',
      '  pc1-in-the-north, pc1-in-the-south and 3 more  AP    64     threads  5           PC1',
      '                                                 PC1   4      limit    4           limit',
    ]);
  });

  it('says how it comes that more is given out than there is', () => {
    const pc1s: Partial<Worker> = { tasks: ['PC1'] };
    const both = text([[host('w', pc1s, { ...pc1s, name: 'v' }), SMALL]], 200).split('\n');
    // Each takes a PC1 of 56 GiB and at the peak 64 GiB, and the 10 MiB.
    expect(both.slice(-2)).toEqual([
      '  In the mix: RAM 112.1 GiB of 128 GiB, RAM + swap 128.1 GiB of 128 GiB (over), threads 2 of 32',
      '  Each worker counts the whole machine as its own: Lotus lets them take more than there is.',
    ]);
    const one = text([[host('w', { tasks: ['AP', 'PC2'] }), { ...SMALL, memory: 20 * GiB }]], 200);
    expect(one).toContain('RAM 21 GiB of 20 GiB (over), RAM + swap 21 GiB of 20 GiB (over)');
    expect(one.split('\n').at(-1)).toMatch(/^ {2}Lotus counts the memory that tasks of a kind share only/);
    expect(text([[host('w', LIMITED), BIG]])).not.toContain('than there is');
  });

  it('shows every binding, and tasks that nothing stops', () => {
    const tight = { ...SMALL, disk: 1000 * GiB };
    const rows = (worker: Partial<Worker>, hardware: Hardware): unknown =>
      text([[host('w', worker), hardware]])
        .split('\n')
        .flatMap((line) => /^ +(?:w +)?((?:AP|PC1|DL) .*)$/.exec(line)?.[1]?.replaceAll(/ +/g, ' ') ?? []);
    expect(
      rows({ tasks: ['AP', 'PC1', 'DL'], storage: [aStorage({ denyTypes: ['cache'] })] }, tight),
    ).toEqual([
      'AP 31 RAM 1 PC1', // (128 − 1)/4 = 31.75; 1000/32 = 31.25 as well, and RAM comes first
      'PC1 0 no path 0 no path',
      'DL any - any -',
    ]);
    expect(rows({ tasks: ['AP'] }, { ...tight, memory: 512 * GiB })).toEqual(['AP 31 disk 31 disk']);
  });

  it('names a worker without tasks, and a host without workers', () => {
    expect(text([[host('w', { tasks: [] }), SMALL]])).toContain(
      '\n  w       -     -      -      -           -\n',
    );
    expect(text([[host('bare'), SMALL]])).toBe('bare: 32 CPUs, 128 GiB of RAM\n  no workers');
  });

  it('folds no hosts that differ', () => {
    const limit = (most: number): Partial<Worker> => ({
      ...LIMITED,
      limits: new Map([['PC1', most]]),
      multicoreSdr: { producers: 3 },
    });
    const heads = text([
      [host('a1', limit(4)), BIG],
      [host('a2', limit(3)), BIG],
      [host('a3', limit(4)), { ...BIG, l3Groups: 4 }],
      [host('a4', limit(4)), BIG],
    ]);
    expect(heads.match(/^\w.*?:/gm)).toEqual(['a1, a4, 2 hosts alike:', 'a2:', 'a3:']);
  });

  it('says why more PC1 than L3 groups are too many', () => {
    const multicore = { ...LIMITED, multicoreSdr: { producers: 1 } };
    const shown = text([[host('w', multicore), { ...BIG, l3Groups: 3 }]]);
    expect(shown).toContain('4 PC1 on 3 L3 groups (over)');
    expect(shown).toContain('PC1 with multicore SDR that share one slow each other down');
    expect(text([[host('w', multicore), BIG]])).not.toContain('(over)');
  });

  it('fits a narrow terminal and stands out in colour', () => {
    const view = { style: createStyle(true), width: 60 };
    const shown = formatCapacity(capacityOf([[host('w', { tasks: ['C2', 'PC1'] }), SMALL]]), view);
    for (const line of shown.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(shown).toContain('\u001b[31m0\u001b[39m');
  });

  it('is empty for a farm without hosts', () => {
    expect(text([])).toBe('');
  });
});

describe('capacityJson', () => {
  it('has the same for machines', () => {
    const trouble: Diagnostic = { code: 'SF404', severity: 'error', message: 'x1 does not answer' };
    const capacity = capacityOf([[host('c2-1', { tasks: ['C2'] }), SMALL], [host('x1')]]);
    expect(capacityJson(capacity, [trouble])).toEqual({
      formatVersion: 1,
      farm: 'example',
      hosts: [
        {
          host: 'c2-1',
          workers: [
            {
              worker: 'c2-1',
              tasks: [
                {
                  code: 'C2',
                  alone: {
                    count: 0,
                    binds: 'virtual-memory',
                    needs: { needed: 182 * GiB, available: 128 * GiB },
                  },
                  mixed: {
                    count: 0,
                    binds: 'virtual-memory',
                    needs: { needed: 182 * GiB, available: 128 * GiB },
                  },
                },
              ],
              taken: { memory: 0, virtualMemory: 0, threads: 0, gpus: 0 },
            },
          ],
          sums: {
            memory: { taken: 0, available: 128 * GiB, over: false },
            virtualMemory: { taken: 0, available: 128 * GiB, over: false },
            threads: { taken: 0, available: 32, over: false },
            gpus: { taken: 0, available: 0, over: false },
          },
        },
      ],
      unknown: ['x1'],
      diagnostics: [trouble],
    });
  });
});
