import { beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.js';
import type { ApplyRules } from '../../src/apply/context.js';
import type { Step } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aDiagnostic } from '../support/observation.js';
import { ACTION, MinerScene } from './miner-scene.js';

let miner: MinerScene;
beforeEach(() => {
  miner = new MinerScene();
});

const LEAVING = { ...ACTION, leaves: ['WDP'], last: true } as const;

async function applied(
  action: typeof ACTION,
  rules: Partial<ApplyRules> = {},
  own: readonly Step[] = [miner.restart(action)],
) {
  const context = { ...miner.context, rules: { ...miner.context.rules, ...rules } };
  const { done, failed, skipped, pending } = await applyPlan(context, miner.plan(own));
  return {
    done: done.map(({ id }) => id),
    failed: failed.map(({ step: { id }, diagnostic }) => `${id} ${diagnostic.code}`),
    skipped: skipped.map(({ id }) => id),
    pending: pending.map(({ id }) => id),
  };
}

const MINER = 'miner-1/lotus-miner/restart';
const WORKERS = ['worker-1/restart', 'worker-2/restart'];

describe('a plan with a restart of lotus-miner', () => {
  it('does it before all workers', async () => {
    expect(await applied(ACTION)).toEqual({
      done: [MINER, ...WORKERS],
      failed: [],
      skipped: [],
      pending: [],
    });
  });

  it('stops no worker where it does not come back', async () => {
    miner.restartStatus = 1;
    expect(await applied(ACTION)).toMatchObject({ done: [], failed: [`${MINER} SF651`], skipped: WORKERS });
  });

  it('stops no worker where it comes up as another version than the workers are planned for', async () => {
    const report = await applied({ ...ACTION, version: '1.37.0+mainnet' });
    expect(report).toMatchObject({ done: [], failed: [`${MINER} SF651`], skipped: WORKERS });
    expect(miner.restarts).toBe(1);
  });

  it('stops no worker where it is not done, as its config.toml cannot be written', async () => {
    const path = '/srv/lotus/config.toml';
    const config: Step = {
      id: 'miner-1/lotus-miner/config.toml',
      host: 'miner-1',
      action: { kind: 'write-file', path, mode: 'keep', content: new Secret(''), backups: '/b' },
      disruption: 'none',
      reason: 'config-changed',
      changes: [],
    };
    miner.scene.outputs.set(`miner-1 script ${path}`, { status: 1, stderr: 'no space' });
    expect(await applied(ACTION, {}, [config, miner.restart(ACTION)])).toEqual({
      done: [],
      failed: [`${config.id} SF602`],
      skipped: [MINER, ...WORKERS],
      pending: [],
    });
  });

  it('leaves the workers to the next run where it waits, and nobody does', async () => {
    miner.job('worker-1', 'C2');
    expect(await applied(ACTION, { detach: true })).toMatchObject({ done: [], pending: [MINER, ...WORKERS] });
  });

  describe('that leaves WindowPoSt to workers, none of which makes it', () => {
    it('does it after them, once one is there for it', async () => {
      miner.scene.before = (call) => {
        if (call.includes('start worker-2')) miner.makes('WDP');
      };
      expect(await applied(LEAVING)).toMatchObject({ done: [...WORKERS, MINER], pending: [] });
    });

    it('leaves it to the next run where none is, and the workers had their turn', async () => {
      expect(await applied(LEAVING)).toEqual({ done: WORKERS, failed: [], skipped: [], pending: [MINER] });
      expect(miner.restarts).toBe(0);
    });

    it('does not do it where a worker has not come back', async () => {
      miner.makes('WDP');
      miner.scene.failing.set('host-1 start worker-1', aDiagnostic('no space'));
      expect(await applied(LEAVING)).toMatchObject({ done: [], skipped: ['worker-2/restart', MINER] });
      expect(miner.restarts).toBe(0);
    });
  });
});
