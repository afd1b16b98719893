import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/simulate/outcome.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { aTransfer, aWorkerOutcome, farmWith, sections } from '../support/outcome.js';

const GiB = 2 ** 30;

function numbered(stem: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${stem}-${String(index + 1).padStart(2, '0')}`);
}

describe('many workers', () => {
  const farm = farmWith(numbered('pc1', 10), numbered('c2', 3));
  const workers = [
    ...numbered('pc1', 10).map((name, index) => aWorkerOutcome(name, { running: new Map([['PC1', index]]) })),
    ...numbered('c2', 3).map((name) => aWorkerOutcome(name, { use: { memory: 0, threads: 0, gpus: 0.5 } })),
  ];

  it('share a row with those that are alike', () => {
    expect(sections({ workers }, { farm })[2]).toEqual([
      'WORKER                    RUNNING  RAM   THREADS  GPUS',
      'pc1-[01-10] (each of 10)  PC1 4.5  50 %  25 %     -', // (0 + … + 9) / 10
      'c2-[01-03] (each of 3)    -        0 %   0 %      50 %',
    ]);
  });

  it('move files as one, within a row too', () => {
    const transfers = [
      aTransfer({ from: 'pc1-01', to: 'pc1-02', bytes: 40 * GiB, sectors: 2 }),
      aTransfer({ from: 'pc1-02', to: 'c2-01', bytes: 20 * GiB }),
      aTransfer({ from: 'pc1-09', to: 'c2-03', bytes: 30 * GiB }),
      aTransfer({ from: 'pc1-09', to: 'c2-03', cargo: 'finished', bytes: 10 * GiB }),
    ];
    expect(sections({ workers, transfers, bytesBetweenMachines: 100 * GiB }, { farm })[3]).toEqual([
      'Moved between machines: 100 GiB, 2.5 GiB per finished sector', // of 40
      '  pc1-[01-10] → c2-[01-03]   unsealed, for PC1       2 sectors  50 GiB',
      '  pc1-[01-10] → pc1-[01-10]  unsealed, for PC1       2 sectors  40 GiB',
      '  pc1-[01-10] → c2-[01-03]   finished, into storage  1 sector   10 GiB',
    ]);
  });

  it('are shown one by one up to twelve', () => {
    const names = numbered('pc1', 12);
    const shown = sections({ workers: names.map((name) => aWorkerOutcome(name)) }, { farm: farmWith(names) });
    expect(shown[2]?.slice(1)).toEqual(names.map((name) => `${name}  -        50 %  25 %     -`));
  });

  it('that all differ are shown up to twelve kinds', () => {
    const hosts = numbered('w', 15).map((name, index) =>
      aHost({ name, workers: [aWorker({ name, limits: new Map([['PC1', Math.min(index + 1, 13)]]) })] }),
    );
    const shown = sections({ workers: numbered('w', 15).map((name) => aWorkerOutcome(name)) }, { farm: aFarm({ hosts }) });
    expect(shown[2]?.slice(-2)).toEqual([
      'w-12    -        50 %  25 %     -',
      'and 3 more workers; --json has them all',
    ]);
  }); // prettier-ignore
});

describe('transfers', () => {
  const moves = (outcome: Partial<Outcome>): unknown =>
    sections({ workers: [aWorkerOutcome('worker-1')], ...outcome })[3];

  it('may be none', () => {
    expect(moves({})).toEqual(['No file moves from one machine to another.']);
  });

  it('leave out those within a machine', () => {
    const workers = [aWorkerOutcome('a', { host: 'h' }), aWorkerOutcome('b', { host: 'h' }), aWorkerOutcome('c')];
    const transfers = [aTransfer({ from: 'a', to: 'b', bytes: 90 * GiB }), aTransfer({ from: 'a', to: 'c', bytes: 32 * GiB })];
    expect(moves({ workers, transfers, bytesBetweenMachines: 32 * GiB, finishedSince: 0 })).toEqual([
      'Moved between machines: 32 GiB',
      '  a → c  unsealed, for PC1  1 sector  32 GiB',
    ]);
    expect(moves({ workers, transfers: transfers.slice(0, 1) })).toEqual(['No file moves from one machine to another.']);
  }); // prettier-ignore

  it('are cut off after the eight largest', () => {
    const transfers = numbered('to', 10).map((to, index) => aTransfer({ to, bytes: (index + 1) * GiB }));
    const shown = sections({
      transfers,
      bytesBetweenMachines: 55 * GiB,
      workers: [aWorkerOutcome('worker-1')],
    })[3];
    expect(shown).toHaveLength(10);
    expect(shown?.[1]).toBe('  worker-1 → to-10  unsealed, for PC1  1 sector  10 GiB');
    expect(shown?.slice(-2)).toEqual([
      '  worker-1 → to-03  unsealed, for PC1  1 sector  3 GiB',
      '  and 2 more rows; --json has them all',
    ]);
  });
});
