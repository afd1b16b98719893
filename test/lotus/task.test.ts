import { describe, expect, it } from 'vitest';
import { fileTypesOf, parseSectorName, sectorName } from '../../src/lotus/file-type.js';
import { LIMITABLE_TASKS, SECTOR_SIZES } from '../../src/lotus/sector-size.js';
import {
  DECLARABLE_TASKS,
  task,
  TASK_PRIORITY,
  taskByRpc,
  taskByWritten,
  TASKS,
  type TaskCode,
} from '../../src/lotus/task.js';

describe('the tasks', () => {
  it.each<
    [code: TaskCode, rpc: string, variable: string | undefined, switchable: boolean, onByDefault: boolean]
  >([
    ['AP', 'seal/v0/addpiece', 'LOTUS_WORKER_ADDPIECE', true, true],
    ['DC', 'seal/v0/datacid', undefined, true, true],
    ['PC1', 'seal/v0/precommit/1', 'LOTUS_WORKER_PRECOMMIT1', true, true],
    ['PC2', 'seal/v0/precommit/2', 'LOTUS_WORKER_PRECOMMIT2', true, true],
    ['C1', 'seal/v0/commit/1', undefined, false, true],
    ['C2', 'seal/v0/commit/2', 'LOTUS_WORKER_COMMIT', true, true],
    ['FIN', 'seal/v0/finalize', undefined, false, true],
    ['FUS', 'seal/v0/finalizeunsealed', undefined, false, true],
    ['FRU', 'seal/v0/finalize/replicaupdate', undefined, false, true],
    ['GET', 'seal/v0/fetch', undefined, false, true],
    ['UNS', 'seal/v0/unseal', 'LOTUS_WORKER_UNSEAL', true, true],
    ['RU', 'seal/v0/replicaupdate', 'LOTUS_WORKER_REPLICA_UPDATE', true, true],
    ['PR1', 'seal/v0/provereplicaupdate/1', undefined, false, true],
    ['PR2', 'seal/v0/provereplicaupdate/2', 'LOTUS_WORKER_PROVE_REPLICA_UPDATE2', true, true],
    ['GSK', 'seal/v0/regensectorkey', 'LOTUS_WORKER_REGEN_SECTOR_KEY', true, true],
    ['DL', 'seal/v0/download/sector', 'LOTUS_WORKER_SECTOR_DOWNLOAD', false, false],
    ['WDP', 'post/v0/windowproof', 'LOTUS_WORKER_WINDOWPOST', false, false],
    ['WNP', 'post/v0/winningproof', 'LOTUS_WORKER_WINNINGPOST', false, false],
  ])('%s is %s in JSON-RPC, %s at the start', (code, rpc, variable, switchable, onByDefault) => {
    expect(task(code)).toMatchObject({ code, rpc, switchable, onByDefault });
    expect(task(code).variable).toBe(variable);
    expect(taskByRpc(rpc)?.code).toBe(code);
  });

  it('are each in the order of urgency once', () => {
    expect([...TASK_PRIORITY].sort()).toEqual(TASKS.map(({ code }) => code).sort());
  });

  it('are of three kinds that exclude each other', () => {
    expect(TASKS.filter(({ kind }) => kind !== 'sealing').map(({ code, kind }) => [code, kind])).toEqual([
      ['WDP', 'windowpost'],
      ['WNP', 'winningpost'],
    ]);
  });

  it('have no unknown ones', () => {
    expect(taskByRpc('seal/v0/none')).toBeUndefined();
    expect(() => task('XX' as TaskCode)).toThrow('XX');
  });
});

describe('a task as a person writes it', () => {
  it.each<[written: string, code: TaskCode | undefined]>([
    ['addpiece', 'AP'],
    ['precommit1', 'PC1'],
    ['PreCommit1', 'PC1'],
    ['pc1', 'PC1'],
    ['commit', 'C2'],
    ['C2', 'C2'],
    ['datacid', 'DC'],
    ['PR2', 'PR2'],
    // The public guide's name, which Lotus itself does not know.
    ['PRU2', 'PR2'],
    ['pru2', 'PR2'],
    ['prove-replica-update2', 'PR2'],
    ['sector-download', 'DL'],
    ['windowpost', 'WDP'],
    ['WNP', 'WNP'],
    // Always on: nobody can declare them.
    ['C1', undefined],
    ['FIN', undefined],
    ['GET', undefined],
    ['PRU1', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('%s is %s', (written, code) => {
    expect(taskByWritten(written)?.code).toBe(code);
  });

  it('finds every declarable task by name and by code', () => {
    for (const { name, code } of DECLARABLE_TASKS) {
      expect([taskByWritten(name)?.code, taskByWritten(code)?.code]).toEqual([code, code]);
    }
  });
});

describe('limits', () => {
  it('are known to Lotus for these tasks only', () => {
    expect([...LIMITABLE_TASKS].sort().join(' ')).toBe('AP C1 C2 DC GET GSK PC1 PC2 PR1 PR2 RU UNS WDP WNP');
  });
});

it('knows each sector size by its bytes and its seal proof', () => {
  const facts = Object.entries(SECTOR_SIZES).map(([size, { bytes, sealProof }]) => [size, bytes, sealProof]);
  expect(facts).toEqual([
    ['2KiB', 2 ** 11, 5],
    ['8MiB', 2 ** 23, 6],
    ['512MiB', 2 ** 29, 7],
    ['32GiB', 2 ** 35, 8],
    ['64GiB', 2 ** 36, 9],
  ]);
});

describe('sector files', () => {
  it('are a bit mask of types', () => {
    expect(fileTypesOf(0)).toEqual([]);
    expect(fileTypesOf(6)).toEqual(['sealed', 'cache']);
    expect(fileTypesOf(63)).toEqual(['unsealed', 'sealed', 'cache', 'update', 'update-cache', 'piece']);
  });

  it('are named after their sector', () => {
    const sector = { Miner: 1000, Number: 7 };
    expect(sectorName(sector)).toBe('s-t01000-7');
    expect(parseSectorName('s-t01000-7')).toEqual(sector);
    for (const name of ['fetching', 's-t01000-7.tmp', 's-t1000-7', 'lost+found', '']) {
      expect(parseSectorName(name)).toBeUndefined();
    }
  });
});
