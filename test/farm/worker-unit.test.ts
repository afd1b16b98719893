import { describe, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import type { Worker } from '../../src/farm/farm.js';
import { desire } from '../../src/desired/desire.js';
import { TOKEN } from '../support/farm.js';
import { codeAndPlace, edited, farmOf, said, type Edit } from './sample.js';

const GiB = 2 ** 30;
const having = (settings: string): Edit => [
  '        profile: p\n',
  `        profile: p\n        ${settings}\n`,
];
const PLAIN: Edit = ['    address: 10.0.0.1\n', '    address: 10.0.0.1\n    serviceManager: process\n'];

function workerOf(...edits: readonly Edit[]): Worker | undefined {
  return farmOf(edited(...edits)).hosts[0]?.workers[0];
}

describe('what the unit of a worker has', () => {
  it('is, where nothing is said, a folder for temporary files of its own', () => {
    expect(workerOf()).toMatchObject({ tmpDir: '/var/lib/sealfarm/tmp/w1' });
    for (const key of ['numaNodes', 'memory', 'user']) expect(workerOf()).not.toHaveProperty(key);
  });

  it('is what is written, nodes upwards', () => {
    const all = 'numaNodes: [2, 0]\n        memory: 512GiB\n        user: lotus\n        tmpDir: /fast/tmp/';
    const settings = { numaNodes: [0, 2], memory: 512 * GiB, user: 'lotus', tmpDir: '/fast/tmp' };
    expect(workerOf(having(all))).toMatchObject(settings);
  });

  it('comes from profiles too', () => {
    expect(workerOf(['p: { tasks: [AP] }', 'p: { tasks: [AP], user: lotus }'])?.user).toBe('lotus');
  });

  it('is in the drop-in', () => {
    const farm = farmOf(
      edited(
        having(['numaNodes: [0]', 'memory: 1GiB', 'user: lotus', 'tmpDir: /fast/tmp'].join('\n        ')),
      ),
    );
    const dropIn = desire(farm, TOKEN, new Map()).hosts[0]?.workers[0]?.dropIn;
    expect(dropIn?.split('\n')).toEqual(
      expect.arrayContaining([
        'User=lotus',
        'NUMAMask=0',
        'AllowedMemoryNodes=0',
        'MemoryMax=1073741824',
        'RequiresMountsFor=/var/lib/sealfarm/workers/w1 /fast/tmp /mnt/s',
      ]),
    );
    expect(dropIn).toContain('install -d -m 700 -o lotus ');
  });

  it.each([
    ['numaNodes: []'],
    ['numaNodes: [0, 0]'],
    ['numaNodes: [-1]'],
    ['user: "lotus; reboot"'],
    ['user: 0'],
  ])('is no nonsense: %s', (settings) => {
    expect(said(edited(having(settings)))[0]).toMatch(/^SF1\d\d 16:/);
  });
});

describe('SF246: memory of a plain process', () => {
  it('is passed over, and said to be', () => {
    const { farm, diagnostics } = readFarm(edited(PLAIN, having('memory: 512GiB')), 'sealfarm.yaml');
    expect(diagnostics.map(codeAndPlace)).toEqual(['SF246 17:17']);
    expect(diagnostics[0]?.severity).toBe('warning');
    expect(farm?.hosts[0]?.workers[0]).not.toHaveProperty('memory');
  });

  it('is limited by systemd', () => {
    expect(said(edited(having('memory: 512GiB')))).toEqual([]);
    expect(said(edited(PLAIN, having('numaNodes: [0]')))).toEqual([]);
  });
});
