import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { SecretReference } from '../../src/farm/farm.js';
import { resolveSecret } from '../../src/secrets/resolve-secret.js';
import { until } from '../support/until.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJBbGxvdyI6W119.x_y-Z';

let folder: string;
let pipesAtFirst: number;

function pipes(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
}

beforeAll(async () => {
  pipesAtFirst = pipes();
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-secret-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function found(
  reference: SecretReference,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const result = await resolveSecret(reference, {
    environment: { PATH: process.env['PATH'], ...environment },
  });
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value.reveal();
}

async function refusal(
  reference: SecretReference,
  environment: Readonly<Record<string, string>> = {},
  timeoutMs?: number,
): Promise<Diagnostic> {
  const result = await resolveSecret(reference, {
    environment: { PATH: process.env['PATH'], ...environment },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (result.ok) throw new Error('it was found');
  expect(JSON.stringify(result.diagnostic)).not.toContain('a-secret');
  return result.diagnostic;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** A command that runs a little program. */
function command(script: string): SecretReference {
  return { command: ['sh', '-c', script, 'argument-a-secret'] };
}

describe('env', () => {
  test('is the value without white space around it', async () => {
    expect(await found({ env: 'MINER_TOKEN' }, { MINER_TOKEN: ` ${TOKEN}\n` })).toBe(TOKEN);
  });

  test('missing is SF301', async () => {
    const diagnostic = await refusal({ env: 'MINER_TOKEN' });
    expect(diagnostic.code).toBe('SF301');
    expect(diagnostic.message).toContain('MINER_TOKEN');
  });

  test('is no property every object has', async () => {
    expect((await refusal({ env: 'toString' })).code).toBe('SF301');
  });
});

describe('file', () => {
  test('is its content without white space around it', async () => {
    expect(await found({ file: await file('token', `\n${TOKEN}\r\n`) })).toBe(TOKEN);
  });

  test('~ is the home folder', async () => {
    await file('home-token', TOKEN);
    expect(await found({ file: '~/home-token' }, { HOME: folder })).toBe(TOKEN);
  });

  test.each([
    ['missing', () => join(folder, 'no-such-file'), 'ENOENT'],
    ['a folder', () => folder, 'EISDIR'],
  ])('%s is SF302', async (_what, path, why) => {
    const diagnostic = await refusal({ file: path() });
    expect(diagnostic.code).toBe('SF302');
    expect(diagnostic.message).toContain(`${path()}, which holds a secret, cannot be read (${why})`);
  });
});

describe('command', () => {
  test('is the first line it prints', async () => {
    expect(await found(command(`echo ' ${TOKEN} '; echo more`))).toBe(TOKEN);
  });

  test('runs without a shell of its own and with the given variables only', async () => {
    expect(await found({ command: ['echo', '$HOME;a'] })).toBe('$HOME;a');
    vi.stubEnv('NOT_GIVEN', 'y');
    expect(await found(command('echo "$FROM_ME-$NOT_GIVEN"'), { FROM_ME: 'x' })).toBe('x-');
    vi.unstubAllEnvs();
  });

  test('a warning on the side does no harm', async () => {
    expect(await found(command(`echo warning >&2; echo ${TOKEN}`))).toBe(TOKEN);
  });

  test('a failing one is SF303, with its status and the first line of its complaint', async () => {
    const diagnostic = await refusal(command('echo a-secret; echo locked >&2; echo more >&2; exit 3'));
    expect(diagnostic.code).toBe('SF303');
    expect(diagnostic.message).toBe(
      'The command sh, which should print a secret, failed with status 3: locked',
    );
  });

  test('a complaint that repeats the secret is not shown', async () => {
    const diagnostic = await refusal(command('echo a-secret; echo "cannot store a-secret" >&2; exit 1'));
    expect(diagnostic.message).toMatch(/failed with status 1$/);
  });

  test('one ended by a signal is SF303', async () => {
    const diagnostic = await refusal(command('kill -9 $$'));
    expect(diagnostic).toMatchObject({
      code: 'SF303',
      message: expect.stringContaining('SIGKILL') as unknown,
    });
  });

  test('one that does not exist is SF303', async () => {
    const diagnostic = await refusal({ command: ['no-such-program', 'a-secret'] });
    expect(diagnostic.code).toBe('SF303');
    expect(diagnostic.message).toContain(
      'no-such-program, which should print a secret, cannot be started (ENOENT)',
    );
  });

  test('one that may not be run is SF303', async () => {
    const path = await file('not-executable', 'x');
    await chmod(path, 0o600);
    expect((await refusal({ command: [path] })).message).toContain('cannot be started (EACCES)');
  });

  test('one that does not end is SF303, even where what it started holds its output open', async () => {
    const pidFile = join(folder, 'pid');
    const script = `sleep 60 & echo $! > ${pidFile}; wait`;
    const diagnostic = await refusal(command(script), {}, 1000);
    await until(() => pipes() === pipesAtFirst, 'its output is let go');
    process.kill(Number(await readFile(pidFile, 'utf8')));
    expect(diagnostic).toMatchObject({
      code: 'SF303',
      message: expect.stringContaining('within 1 s') as unknown,
    });
  });

  test('one that prints without end is SF303', async () => {
    expect((await refusal({ command: ['yes'] })).code).toBe('SF303');
  });
});

describe('SF304', () => {
  test.each([
    '',
    ' \n ',
    'a-secret b',
    'a-secret\nb',
    'a-secret\tb',
    'a-secret\u0000',
    'a-secret-é',
    'a-secret\u200b',
  ])('%j is no token', async (text) => {
    expect((await refusal({ file: await file('malformed', text) })).code).toBe('SF304');
    expect((await refusal({ env: 'X' }, { X: text })).code).toBe('SF304');
  });

  test('a command that prints nothing', async () => {
    const diagnostic = await refusal({ command: ['true'] });
    expect(diagnostic).toMatchObject({ code: 'SF304', message: 'The secret from command true is empty' });
  });

  test('whatever is found is what a token may consist of, and never shown otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
        const result = await resolveSecret({ env: 'X' }, { environment: { X: text } });
        if (result.ok) expect(result.value.reveal()).toMatch(/^[!-~]+$/);
        else
          expect(result.diagnostic.message).toMatch(
            /^The secret from environment variable X (is empty|has a)/,
          );
      }),
    );
  });
});
