import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../src/cli/program.js';

const FILE = new URL('../examples/ci/github-workflow.yml', import.meta.url);

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

const { jobs } = parse(readFileSync(FILE, 'utf8')) as Workflow;
const COMMANDS = Object.values(jobs)
  .flatMap(({ steps }) => steps.flatMap(({ run: script = '' }) => script.split('\n')))
  .flatMap((line) => /^sealfarm ([^|>]*)/.exec(line)?.[1]?.trim().split(' ') ?? [])
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
