import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealfarm, type CliResult } from '../support/cli.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealfarm-cli-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const COMMANDS = [
  'init',
  'validate',
  'render',
  'capacity',
  'flow',
  'simulate',
  'doctor',
  'plan',
  'apply',
  'drain',
  'resume',
  'rotate-token',
  'status',
  'logs',
  'unlock',
  'schema',
  'explain',
  'sandbox',
  'demo',
];

describe('help', () => {
  it.each(COMMANDS)('%s', async (name) => {
    const { code, stdout } = await sealfarm([name, '--help'], { cwd: dir });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: sealfarm ${name}`);
    if (name !== 'sandbox') expect(stdout).toContain('Examples:');
  });

  it('names the exit codes', async () => {
    const { stdout } = await sealfarm(['--help'], { cwd: dir });
    expect(stdout).toContain('78  the file is not valid');
    for (const name of COMMANDS) expect(stdout).toContain(`  ${name}`);
  });
});

describe('wrong use', () => {
  it.each([
    ['no command', []],
    ['unknown command', ['aply']],
    ['unknown option', ['plan', '--frobnicate']],
    ['missing argument', ['drain']],
    ['malformed duration', ['apply', '--drain-timeout', 'soon']],
    ['malformed number', ['sandbox', 'up', '--hosts', 'three']],
    ['number out of range', ['sandbox', 'up', '--hosts', '0']],
  ])('%s', async (_, words) => {
    expect((await sealfarm(words, { cwd: dir })).code).toBe(64);
  });
});

describe('bad files', () => {
  const valid =
    'version: 1\nfarm: f\nsectorSize: 32GiB\nminer: { api: /ip4/10.0.0.1/tcp/2345/http, token: { env: T } }\nhosts: {}\n';
  it.each([
    ['garbage', '\u0000\u0001{{{'],
    ['a list', '- a\n'],
    ['nothing', ''],
    ['an unknown key', `${valid}hostz: {}\n`],
    ['an inline token', valid.replace('{ env: T }', 'eyJhbGciOiJIUzI1NiJ9.canary')],
    ['fifty megabytes', `${valid}# ${'x'.repeat(50 * 2 ** 20)}\n`],
  ])('%s', async (name, text) => {
    const file = join(dir, 'bad.yaml');
    await writeFile(file, text);
    const { code, stdout, stderr } = await sealfarm(['validate', '--config', file], { cwd: dir });
    expect(code, name).toBe(78);
    expect(stderr).toMatch(/error SF\d{3}/);
    expect(stdout + stderr).not.toContain('canary');
    expect(stderr).not.toContain('    at ');
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await sealfarm(['plan', '--config', 'nowhere.yaml'], { cwd: dir });
    expect(code).toBe(78);
    expect(stderr).toContain('nowhere.yaml');
  });

  it('a token that is not there', async () => {
    const file = join(dir, 'valid.yaml');
    await writeFile(file, valid);
    const { code, stderr } = await sealfarm(['plan', '--config', file], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toContain('SF301');
  });

  it('says it in JSON when asked', async () => {
    const file = join(dir, 'bad.json.yaml');
    await writeFile(file, `${valid}hostz: {}\n`);
    const { code, stdout } = await sealfarm(['validate', '--config', file, '--json'], { cwd: dir });
    expect(code).toBe(78);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, diagnostics: [{ code: 'SF111' }] });
  });
});

it('prints the schema', async () => {
  const { code, stdout } = await sealfarm(['schema'], { cwd: dir });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
});

it('explains codes', async () => {
  const known = await sealfarm(['explain', '502', 'sf230'], { cwd: dir });
  expect(known.code).toBe(0);
  expect(known.stdout).toMatch(/^error SF502: storage path is not mounted\n/);
  expect(known.stdout).toContain('\n\nerror SF230: undeclared storage group\n');
  const unknown = await sealfarm(['explain', 'SF999'], { cwd: dir });
  expect(unknown).toMatchObject({ code: 64, stdout: '' });
  expect(unknown.stderr).toContain("error SF615: there is no code 'SF999'");
});

