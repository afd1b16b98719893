import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Plan } from '../../src/plan/plan.js';
import { notAsRead } from '../../src/view/as-read.js';
import { masked } from '../../src/view/masked-plan.js';
import { savedPlan, type SavedPlan } from '../../src/view/saved-plan.js';
import { Secret } from '../../src/secret/secret.js';
import { firstSteps, hostPlan, job, layout, limitSteps, planOf, step } from './samples.js';

const LAST: Diagnostic = {
  code: 'SF562',
  severity: 'warning',
  message: 'worker-2 is the only worker for WindowPoSt',
  place: { kind: 'host', host: 'host-2', worker: 'worker-2' },
};

function plan(jobs = [job('PC1', 1, '2026-03-01T11:00:00Z')], diagnostics: readonly Diagnostic[] = []): Plan {
  return planOf(
    [
      hostPlan('host-1', firstSteps('host-1', 'worker-1', ['PC1'])),
      hostPlan('host-2', limitSteps('host-2', 'worker-2', jobs)),
    ],
    {
      diagnostics,
      drained: [
        {
          host: 'host-1',
          worker: 'worker-9',
          running: false,
          declared: 'running',
          intent: { who: 'bob', when: '2026-02-28' },
        },
      ],
    },
  );
}

function saved(of = plan()): SavedPlan {
  return JSON.parse(
    JSON.stringify(
      savedPlan(
        masked(of, 'a salt', true),
        { at: '2026-03-01T12:00:06Z', by: 'alice@laptop', version: '0.1.0' },
        { salt: 's', declared: {}, seen: {}, index: {}, steps: {} },
      ),
    ),
  ) as SavedPlan;
}

/** As somebody edits a file: no matter what the types say. */
function edited(from: string | RegExp, to: string): SavedPlan {
  const before = JSON.stringify(saved());
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing is ${String(from)}`);
  return JSON.parse(after) as SavedPlan;
}

const MARK = /^\(secret [0-9a-f]{6}\)$/;
const PLAIN_WRITE = {
  kind: 'write-file',
  mode: '600',
  content: new Secret('A=1\n'),
  before: new Secret('A=2\n'),
  open: ['A'],
  backups: '/backups',
} as const;

describe('a saved plan', () => {
  it('reads as the fresh one, whatever jobs there are by now', () => {
    expect(notAsRead('plan.json', saved(), plan())).toBeUndefined();
    expect(notAsRead('plan.json', saved(), plan([]))).toBeUndefined();
  });

  it.each<[string, SavedPlan]>([
    ['a step taken out', { ...saved(), hosts: saved().hosts.map((host) => ({ ...host, steps: [] })) }],
    ['a host taken out', { ...saved(), hosts: saved().hosts.slice(1) }],
    ['another order', { ...saved(), hosts: saved().hosts.toReversed() }],
    ['another ID', edited('"host-1/write-file"', '"host-1/write"')],
    ['another worker', edited('"worker":"worker-1"', '"worker":"worker-7"')],
    ['another value', edited('"after":"6"', '"after":"5"')],
    ['another path', edited('/mnt/nvme0/seal', '/mnt/other')],
    ['another limit', edited('"PC1":4', '"PC1":1')],
    ['another disruption', edited('"disruption":"restart"', '"disruption":"none"')],
    ['a host that was reached', edited('"reached":true', '"reached":false')],
    ['another line of a diff', edited('+++ /var', '+++ /tmp')],
    ['a diff taken out', edited(/,"diff":"(?:[^"\\]|\\.)*"/, '')],
    ['nobody drained', { ...saved(), drained: [] }],
  ])('was edited: %s', (_, file) => {
    expect(notAsRead('plan.json', file, plan())).toMatchObject({
      code: 'SF622',
      message:
        'plan.json is no saved plan: it was edited, and does not say what would be done; nothing was changed',
    });
  });

  it('says of a secret that it becomes another one', () => {
    const write = layout('worker-1').envFile;
    const rotated = planOf([
      hostPlan('host-1', [
        step(
          'host-1',
          'worker-1',
          { ...PLAIN_WRITE, path: write },
          {
            reason: 'config-changed',
            changes: [{ field: 'MINER_API_INFO', before: new Secret('old'), after: new Secret('new') }],
          },
        ),
      ]),
    ]);
    expect(notAsRead('plan.json', saved(rotated), rotated)).toBeUndefined();
    const text = JSON.stringify(saved(rotated));
    const [, before = '', after = ''] = /"before":"(.*?)","after":"(.*?)"/.exec(text) ?? [];
    expect([before, after]).toEqual([expect.stringMatching(MARK), expect.stringMatching(MARK)]);
    const same = JSON.parse(text.replace(after, before)) as SavedPlan;
    expect(notAsRead('plan.json', same, rotated)?.code).toBe('SF622');
  });

  it('said nothing of a warning that there is now', () => {
    const now = plan([], [LAST]);
    expect(notAsRead('plan.json', saved(), now)).toMatchObject({
      code: 'SF623',
      help: expect.stringContaining('\nwarning SF562: worker-2 is the only worker for WindowPoSt') as string,
    });
    expect(notAsRead('plan.json', saved(now), now)).toBeUndefined();
  });

  it('may have said it in other numbers, of the same worker', () => {
    const other = { ...LAST, message: 'worker-2 is the only of 3' };
    expect(notAsRead('plan.json', saved(plan([], [other])), plan([], [LAST]))).toBeUndefined();
    const elsewhere = { ...LAST, place: { kind: 'host', host: 'host-2', worker: 'worker-3' } } as const;
    expect(notAsRead('plan.json', saved(plan([], [elsewhere])), plan([], [LAST]))?.code).toBe('SF623');
  });

  it('need not have a note, and a warning that has gone is no harm', () => {
    expect(notAsRead('plan.json', saved(), plan([], [{ ...LAST, severity: 'note' }]))).toBeUndefined();
    expect(notAsRead('plan.json', saved(plan([], [LAST])), plan())).toBeUndefined();
  });
});
