import { beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.js';
import type { ApplyRules } from '../../src/apply/context.js';
import { hostLayout } from '../../src/host/layout.js';
import { restartStep } from '../../src/plan/miner-restart.js';
import { disturbs, type Plan, type Step } from '../../src/plan/plan.js';
import { aDiagnostic } from '../support/observation.js';
import { ACTION, MinerScene } from './miner-scene.js';

let miner: MinerScene;
beforeEach(() => {
  miner = new MinerScene();
});

const LEAVING = { ...ACTION, leaves: ['WDP'], last: true } as const;

function restart(n: number): Step {
  const worker = `worker-${n}`;
  const { scene } = miner;
  const action = {
    kind: 'restart',
    service: scene.layout(worker),
    expect: scene.expectation(worker),
  } as const;
  const about = { disruption: 'restart', reason: 'config-changed', changes: [] } as const;
  return { id: `${worker}/restart`, host: `host-${n}`, worker, action, ...about };
}

/** Both workers are restarted in a wave each, and lotus-miner. */
function plan(action: typeof ACTION): Plan {
  const { farm } = miner.scene;
  const own = restartStep('miner-1', action, []);
  const hosts = farm.hosts.map(({ name, paths }, at) => ({
    host: name,
    layout: hostLayout(paths),
    reached: true,
    steps: [restart(at + 1)],
  }));
  const [first] = hosts;
  if (first === undefined) throw new Error('no host');
  const turns = hosts.flatMap(({ steps }) => steps.filter(disturbs));
  return {
    formatVersion: 1,
    farm: 'example',
    hosts: [...hosts, { ...first, host: 'miner-1', steps: [own] }],
    waves: turns.map(({ host, worker = '', id }) => ({
      canary: false,
      turns: [{ host, worker, steps: [id], putOff: [], alone: [] }],
    })),
    heldBack: [],
    diagnostics: [],
    drained: [],
  };
}

async function applied(action: typeof ACTION, rules: Partial<ApplyRules> = {}) {
  const context = { ...miner.context, rules: { ...miner.context.rules, ...rules } };
  const { done, failed, skipped, pending } = await applyPlan(context, plan(action));
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
