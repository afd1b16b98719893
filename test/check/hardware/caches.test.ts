import { describe, expect, it } from 'vitest';
import { codes, found, oneHost } from './one-host.js';

const disks = (list: string): string => `cpus: 64, memory: 512GiB, gpus: 1, disk: { ${list} }`;
const ALL = 'tasks: [PC1, PC2, C2], limits: { PC1: 1 }';

describe('SF272: caches larger than their file system', () => {
  it.each<[hardware: string, workers: string[], ...said: string[]]>([
    // The parameters of C2 are in /p, 110 GiB; the parents of PC1 in /q, 60 GiB.
    [disks('/p: 109GiB'), [ALL], 'SF272 11 w1'],
    [disks('/p: 110GiB, /q: 60GiB'), [ALL]],
    [disks('/p: 1TiB, /q: 59GiB'), [ALL], 'SF272 11 w1'],
    [disks('/p: 1TiB, /q: 59GiB'), [`${ALL}, parentCache: /p/parents`]],
    [disks('/p: 1TiB, /q: 59GiB, /r: 59GiB'), [`${ALL}, parentCache: /r/x`], 'SF272 11 /r/x'],
    // 110 + 60 on one
    [disks('/: 169GiB'), [ALL], 'SF272 11 w1'],
    [disks('/: 170GiB'), [ALL]],
    // Two workers share what lies there.
    [disks('/: 170GiB'), ['tasks: [PC1], limits: { PC1: 1 }', 'tasks: [C2], gpus: [0]']],
    [disks('/: 1GiB'), ['tasks: [PC2]']],
    [disks('/elsewhere: 1GiB'), [ALL]],
    // One number is what each storage path has for itself.
    ['cpus: 64, memory: 512GiB, gpus: 1, disk: 1GiB', [ALL]],
  ])('%s with %j', (hardware, workers, ...said) => {
    expect(codes(oneHost(hardware, ...workers))).toEqual(said);
  });

  it('adds up what lies on one file system', () => {
    expect(found(oneHost(disks('/: 100GiB'), ALL))).toMatchObject([
      {
        severity: 'warning',
        // 110 + 60
        message: 'w1 needs about 170 GiB below / for its proof parameters and parents, and it has 100 GiB',
      },
    ]);
  });

  it('asks twice the room for parents of 64 GiB, and none for those of tests', () => {
    const text = oneHost(disks('/q: 119GiB'), 'tasks: [PC1], limits: { PC1: 1 }');
    expect(codes(text.replace('32GiB', '64GiB'))).toEqual(['SF272 11 w1']);
    expect(codes(text)).toEqual([]);
    expect(codes(oneHost(disks('/q: 1GiB'), ALL).replace('32GiB', '512MiB'))).toEqual([]);
  });
});
