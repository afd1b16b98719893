import { describe, expect, it } from 'vitest';
import { unlockedHost } from '../../src/cli/commands/unlock.js';
import { success } from '../../src/diagnostic/result.js';

const LOCK = '/var/lib/sealfarm/lock';

function unlocked(output: { status?: number; stdout?: string; stderr?: string }): unknown {
  return unlockedHost('host-1', LOCK, success({ status: 0, stdout: '', stderr: '', ...output }));
}

describe('unlockedHost', () => {
  it('knows who held the lock', () => {
    const stdout = 'locked\nalice@laptop since 2026-03-01T12:00:00.000Z: apply\n';
    expect(unlocked({ stdout })).toEqual(
      success({ host: 'host-1', wasLockedBy: 'alice@laptop since 2026-03-01T12:00:00.000Z: apply' }),
    );
  });

  it('knows a lock that nobody signed from none', () => {
    expect(unlocked({ stdout: 'locked\n' })).toEqual(
      success({ host: 'host-1', wasLockedBy: 'somebody unnamed' }),
    );
    expect(unlocked({})).toEqual(success({ host: 'host-1' }));
  });

  it.each([
    ['rm: cannot remove: Permission denied\n', 'rm: cannot remove: Permission denied'],
    ['', `${LOCK} is still there`],
  ])('fails where the lock stays: %j', (stderr, why) => {
    expect(unlocked({ status: 1, stdout: 'locked\nalice\n', stderr })).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        severity: 'error',
        message: `cannot take the lock of host-1 away: ${why}`,
        place: { kind: 'host', host: 'host-1', path: LOCK },
      },
    });
  });
});
