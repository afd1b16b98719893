import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../src/cli/program.js';
import { removeFolders, tempFolder } from './apply/run-shell.js';

const FILE = new URL('../examples/ci/github-workflow.yml', import.meta.url);

interface Step {
  readonly name?: string;
  readonly run?: string;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const { jobs } = parse(readFileSync(FILE, 'utf8')) as Workflow;
const COMMANDS = Object.values(jobs)
  .flatMap(({ steps }) => steps.flatMap(({ run: script = '' }) => script.split('\n')))
  .flatMap((line) => /^ *sealfarm ([^|>]*)/.exec(line)?.[1]?.trim().split(' ') ?? [])
  .join(' ')
  .split(/ (?=validate|plan |show )/);

describe('the workflow of the examples', () => {
  it('runs validate, plan and show', () => {
    expect(COMMANDS).toEqual(['validate', 'plan --out plan.json', 'show plan.json --format markdown']);
  });

  it.each(COMMANDS)('uses what there is: %s', async (command) => {
    // A wrong word is 64; here there is no farm and no plan.
    const words = [
      '--config',
      '/nonexistent/sealfarm.yaml',
      ...command.replace('plan.json', '/nonexistent/plan.json').split(' '),
    ];
    expect(await run([...words, '--json'])).not.toBe(64);
  });
});

describe('the job that plans', () => {
  afterEach(removeFolders);

  /** What GitHub does with a step's script, beside programs that only leave a mark. */
  function step(name: string, env: Readonly<Record<string, string>>, folder: string) {
    const script = jobs['plan']?.steps.find((one) => one.name === name)?.run ?? 'exit 99';
    return spawnSync('bash', ['--norc', '-e', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, GITHUB_OUTPUT: join(folder, 'output'), ...env },
    });
  }

  function program(folder: string, name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it.each([
    [0, 0, 'of the plan'],
    [3, 0, 'of the plan'],
    [1, 1, 'of the plan'],
    [64, 1, 'There is none: sealfarm ended with 64'],
  ])('that ends with %i is shown, and the job ends with %i', (code, outcome, words) => {
    const folder = tempFolder();
    const writes = code === 64 ? '' : 'echo {} >plan.json;';
    program(folder, 'sealfarm', `case $1 in plan) ${writes} exit ${code} ;; *) echo of the plan ;; esac`);
    expect(step('Plan', {}, folder)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'plan.md'), 'utf8')).toMatch(
      new RegExp(`${words}[^]*\\n<!-- sealfarm plan -->\\n$`),
    );
    expect(readFileSync(join(folder, 'output'), 'utf8')).toBe(`code=${code}\n`);
    expect(step('Outcome', { CODE: String(code) }, folder).status).toBe(outcome);
  });

  it.each([
    [
      'one of its own is there',
      '7\n8',
      'api --method PATCH repos/o/r/issues/comments/8 --field body=@plan.md\n',
    ],
    ['none is there', '', 'pr comment 5 --body-file plan.md\n'],
  ])('comments where %s', (_, ours, said) => {
    const folder = tempFolder();
    program(folder, 'gh', `case "$*" in *--jq*) printf '${ours}' ;; *) echo "$@" >>said ;; esac`);
    const env = { GITHUB_REPOSITORY: 'o/r', PULL_REQUEST: '5' };
    expect(step('Comment', env, folder)).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'said')) && readFileSync(join(folder, 'said'), 'utf8')).toBe(said);
  });
});
