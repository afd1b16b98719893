import { describe, expect, it } from 'vitest';
import { rollbackSteps, type FileVersions } from '../../src/plan/rollback-steps.js';
import { Secret } from '../../src/secret/secret.js';
import { sha256 } from '../support/observation.js';

const ENVIRONMENT = { secrets: new Map<string, string>(), open: ['A'] };

function steps(
  path: string,
  { kept, present, wanted, left }: { kept?: string; present?: string; wanted?: string; left?: string },
): ReturnType<typeof rollbackSteps> {
  const found: FileVersions = {
    ...(kept === undefined ? {} : { kept: new Secret(kept) }),
    ...(present === undefined ? {} : { present: new Secret(present) }),
  };
  const one = {
    path,
    wanted: sha256(wanted ?? kept ?? ''),
    kept: { backups: '/s/backups', stamp: 't' },
    ...(left === undefined ? {} : { left: sha256(left) }),
  };
  return rollbackSteps('host-1', [one], new Map([[path, found]]), ENVIRONMENT);
}

describe('a step back', () => {
  it('writes the version before over the one that sealfarm left', () => {
    const made = steps('/etc/unit.conf', { kept: 'old\n', present: 'new\n', left: 'new\n' });
    expect(made).toMatchObject({
      ok: true,
      value: [
        {
          id: 'host-1/rollback:/etc/unit.conf',
          reason: 'rolled-back',
          disruption: 'none',
          action: { kind: 'write-file', mode: 'keep', replaces: sha256('new\n'), backups: '/s/backups' },
        },
      ],
    });
    expect(
      made.ok && made.value[0]?.action.kind === 'write-file' && made.value[0].action.content.reveal(),
    ).toBe('old\n');
  });

  it('makes a file again that was taken away', () => {
    const made = steps('/etc/unit.conf', { kept: 'old\n' });
    expect(made.ok && made.value[0]?.action).not.toHaveProperty('replaces');
    expect(made.ok && made.value).toHaveLength(1);
  });

  it('of an environment file shows what is declared openly alone, and is for its owner', () => {
    const kept = 'A=1\nX_TOKEN=(secret)\n';
    const made = steps('/etc/workers/w/worker.env', {
      kept,
      wanted: 'A=1\nX_TOKEN=t\n',
      present: 'A=2\nX_TOKEN=t\n',
      left: 'A=2\nX_TOKEN=t\n',
    });
    expect(made).toMatchObject({ value: [{ action: { mode: '600', open: ['A'] } }] });
    expect(JSON.stringify(made)).not.toContain('X_TOKEN=t');
  });

  it('is not needed where the file is what it was', () => {
    expect(steps('/etc/a', { kept: 'old\n', present: 'old\n', left: 'new\n' })).toEqual({
      ok: true,
      value: [],
    });
  });

  it.each([
    ['SF632', { kept: 'old\n', present: 'by hand\n', left: 'new\n' }],
    ['SF632', { kept: 'old\n', left: 'new\n' }],
    ['SF632', { kept: 'old\n', present: 'made by hand\n' }],
    ['SF631', { present: 'new\n', left: 'new\n', wanted: 'old\n' }],
    ['SF631', { kept: 'changed\n', wanted: 'old\n', present: 'new\n', left: 'new\n' }],
  ])('is refused with %s: %j', (code, versions) => {
    expect(steps('/etc/a', versions)).toMatchObject({
      ok: false,
      diagnostic: { code, place: { path: '/etc/a' } },
    });
  });

  it('is refused where a secret is nowhere any more', () => {
    const made = steps('/w/worker.env', { kept: 'X_TOKEN=(secret)\n', present: '', left: '' });
    expect(made).toMatchObject({
      diagnostic: { code: 'SF631', message: expect.stringContaining('X_TOKEN') as string },
    });
  });

  it('gives no path another ID', () => {
    const [one, two, heavier] = ['{"ID":"1"}', '{"ID":"2"}', '{"ID":"2","Weight":9}'];
    const path = '/mnt/seal/sectorstore.json';
    expect(steps(path, { kept: one, present: two, left: two })).toMatchObject({
      diagnostic: { code: 'SF631' },
    });
    expect(steps(path, { kept: two, present: heavier, left: heavier })).toMatchObject({
      ok: true,
      value: [{}],
    });
  });
});
