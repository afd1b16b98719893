import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  JOURNAL_BYTES,
  journalScript,
  OLD_JOURNALS,
  readJournalScript,
} from '../../src/apply/journal-script.js';
import { shInput } from '../../src/remote/script.js';
import { SHELLS } from '../support/host-folder.js';
import { modeOf, removeFolders, runShell, tempFolder } from './run-shell.js';

afterEach(removeFolders);

const DONE = { status: 0, stdout: '', stderr: '' };

/** A journal that the next line fills. */
function almostFull(): { journal: string; line: string } {
  const journal = join(tempFolder(), "it's", 'journal.jsonl');
  const line = `{"old":"${'x'.repeat(JOURNAL_BYTES - 12)}"}`;
  mkdirSync(dirname(journal));
  writeFileSync(journal, `${line}\n`);
  return { journal, line };
}

function oldOnes(journal: string): readonly string[] {
  return readdirSync(dirname(journal)).filter((name) => /^journal-\d{8}T\d{6}Z-\d+\.jsonl$/.test(name));
}

function read(journal: string, shell: readonly string[] = ['sh']): readonly string[] {
  const [program = '', ...args] = shell;
  const input = shInput(readJournalScript(journal));
  const options = { input, encoding: 'utf8', maxBuffer: 64 * JOURNAL_BYTES } as const;
  const { status, stdout } = spawnSync(program, [...args, '-s'], options);
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

describe.each(SHELLS.map((shell) => ({ shell })))('the journal in $shell', ({ shell }) => {
  const append = (journal: string, line: string): void => {
    expect(runShell(journalScript(journal, line), { shell })).toEqual(DONE);
  };

  it('gets one line more, for its owner to read alone', () => {
    const journal = `${tempFolder()}/state/journal.jsonl`;
    const lines = ['{"step":"a"}', `{"why":"it's \\\\n %s $HOME -n"}`];
    for (const line of lines) append(journal, line);
    expect(readFileSync(journal, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
    expect(modeOf(journal)).toBe('600');
    expect(modeOf(dirname(journal))).toBe('700');
    expect(read(journal, shell)).toEqual(lines);
  });

  it('that is not there has no lines', () => {
    expect(read(join(tempFolder(), 'journal.jsonl'), shell)).toEqual([]);
  });

  it('goes on in a line of its own after one that was cut off', () => {
    const journal = join(tempFolder(), 'journal.jsonl');
    writeFileSync(journal, '{"half');
    append(journal, '{}');
    expect(readFileSync(journal, 'utf8')).toBe('{"half\n{}\n');
  });

  it('is put aside when it is full, and read with what was put aside', () => {
    const { journal, line } = almostFull();
    append(journal, '{"full":1}');
    const [old = ''] = oldOnes(journal);
    expect(readFileSync(join(dirname(journal), old), 'utf8')).toBe(`${line}\n{"full":1}\n`);
    append(journal, '{"new":1}');
    expect(read(journal, shell)).toEqual(['{"new":1}', line, '{"full":1}']);
  });

  it('keeps so many of those that were put aside, the newest', () => {
    const { journal } = almostFull();
    const before = Array.from({ length: 9 }, (_, day) => `journal-2026010${day + 1}T000000Z-1.jsonl`);
    for (const name of before) writeFileSync(join(dirname(journal), name), name);
    append(journal, '{}');
    const after = oldOnes(journal);
    expect(after.slice(0, -1)).toEqual(before.slice(-(OLD_JOURNALS - 1)));
    expect(after).toHaveLength(OLD_JOURNALS);
  });

  it('says when there is no room', () => {
    const journal = join(tempFolder(), 'journal.jsonl');
    const full = runShell(`trap '' XFSZ; ulimit -f 0\n${journalScript(journal, '{}')}`, { shell });
    expect(full.status).not.toBe(0);
  });
});

it('loses no line, however many write at once while it is put aside', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.nat({ max: 300 }), async (writers, room) => {
      const { journal } = almostFull();
      const start = `{"old":"${'x'.repeat(JOURNAL_BYTES - 20 - room)}"}`;
      writeFileSync(journal, `${start}\n`);
      const lines = Array.from({ length: writers }, (_, at) => `{"at":${at},"why":"${'y'.repeat(60)}"}`);
      await Promise.all(
        lines.map(async (line, at) => {
          const [program = '', ...args] = SHELLS[at % SHELLS.length] ?? [];
          const shell = spawn(program, [...args, '-s'], { stdio: ['pipe', 'ignore', 'ignore'] });
          shell.stdin.end(shInput(journalScript(journal, line)));
          await new Promise((resolve) => shell.once('close', resolve));
        }),
      );
      expect([...read(journal)].sort()).toEqual([start, ...lines].sort());
      for (const name of oldOnes(journal))
        expect(statSync(join(dirname(journal), name)).size).toBeLessThan(2 * JOURNAL_BYTES);
    }),
    { numRuns: 8 },
  );
}, 60_000);
