import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flowOf } from '../../src/flow/flow.js';
import { formatFlow } from '../../src/view/flow.js';
import { flowJson } from '../../src/view/flow-json.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { farmOf } from '../farm/sample.js';

const GUIDE = readFileSync(join(import.meta.dirname, '../../examples/storage-groups/sealfarm.yaml'), 'utf8');
const WITHOUT_GROUPS = GUIDE.replaceAll(/ +(?:groups|allowTo): \[.*\n?/g, '');

/** The guide's file with other hosts. */
function withHosts(...hosts: readonly string[]): string {
  return GUIDE.replace(/ {2}host-1:[^]*/, hosts.map((host) => `  ${host}\n`).join(''));
}

const host = (name: string, net: number, tasks: string, storage: string): string =>
  `${name}: { address: '10.0.${net}.{n}', workers: { 'w${name.replace(/\[.*\]/, '{nn}')}': { tasks: [${tasks}], storage: [${storage}] } } }`;
const SEAL = '{ path: /s, seal: true }';

function shown(text: string, width = 100): string[] {
  return formatFlow(flowOf(farmOf(text), new Map()), { style: PLAIN, width }).split('\n');
}

describe('formatFlow', () => {
  it("shows the guide's farm", () => {
    expect(shown(GUIDE)).toEqual([
      // 6/9 x 32 + 1/3 x 448 + 32.07
      'Farm example: on average 202.7 GiB go from one machine to another for every sector of 32 GiB',
      '',
      'AP → PC1: the unsealed file, 32 GiB; 21.3 GiB between machines',
      '            worker-1  worker-2  worker-3',
      '  worker-1         -       3.6       3.6',
      '  worker-2       3.6         -       3.6',
      '  worker-3       3.6       3.6         -',
      '',
      'PC1 → PC2: the sealed file and the cache, 448 GiB; 149.3 GiB between machines',
      '            worker-1',
      '  worker-3     149.3',
      '',
      'FIN → storage: the finished sector, 32.1 GiB; 32.1 GiB between machines',
      '            (miner)',
      '  worker-1     21.4',
      '  worker-2     10.7',
      '',
      'Who does what',
      '  AP       worker-[1-3]',
      '  PC1      worker-[1-3]',
      '  PC2      worker-1, worker-2',
      '  C1, FIN  where PC2 was',
      '  C2       worker-1, worker-2',
      '  storage  nobody but the miner',
      '',
      'Closed and narrow ways',
      '  thin: PC1 output of worker-3: PC2 by worker-1 alone',
      '',
      'Storage groups do not steer AP and PC1: the unsealed file goes from any worker to any other.',
      'Averages, with work for every worker; `sealfarm flow --help` says how they are made.',
    ]);
  });

  it('shows what its groups save', () => {
    const lines = shown(WITHOUT_GROUPS);
    expect(lines).toContain('PC1 → PC2: the sealed file and the cache, 448 GiB; 298.7 GiB between machines');
    expect(lines).toContain('  worker-1         -      74.7');
    expect(lines).toContain(
      'Some PC1 output leaves a worker that could do PC2 itself: Lotus prefers the least used worker.',
    );
    expect(lines.join('\n')).not.toContain('Storage groups do not steer');
  });

  it('folds workers that are alike where there are many', () => {
    const lines = shown(
      withHosts(
        host('a-[01-24]', 1, 'AP, PC1', SEAL),
        host('b-[01-04]', 2, 'PC2, C2', SEAL),
        host('s-[1-1]', 3, '', '{ path: /t, store: true }'),
      ),
    );
    expect(lines).toContain('                           wb-[01-04] (4 workers)');
    expect(lines).toContain('  wa-[01-24] (24 workers)                   448.0');
    expect(lines).toContain('  PC1      wa-[01-24]');
    expect(lines).toContain('                          ws-1');
    // 23 of 24 sectors are added elsewhere
    expect(lines).toContain('AP → PC1: the unsealed file, 32 GiB; 30.7 GiB between machines');
  });

  it('tells apart what stays on a machine', () => {
    const text = withHosts(
      `a: { address: 10.0.1.1, workers: { one: { tasks: [AP, PC1], storage: [${SEAL}] }, two: { tasks: [PC2], listen: '10.0.1.1:9', storage: [{ path: /u, seal: true }] } } }`,
      `b: { address: 10.0.1.2, workers: { three: { tasks: [PC2], storage: [${SEAL}] } } }`,
    );
    expect(shown(text).join('\n')).toContain(
      [
        'PC1 → PC2: the sealed file and the cache, 448 GiB; 224 GiB between machines, (224 GiB within one',
        '  machine)',
        '           two  three',
        '  one  (224.0)  224.0',
        '',
      ].join('\n'),
    );
  });

  it('lists what is too wide for a table, the most first', () => {
    const lines = shown(WITHOUT_GROUPS, 29);
    const list = lines.slice(lines.findIndex((line) => line.startsWith('PC1')));
    expect(list.filter((line) => line.includes(' → worker')).slice(0, 1)).toEqual([
      '  74.7  worker-1 → worker-2',
    ]);
    expect(lines).toContain('  3.6  worker-3 → worker-2');
    const text = withHosts(...[1, 2, 3, 4, 5].map((n) => host(`x${n}-[1-1]`, n, 'AP, PC1, PC2, C2', SEAL)));
    // 20 pairs
    expect(shown(text, 30)).toContain('  and 4 more, with --json');
  });

  it('breaks long lines between names', () => {
    const seal = host('pc1-[01-16]-x', 1, 'PC1', SEAL);
    const lines = shown(withHosts(seal, host('p-[1-1]', 9, 'AP, PC2, C2', SEAL)), 40);
    const from = lines.findIndex((line) => line.startsWith('PC1 →'));
    expect(lines.slice(from, lines.indexOf('', from))).toEqual([
      'PC1 → PC2: the sealed file and the',
      '  cache, 448 GiB; 448 GiB between',
      '  machines',
      '  448.0  wpc1-01-x, wpc1-02-x, wpc1-03-x',
      '           and 13 more (16 workers) →',
      '           wp-1',
    ]);
  });

  it('lists the most first', () => {
    const text = withHosts(
      host('x-[1-1]', 1, 'PC1', `{ path: /s, seal: true, weight: 1 }, ${SEAL.replace('/s', '/u')}`).replace(
        'weight: 1',
        'weight: 1, allowTo: [example-seal-group-1]',
      ),
      host('z-[1-1]', 3, 'PC2', SEAL),
      host('y-[1-1]', 2, 'AP, PC2, C2', '{ path: /s, seal: true, groups: [example-seal-group-1] }'),
    );
    // 448 GiB: 1/11 to y alone, 10/11 to y and z alike
    expect(shown(text, 19).filter((line) => line.includes('wx-1 → '))).toEqual([
      '  244.4  wx-1 → wy-1',
      '  203.6  wx-1 → wz-1',
    ]);
  });

  it('keeps the order of the file', () => {
    const text = withHosts(host('a-[1-1]', 1, 'PC1, PC2', SEAL), host('b-[1-1]', 2, 'AP, PC1, PC2', SEAL));
    expect(shown(text)).toEqual(
      expect.arrayContaining(['         wa-1   wb-1', '  wa-1      -  112.0', '  wb-1  112.0      -']),
    );
  });

  it('says what is stuck', () => {
    const stuck = GUIDE.replace('groups: [example-seal-group-1]', 'groups: []');
    expect(shown(stuck)).toContain(
      '  stuck: PC1 output of worker-3: only to example-seal-group-1, where no worker does PC2',
    );
    const alone = GUIDE.replace('miner:\n', 'miner:\n  disallowRemoteFinalize: true\n');
    expect(shown(alone, 200)).toContain(
      '  stuck: 100 % of all sectors after FIN: they may only be kept on the path on which they were sealed, and that is none for storing',
    );
  });

  it('says that one worker alone does C2', () => {
    const text = withHosts(host('a-[1-2]', 1, 'AP, PC1, PC2', SEAL), host('c-[1-1]', 2, 'C2', SEAL));
    expect(shown(text)).toContain('  thin: C2 of all sectors: by wc-1 alone');
  });

  it('says so where nothing moves', () => {
    const all = '{ path: /s, seal: true, store: true }';
    const lines = shown(withHosts(host('a-[1-1]', 1, 'AP, PC1, PC2, C2', all)));
    expect(lines[0]).toBe('Farm example: no file of a sector leaves its machine');
    expect(lines).toContain('AP → PC1: the unsealed file, 32 GiB; nothing moves');
    expect(lines).not.toContain('Closed and narrow ways');
  });

  it('says so where no worker does anything', () => {
    expect(shown(withHosts(host('a-[1-1]', 1, 'UNS', '')))[0]).toBe(
      'Farm example: no worker takes part in sealing; all of it is left to the miner',
    );
  });

  it.each([
    ['2KiB', '2 KiB'],
    ['512MiB', '512 MiB'],
    ['64GiB', '64 GiB'],
  ])('counts in units of sectors of %s', (size, words) => {
    expect(shown(GUIDE.replace('32GiB', size))).toContainEqual(
      expect.stringMatching(new RegExp(`^AP → PC1: the unsealed file, ${words}; `)),
    );
  });

  it('means the same in colour', () => {
    const flow = flowOf(farmOf(GUIDE), new Map());
    const coloured = formatFlow(flow, { style: createStyle(true), width: 100 });
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(shown(GUIDE).join('\n'));
    expect(coloured).not.toBe(shown(GUIDE).join('\n'));
  });
});

describe('flowJson', () => {
  const json = flowJson(flowOf(farmOf(GUIDE), new Map()));
  const GiB = 2 ** 30;

  it('has what moves each time, and in all', () => {
    expect(json).toMatchObject({
      formatVersion: 1,
      farm: 'example',
      sectorSize: '32GiB',
      bytes: { unsealed: 32 * GiB, 'pc1-output': 448 * GiB, finished: 32 * GiB + 76_695_844 },
      stuck: { pc2: 0, storage: 0 },
    });
    expect(json.totals['pc1-output'].between).toBeCloseTo((448 * GiB) / 3, 0);
    expect(json.totals['pc1-output'].within).toBe(0);
  });

  it('has every worker', () => {
    expect(json.stages).toEqual({
      AP: ['worker-1', 'worker-2', 'worker-3'],
      PC1: ['worker-1', 'worker-2', 'worker-3'],
      PC2: ['worker-1', 'worker-2'],
      C2: ['worker-1', 'worker-2'],
      store: [],
    });
    expect(json.routes).toEqual([
      { worker: 'worker-1', paths: ['/mnt/nvme0/seal'], takers: ['worker-1'] },
      { worker: 'worker-2', paths: ['/mnt/nvme0/seal'], takers: ['worker-2'] },
      { worker: 'worker-3', paths: ['/mnt/nvme0/seal'], takers: ['worker-1'] },
    ]);
    expect(json.transfers.map(({ kind, from, between }) => [kind, from, Object.keys(between)])).toEqual([
      ['unsealed', 'worker-1', ['worker-2', 'worker-3']],
      ['unsealed', 'worker-2', ['worker-1', 'worker-3']],
      ['unsealed', 'worker-3', ['worker-1', 'worker-2']],
      ['pc1-output', 'worker-3', ['worker-1']],
      ['finished', 'worker-1', ['(miner)']],
      ['finished', 'worker-2', ['(miner)']],
    ]);
  });
});
