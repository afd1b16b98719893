import { describe, expect, it } from 'vitest';
import type { ReplacedProgram } from '../../src/observed/observed.js';
import type { Plan } from '../../src/plan/plan.js';
import { farmOf } from '../support/farm.js';
import { changeMiner, changeProcess, changeWorker } from '../support/observation.js';
import { codes, ENV_FILE, FARM, only, plan, PLACED, summary } from '../support/plan.js';

const MINER = '1.36.2+mainnet+git.1111111';

/** The usual worker runs another program than the one on disk, under a miner of this version. */
function upgraded(replaced: ReplacedProgram, farm = FARM): Plan {
  const seen = changeMiner(PLACED, { version: MINER });
  return plan(
    farm,
    changeWorker(
      seen,
      'worker-1',
      changeProcess((process) => ({ ...process, replaced })),
    ),
  );
}

describe('a program that was replaced under a running worker', () => {
  it.each<[what: string, replaced: ReplacedProgram, after: string]>([
    ['is that of the miner', { onDisk: '1.36.2+mainnet+git.8a722b5' }, '1.36.2'],
    ['is of the series of the miner', { onDisk: '1.36.3-rc1+mainnet' }, '1.36.3-rc1'],
    ['tells no version', {}, 'as it is on disk'],
  ])('%s: the worker is restarted when it is quiet', (_what, replaced, after) => {
    const made = upgraded(replaced);
    expect(codes(made)).toEqual([]);
    expect(summary(made)).toEqual(['restart: restart, program-replaced']);
    expect(only(made, 'restart').changes).toEqual([
      { field: 'program', before: 'as it was at its start', after },
    ]);
    expect(made.waves).toHaveLength(1);
  });

  it('is taken on where the miner does not tell its version', () => {
    const made = plan(
      FARM,
      changeWorker(
        PLACED,
        'worker-1',
        changeProcess((process) => ({ ...process, replaced: { onDisk: '1.37.0' } })),
      ),
    );
    expect(summary(made)).toEqual(['restart: restart, program-replaced']);
  });

  it.each(['1.37.0+mainnet', '1.35.1+mainnet'])('waits for the miner where it is %s', (onDisk) => {
    const made = upgraded({ onDisk });
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toEqual(['SF596 warning']);
    const [advice, has] = onDisk.startsWith('1.37')
      ? ['Upgrade lotus-miner first', 'still runs']
      : ['Put the lotus-worker of 1.36 there', 'has'];
    expect(made.diagnostics[0]?.help).toContain(advice);
    expect(made.diagnostics[0]).toMatchObject({
      message: `worker-1 is not restarted: its program on disk is lotus-worker ${onDisk.slice(0, 6)}, and the miner ${has} 1.36.2`,
      place: { host: 'host-1', worker: 'worker-1', path: '/usr/local/bin/lotus-worker' },
    });
  });

  it.each([
    ['2.0.1+mainnet', '1.36.2+mainnet', 'Upgrade lotus-miner first'],
    ['1.40.0+mainnet', '2.0.1+mainnet', 'Put the lotus-worker of 2.0 there'],
  ])('of %s goes by the first number before the second, under a miner of %s', (onDisk, version, advice) => {
    const replaced = changeProcess((process) => ({ ...process, replaced: { onDisk } }));
    const made = plan(FARM, changeWorker(changeMiner(PLACED, { version }), 'worker-1', replaced));
    expect(made.diagnostics[0]?.help).toContain(advice);
  });

  it('keeps back what else a restart is for, and nothing that is done live', () => {
    const farm = farmOf({ limits: new Map([['PC1', 2]]), tasks: ['AP', 'PC1', 'PC2'] });
    const made = upgraded({ onDisk: '1.37.0' }, farm);
    expect(summary(made)).toEqual([
      `write-file ${ENV_FILE}: none, config-changed`,
      'disable-task C2: live, config-changed',
    ]);
    expect(codes(made)).toEqual(['SF596 warning']);
  });

  it('comes with a restart that an edit asks for, and is what of it no edit asks for', () => {
    const farm = farmOf({ limits: new Map([['PC1', 2]]) });
    const made = upgraded({ onDisk: '1.36.2' }, farm);
    expect(only(made, 'restart')).toMatchObject({ reason: 'program-replaced' });
    const fields = only(made, 'restart').changes.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['PC1_32G_MAX_CONCURRENT', 'program']));
  });
});
