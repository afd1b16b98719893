import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../src/remote/connect.js';
import type { Remote } from '../../src/remote/remote.js';
import { processState } from '../support/host-folder.js';
import { aContext, testHost } from '../support/ssh-farm.js';
import { until } from '../support/until.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-sudo-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** As sudo does with a terminal of its own, the script is in another session than whoever asked for it. */
async function withSudo(more = ''): Promise<Remote> {
  writeFileSync(join(folder, 'sudo'), `#!/bin/sh\nshift\n${more}\nsetsid -w "$@" <&0\n`, { mode: 0o755 });
  const host = testHost({ transport: 'local', sudo: true });
  const result = await connect(host, aContext(folder, { PATH: `${folder}:${process.env['PATH'] ?? ''}` }));
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

/** Writes down its process, and would go on for ten minutes. */
function longScript(): string {
  return `sleep 600 & echo $! >${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; wait`;
}

function isThere(pid: number): boolean {
  return (processState(pid)?.state ?? 'Z') !== 'Z';
}

it('a script under sudo that takes too long is ended by sudo, with all that it has started', async () => {
  const remote = await withSudo();
  const result = await remote.exec(longScript(), { timeoutMs: 1000 });
  expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF406' } });
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await until(() => !isThere(pid), 'what the script started has ended');
  await remote.close();
});

it('nobody waits for one that cannot be ended', async () => {
  // It runs the first script alone.
  const remote = await withSudo(`if [ -e ${folder}/pid ]; then exit 1; fi`);
  const running = remote.exec(longScript(), { timeoutMs: 1000 });
  await until(() => existsSync(join(folder, 'pid')), 'the script runs');
  expect(await running).toMatchObject({ ok: false, diagnostic: { code: 'SF406' } });
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  expect(isThere(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await until(() => !isThere(pid), 'it has ended');
  await remote.close();
});

it('a refusal behind a greeting of the login shell is a refusal', async () => {
  const remote = await withSudo(
    "echo Welcome; echo 'sudo: interactive authentication is required' >&2; exit 1",
  );
  expect(await remote.exec('echo here')).toMatchObject({ ok: false, diagnostic: { code: 'SF416' } });
  await remote.close();
});

it('what a script says under sudo is its own alone', async () => {
  const remote = await withSudo('echo Welcome >&2');
  const output = await remote.exec('echo here; echo "sudo: a password is required" >&2; exit 4');
  const stderr = 'Welcome\nsudo: a password is required\n';
  expect(output).toEqual({ ok: true, value: { stdout: 'here\n', stderr, status: 4 } });
  const seen: string[] = [];
  const followed = await remote.stream(
    'echo one; echo two >&2',
    (chunk) => seen.push(chunk.toString()),
    new AbortController().signal,
  );
  expect(seen.join('')).toBe('one\n');
  expect(followed).toMatchObject({ ok: true, value: { stderr: 'Welcome\ntwo\n', status: 0 } });
  await remote.close();
});
