import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealfarm } from '../support/cli.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealfarm-cli-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const COMMANDS = [
  'validate',
  'render',
  'plan',
  'apply',
  'drain',
  'resume',
  'status',
  'unlock',
  'schema',
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

it('applies nothing without a terminal or --yes', async () => {
  const file = join(dir, 'down.yaml');
  await writeFile(
    file,
    `version: 1
farm: f
sectorSize: 32GiB
miner: { api: /ip4/127.0.0.1/tcp/1/http, token: { env: T } }
hosts:
  here:
    address: 127.0.0.1
    ssh: { transport: local }
    paths: { config: ${dir}/etc, state: ${dir}/state }
    workers:
      w: { listen: "127.0.0.1:3456", tasks: [precommit1], storage: [{ path: ${dir}/seal, seal: true, mount: any }] }
`,
  );
  const { code, stdout, stderr } = await sealfarm(['apply', '--config', file], {
    cwd: dir,
    env: { T: 'token' },
  });
  expect(code).toBe(64);
  expect(stdout + stderr).toContain('--yes');
});
