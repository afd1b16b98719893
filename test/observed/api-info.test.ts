import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import { redactor } from '../../src/log/redact.js';
import { apiInfoScript, parseApiInfo, type ApiInfo } from '../../src/observed/api-info.js';
import { CANARY } from '../support/farm.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';
import { until } from '../support/until.js';

const API = '/ip4/127.0.0.1/tcp/2345/http';

let folder: string;
let repo: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-test-'));
  repo = join(folder, "the miner's repo");
  mkdirSync(join(folder, 'bin'));
  mkdirSync(repo);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Such as a sandbox's: it would tell its repo. */
const MINER_RUNS = spawnSync('pgrep', ['-x', 'lotus-miner.*']).status === 0;

/** A `lotus-miner` that does this. */
function program(body: string): void {
  const path = join(folder, 'bin', 'lotus-miner');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

function ask(shell: readonly string[], miner: { repo?: string; user?: string } = { repo }): Result<ApiInfo> {
  const [sh = 'sh', ...args] = shell;
  const stdout = execFileSync(sh, [...args, '-s'], {
    input: apiInfoScript(miner),
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      MINER_API_INFO: 'another:/ip4/10.9.9.9/tcp/1/http',
    },
  });
  const result = parseApiInfo('miner-1', `a banner\n${stdout}`, redactor([]));
  expect(JSON.stringify(result)).not.toContain(CANARY);
  return result;
}

function told(result: Result<ApiInfo>): readonly [string, string | undefined] {
  if (!result.ok) throw new Error(result.diagnostic.message);
  return [result.value.token.reveal(), result.value.api];
}

function complaint(result: Result<ApiInfo>): string {
  if (result.ok) throw new Error('it was told');
  expect(result.diagnostic).toMatchObject({ code: 'SF307', place: { kind: 'host', host: 'miner-1' } });
  return result.diagnostic.message;
}

describe.each(SHELLS)('asked by %s', (...shell) => {
  it('lotus-miner tells its token and its address', () => {
    program(`[ "$*" = 'auth api-info --perm admin' ] && echo "MINER_API_INFO=${CANARY}:${API}"`);
    expect(told(ask(shell))).toEqual([CANARY, API]);
  });

  it('it is asked with its own repo, and no variable of the login', () => {
    program(`echo "MINER_API_INFO=${CANARY}:/$LOTUS_MINER_PATH$MINER_API_INFO$STORAGE_API_INFO" | tr ' ' _`);
    expect(told(ask(shell))).toEqual([CANARY, `/${repo.replaceAll(' ', '_')}`]);
  });

  it.skipIf(MINER_RUNS)('its repo is the usual one where nothing tells another', () => {
    program(`echo "MINER_API_INFO=${CANARY}:/$LOTUS_MINER_PATH"`);
    expect(told(ask(shell, { user: userInfo().username }))).toEqual([CANARY, `/${folder}/.lotusminer`]);
  });

  it('its logs are passed over', () => {
    program(`echo '2026-01-01 WARN main starting'; echo "MINER_API_INFO=${CANARY}:${API}"; echo done >&2`);
    expect(told(ask(shell))).toEqual([CANARY, API]);
  });

  it('its own token stands in where it does not run', () => {
    program(`echo 'ERROR: could not get api endpoint: API not running (no endpoint)' >&2; exit 1`);
    writeFileSync(join(repo, 'token'), `${CANARY}\n`);
    expect(told(ask(shell))).toEqual([CANARY, undefined]);
  });

  it('what it complains of is said', () => {
    program(`echo 'a log'; echo 'ERROR: API not running (no endpoint)' >&2; echo; exit 1`);
    expect(complaint(ask(shell))).toMatch(
      new RegExp(
        `^lotus-miner on miner-1 did not give its token to ${userInfo().username}, with LOTUS_MINER_PATH=.*: ERROR: API not running`,
      ),
    );
  });

  it('a complaint with a token in it is said without', () => {
    program(
      `echo 'ERROR: bad token eyJhbGciOiJIUzI1NiJ9.${CANARY}.x in MINER_API_INFO=${CANARY}:/ip4/1.1.1.1' >&2; exit 1`,
    );
    expect(complaint(ask(shell))).toContain('(secret)');
  });

  it('a user that is not there is said', () => {
    program('exit 1');
    expect(complaint(ask(shell, { repo, user: 'nobody-of-that-name' }))).toContain(
      'there is no user nobody-of-that-name',
    );
  });

  it('a miner that says nothing is said', () => {
    program('exit 3');
    expect(complaint(ask(shell))).toContain('it ended with status 3 and said nothing');
  });
});

it('is not asked of one of several miners, where the file does not say which', async () => {
  const hosts = [new HostFolder(), new HostFolder()];
  try {
    program(`echo "MINER_API_INFO=${CANARY}:${API}"`);
    for (const host of hosts) {
      const named = join(host.path, 'lotus-miner');
      symlinkSync('/bin/sh', named);
      host.start(named, ['-c', 'while :; do sleep 1; done', 'run'], { LOTUS_MINER_PATH: host.path });
    }
    const said = (): string => {
      const result = ask(['sh'], {});
      return result.ok ? '' : result.diagnostic.message;
    };
    await until(
      () => /: \d+ lotus-miner run there: write miner.repo and miner.user$/.test(said()),
      'both show',
    );
    expect(told(ask(['sh'], { repo: hosts[0]?.path ?? '', user: userInfo().username }))).toEqual([
      CANARY,
      API,
    ]);
  } finally {
    for (const host of hosts) host.remove();
  }
});

it('has neither token nor quote of the file on a command line', () => {
  const script = apiInfoScript({ repo: `/it's`, user: 'lotus' });
  expect(script).toContain(`repo='/it'\\''s' user='lotus'`);
  expect(script).not.toMatch(/auth create-token/);
});

it('is not understood where the answer was cut off', () => {
  expect(parseApiInfo('miner-1', '\nsealfarm-api-info 1\n', redactor([]))).toMatchObject({
    ok: false,
    diagnostic: { code: 'SF501' },
  });
});
