import { beforeEach, describe, expect, it } from 'vitest';
import { restartWorker } from '../../src/apply/restart-worker.js';
import type { Result } from '../../src/diagnostic/result.js';
import type { ApplyRules } from '../../src/apply/context.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };
let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

function restart(): Promise<Result<undefined>> {
  const service = scene.layout('worker-1');
  const action = { kind: 'restart', service, expect: scene.expectation('worker-1') } as const;
  return restartWorker(scene.context, TARGET, action, [], () => undefined);
}

describe('a host whose lock somebody has taken away', () => {
  const NOW = [
    ['nobody has', '', 'nobody holds it now'],
    [
      'somebody else has',
      'b 1\n{"who":"bob@desk","since":"2026-01-02T03:00:00Z","why":"apply","run":"run-2"}\n',
      'bob@desk',
    ],
  ] as const;
  const HOW: readonly (readonly [string, Partial<ApplyRules>])[] = [
    ['that is quiet', {}],
    ['that was to be forced', { force: new Set(['worker-1']) }],
  ];

  describe.each(NOW)('and %s', (_, stdout, whose) => {
    it.each(HOW)('keeps a worker running %s', async (_how, rules) => {
      scene = new Scene(undefined, rules);
      scene.outputs.set('host-1 look at lock', { stdout });
      const result = await restart();
      expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609', place: { host: 'host-1' } } });
      expect(result.ok ? '' : result.diagnostic.message).toContain(whose);
      expect(scene.changes.filter((call) => /detach|stop|start/.test(call))).toEqual([]);
    });
  });

  it('has its worker take work again that had got quiet', async () => {
    scene.outputs.set('host-1 look at lock', { stdout: '' });
    await restart();
    expect(scene.changes.slice(0, 2)).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2']);
    expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
  });
});
