import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { batchScript, parseBatch, type BatchPart } from '../../src/apply/batch.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';

afterEach(removeFolders);

const SHELLS = ['sh', 'dash', 'bash', 'busybox sh'].filter(
  (shell) => spawnSync('env', [...shell.split(' '), '-c', 'exit 0']).status === 0,
);

function part(script: string, ...after: readonly number[]): BatchPart {
  return { script, after };
}

function run(parts: readonly BatchPart[], shell = 'sh') {
  const output = runShell(batchScript(parts), { shell: ['env', ...shell.split(' ')] });
  return { ...output, told: Object.fromEntries(parseBatch(output.stdout)) };
}

it('is tried with more than one shell', () => {
  expect(SHELLS).toEqual(expect.arrayContaining(['sh', 'bash']));
});

describe.each(SHELLS)('a batch run by %s', (shell) => {
  it('does all in order, and says how each ended', () => {
    const log = join(tempFolder(), 'log');
    const parts = ['a', 'b', 'c'].map((name) => part(`set -eu\necho ${name} >>'${log}'\necho out\nexit 0`));
    expect(run(parts, shell).told).toEqual({
      0: { status: 0, stderr: '' },
      1: { status: 0, stderr: '' },
      2: { status: 0, stderr: '' },
    });
    expect(readFileSync(log, 'utf8')).toBe('a\nb\nc\n');
  });

  it('ends a part at its first failure, with its words', () => {
    const never = join(tempFolder(), 'never');
    const failing = part(`set -eu\necho "it's \\$HOME 'ä'" >&2\nfalse\ntouch '${never}'`);
    const { told, status } = run([failing], shell);
    expect(told).toEqual({ 0: { status: 1, stderr: "it's $HOME 'ä'" } });
    expect(status).toBe(0);
    expect(existsSync(never)).toBe(false);
  });

  it('leaves out what comes after a failed part, and what comes after that', () => {
    const parts = [
      part('exit 3'),
      part('exit 0'),
      part('exit 0', 0, 1),
      part('exit 0', 1),
      part('exit 0', 2, 3),
      part('exit 0'),
    ];
    expect(Object.keys(run(parts, shell).told)).toEqual(['0', '1', '3', '5']);
  });

  it('lets no part see what another has set, nor read the script', () => {
    const traps = join(tempFolder(), 'traps');
    const parts = [
      part(`set -eu\nown=1\numask 077\ncd /\ntrap 'echo 0 >>"${traps}"' EXIT\ncat`),
      part(`[ -z "\${own:-}" ] && [ "$(umask)" != 0077 ] && [ "$(pwd)" != / ]`),
    ];
    expect(run(parts, shell).told).toMatchObject({ 0: { status: 0 }, 1: { status: 0 } });
    expect(readFileSync(traps, 'utf8')).toBe('0\n');
  });

  it('takes documents that stand in the script', () => {
    const file = join(tempFolder(), 'file');
    const script = `set -eu\ncat >'${file}' <<'END'\nfirst ) " ' \`\n  esac\nEND\ncase x in x) ;; *) exit 1 ;; esac`;
    expect(run([part(script), part(script)], shell).told).toMatchObject({ 1: { status: 0 } });
    expect(readFileSync(file, 'utf8')).toBe('first ) " \' `\n  esac\n');
  });
});

describe('the answer of a batch', () => {
  it('holds nothing of what a broken connection kept back', () => {
    expect([...parseBatch('0 0 \n1 4 bm8=\n2 0').keys()]).toEqual([0, 1]);
    expect(parseBatch('1 4 bm8=\n').get(1)).toEqual({ status: 4, stderr: 'no' });
  });

  it('is never more than was said', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const { status } of parseBatch(text).values()) expect(status).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has each part that all before it have ended well', () => {
    const drawn = fc.array(
      fc.record({ status: fc.constantFrom(0, 0, 1, 7), after: fc.array(fc.nat(6), { maxLength: 3 }) }),
      { minLength: 1, maxLength: 7 },
    );
    fc.assert(
      fc.property(drawn, (drawn) => {
        const parts = drawn.map(({ status, after }, place) =>
          part(`exit ${status}`, ...new Set(after.filter((before) => before < place))),
        );
        const begun: boolean[] = [];
        const good: boolean[] = [];
        for (const [place, { after }] of parts.entries()) {
          begun.push(after.every((before) => good[before]));
          good.push(begun[place] === true && drawn[place]?.status === 0);
        }
        const told = parseBatch(runShell(batchScript(parts)).stdout);
        expect(parts.map((_, place) => told.has(place))).toEqual(begun);
      }),
      { numRuns: 30 },
    );
  });
});