describe('wrong use, for programs', () => {
  it.each([
    ['no command', []],
    ['unknown command', ['aply']],
    ['unknown option', ['plan', '--frobnicate']],
    ['missing argument', ['drain']],
    ['malformed duration', ['apply', '--drain-timeout', 'soon']],
    ['no command of the sandbox', ['sandbox']],
  ])('%s', async (_, words) => {
    const { code, stdout, stderr } = await sealfarm([...words, '--json'], { cwd: dir });
    expect(code).toBe(64);
    expect(stderr).toBe('');
    const { type, diagnostics } = JSON.parse(stdout) as { type: string; diagnostics: { message: string }[] };
    expect(type).toBe('diagnostics');
    expect(diagnostics).toMatchObject([{ code: 'SF615', severity: 'error' }]);
    expect(diagnostics[0]?.message).toMatch(/^\w[^\n]+$/);
    expect(diagnostics[0]?.message).not.toContain('error:');
  });
});

describe('a farm of this machine', () => {
  const file = (): string => join(dir, 'here.yaml');
  const run = (...words: string[]): Promise<CliResult> =>
    sealfarm([...words, '--config', file()], { cwd: dir, env: { T: 'token' } });

  beforeAll(async () => {
    const storage = `{ path: ${dir}/seal, seal: true, mount: any }`;
    await writeFile(
      file(),
      `version: 1
farm: f
sectorSize: 32GiB
miner: { api: /ip4/127.0.0.1/tcp/1/http, token: { env: T } }
hosts:
  here:
    address: 127.0.0.1
    ssh: { transport: local }
    serviceManager: process
    paths: { config: ${dir}/etc, state: ${dir}/state }
    workers:
      w: { listen: "127.0.0.1:3456", tasks: [precommit1], storage: [${storage}] }
`,
    );
  });

  it('applies nothing without a terminal or --yes', async () => {
    const { code, stderr } = await run('apply');
    expect(code).toBe(64);
    expect(stderr).toContain('error SF614');
    expect(stderr).toContain('--yes');
  });

  it('says that for programs after the plan', async () => {
    const { code, stdout } = await run('apply', '--json');
    expect(code).toBe(64);
    const lines = stdout.split('\n').map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: 'plan', farm: 'f' },
      { type: 'diagnostics', diagnostics: [{ code: 'SF614', severity: 'error' }] },
    ]);
  });

  it.each([['plan'], ['status'], ['render'], ['validate'], ['unlock', 'here'], ['unlock', 'there']])(
    'prints one document for programs: %s %s',
    async (...words) => {
      const { stdout } = await run(...words, '--json');
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    },
  );

  describe('unlock', () => {
    const lock = (): string => join(dir, 'state', 'lock');

    beforeEach(async () => {
      await mkdir(lock(), { recursive: true });
      await writeFile(join(lock(), 'holder'), 'alice@laptop since yesterday: apply\n');
    });

    afterEach(async () => {
      await rm(lock(), { recursive: true, force: true });
    });

    it('says who held the lock, and that nobody did', async () => {
      const held = await run('unlock', 'here', '--force');
      expect(held).toMatchObject({
        code: 0,
        stdout: 'here was locked by alice@laptop since yesterday: apply; it is not locked now.',
      });
      expect(await run('unlock', 'here')).toMatchObject({ code: 0, stdout: 'here was not locked.' });
    });

    it('says it for programs', async () => {
      const { stdout } = await run('unlock', 'here', '--json', '--force');
      const hosts = [{ host: 'here', wasLockedBy: 'alice@laptop since yesterday: apply' }];
      expect(JSON.parse(stdout)).toEqual({ hosts, diagnostics: [] });
    });

    it('fails loudly when the lock stays', async () => {
      await writeFile(join(lock(), 'stray'), '');
      const { code, stdout, stderr } = await run('unlock', 'here', '--force');
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain('error SF602: cannot take the lock of here away');
      const forPrograms = await run('unlock', 'here', '--json', '--force');
      expect(forPrograms.code).toBe(1);
      expect(JSON.parse(forPrograms.stdout)).toMatchObject({ hosts: [], diagnostics: [{ code: 'SF602' }] });
    });
  });
});

it('minds no reader that goes away early', async () => {
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const script = `"${process.execPath}" "${main}" schema 2>err | true; cat err`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: dir });
  expect(stdout).toBe('');
});
