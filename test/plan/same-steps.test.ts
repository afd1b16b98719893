import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { RestartMiner } from '../../src/plan/miner-action.js';
import type { Action, Plan, Step } from '../../src/plan/plan.js';
import { sameSteps } from '../../src/plan/same-steps.js';
import { Secret } from '../../src/secret/secret.js';
import { hostLayout } from '../../src/host/layout.js';
import { TOKEN } from '../support/farm.js';
import { FARM } from '../support/plan.js';

const STEP: Step = {
  id: 'worker-1/write-file:/e',
  host: 'host-1',
  worker: 'worker-1',
  action: { kind: 'write-file', path: '/e', mode: '600', content: new Secret('A=1'), backups: '/b' },
  disruption: 'none',
  reason: 'config-changed',
  changes: [{ field: 'MINER_API_INFO', before: new Secret('old'), after: new Secret('new') }],
};

function plan(...steps: Step[]): Plan {
  const layout = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });
  return {
    formatVersion: 1,
    farm: 'f',
    hosts: [{ host: 'host-1', layout, reached: true, steps }],
    diagnostics: [],
    waves: [],
    heldBack: [],
    drained: [],
  };
}

describe('sameSteps', () => {
  it('takes no notice of what a step costs at the moment', () => {
    expect(sameSteps(plan(STEP), plan({ ...STEP, cost: { jobs: [], sectorsHeld: 3 } }))).toBe(true);
  });

  const { files } = desire(FARM, TOKEN, new Map()).hosts[0]?.workers[0] ?? {};
  if (files === undefined) throw new Error('no worker');
  const service = files;
  const home = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });
  const other = { ...service, envFile: '/another/worker.env' };
  const elsewhere = { ...home, manifest: '/another/manifest.json' };
  const expectation = { tasks: [], paths: [], limits: new Map(), sealProof: 8 };
  const restart = { kind: 'restart', service, expect: expectation } as const;
  const from = { worker: 'old', service, home };
  const drain = { kind: 'drain', service, home, tasks: ['AP'], stop: false } as const;
  const removal = { kind: 'remove-worker', service, home, tasks: ['AP'] } as const;
  const miner: RestartMiner = {
    kind: 'restart-miner',
    miner: { repo: '/srv/lotus' },
    pid: 7,
    by: { unit: 'lotus-miner.service' },
    margin: 0,
    ownWorkers: [],
  };

  it.each<[string, Action, Action]>([
    ['the files of a worker that is restarted', restart, { ...restart, service: other }],
    ['the name that it had', { ...restart, from }, { ...restart, from: { ...from, worker: 'older' } }],
    ['the files of one that is drained', drain, { ...drain, service: other }],
    ['where its drain is noted', drain, { ...drain, home: elsewhere }],
    ['the tasks that it keeps meanwhile', drain, { ...drain, tasks: ['PC1'] }],
    ['the files of one that is removed', removal, { ...removal, service: other }],
    ['where it is known', removal, { ...removal, home: elsewhere }],
    ['the tasks that it keeps until then', removal, { ...removal, tasks: ['PC1'] }],
    ['the lotus-miner that is restarted', miner, { ...miner, miner: { repo: '/another' } }],
    ['who restarts it', miner, { ...miner, by: { command: ['restart-it'] } }],
    ['the proofs that it leaves', miner, { ...miner, leaves: ['WDP'] }],
    ['when it is restarted', miner, { ...miner, last: true }],
    [
      'the unit that is disabled',
      { kind: 'disable-unit', unit: 'a.service' },
      { kind: 'disable-unit', unit: 'b.service' },
    ],
  ])('notices %s', (_, before, after) => {
    expect(sameSteps(plan({ ...STEP, action: before }), plan({ ...STEP, action: after }))).toBe(false);
  });

  it.each<[string, Plan]>([
    ['another step', plan({ ...STEP, id: 'worker-1/start' })],
    ['a step less', plan()],
    ['another reason', plan({ ...STEP, reason: 'new' })],
    ['another class', plan({ ...STEP, disruption: 'live' })],
    ['another secret', plan({ ...STEP, changes: [{ field: 'MINER_API_INFO', after: new Secret('newer') }] })],
    [
      'another content',
      plan({
        ...STEP,
        action: { kind: 'write-file', path: '/e', mode: '600', content: new Secret('A=2'), backups: '/b' },
      }),
    ],
  ])('notices %s', (_, other) => {
    expect(sameSteps(plan(STEP), other)).toBe(false);
  });
});
