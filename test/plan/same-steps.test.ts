import { describe, expect, it } from 'vitest';
import type { Plan, Step } from '../../src/plan/plan.js';
import { sameSteps } from '../../src/plan/same-steps.js';
import { Secret } from '../../src/secret/secret.js';
import { hostLayout } from '../../src/host/layout.js';

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
