import { describe, expect, it } from 'vitest';
import { unlockOne } from '../../src/cli/commands/unlock.js';
import { thisProcess } from '../../src/cli/this-process.js';
import { success } from '../../src/diagnostic/result.js';
import { formatHolder } from '../../src/host/lock-holder.js';
import type { ExecOutput } from '../../src/remote/remote.js';
import { FakeRemote } from '../probe/fake-remote.js';

const LOCK = '/var/lib/sealfarm/lock';
const SINCE = '2026-03-01T12:00:00.000Z';
const RUNS = formatHolder({ who: 'alice@laptop', since: SINCE, why: 'apply', process: thisProcess() });

function answer(output: Partial<ExecOutput>): ReturnType<typeof success<ExecOutput>> {
  return success({ status: 0, stdout: '', stderr: '', ...output });
}

/** What comes of a lock that is seen so; `asked` of a host that somebody may still work on. */
async function unlocked(
  stdout: string,
  { gone = {}, yes = false }: { gone?: Partial<ExecOutput>; yes?: boolean } = {},
): Promise<{ result: unknown; scripts: readonly string[]; asked: readonly string[] }> {
  const remote = new FakeRemote('host-1');
  const [scripts, asked]: [string[], string[]] = [[], []];
  remote.onExec = (script) => {
    scripts.push(script);
    return Promise.resolve(answer(gone));
  };
  const result = await unlockOne(remote, LOCK, answer({ stdout }), (host) => {
    asked.push(host);
    return Promise.resolve(yes);
  });
  return { result, scripts, asked };
}

describe('unlock', () => {
  it('does nothing where there is no lock', async () => {
    expect(await unlocked('')).toEqual({ result: success({ host: 'host-1' }), scripts: [], asked: [] });
  });

  it('leaves one whose process runs, unless that is wanted', async () => {
    const refused = await unlocked(`boot 720\n${RUNS}\n`);
    expect(refused).toMatchObject({
      result: {
        ok: false,
        diagnostic: {
          code: 'SF609',
          message: `host-1 is locked by alice@laptop since 12 min (apply, process ${process.pid})`,
        },
      },
      scripts: [],
      asked: ['host-1'],
    });
    const { result } = await unlocked(`boot 720\n${RUNS}\n`, { yes: true });
    const wasLockedBy = `alice@laptop since 12 min (apply, process ${process.pid})`;
    expect(result).toEqual(success({ host: 'host-1', wasLockedBy }));
  });

  it.each([
    ['older-than-a-day', 'boot 90000\nalice@laptop since 2026-03-01T12:00:00.000Z: apply\n'],
    [
      'host-restarted',
      `new 60\n${RUNS.replace(thisProcess().machine, 'another').replace('}', ',"boot":"old"}')}\n`,
    ],
  ])('asks about one that only looks left behind: %s', async (stale, stdout) => {
    const refused = await unlocked(stdout);
    expect(refused).toMatchObject({
      result: { ok: false, diagnostic: { help: expect.stringContaining('unlock host-1 --force') as string } },
      scripts: [],
      asked: ['host-1'],
    });
    expect(await unlocked(stdout, { yes: true })).toMatchObject({ result: { ok: true, value: { stale } } });
  });

  it('asks nobody about one whose process has ended', async () => {
    const gone = RUNS.replace(`"pid":${process.pid}`, '"pid":4194305');
    expect(await unlocked(`boot 60\n${gone}\n`)).toMatchObject({
      result: { ok: true, value: { stale: 'process-gone' } },
      asked: [],
    });
  });

  it('knows a lock that nobody signed', async () => {
    const { result } = await unlocked('boot 60\n', { yes: true });
    expect(result).toEqual(success({ host: 'host-1', wasLockedBy: 'somebody unnamed' }));
  });

  it.each([
    ['rm: cannot remove: Permission denied\n', 'rm: cannot remove: Permission denied'],
    ['', `${LOCK} is still there`],
  ])('fails where the lock stays: %j', async (stderr, why) => {
    const { result } = await unlocked('boot 60\nalice\n', { yes: true, gone: { status: 1, stderr } });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        severity: 'error',
        message: `cannot take the lock of host-1 away: ${why}`,
        place: { kind: 'host', host: 'host-1', path: LOCK },
      },
    });
  });

  it('leaves the lock to who took it this moment', async () => {
    const { result } = await unlocked('boot 60\nalice\n', { yes: true, gone: { status: 4 } });
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
  });
});
