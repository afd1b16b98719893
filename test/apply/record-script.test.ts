import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { RECORD_FUNCTIONS } from '../../src/apply/record-script.js';
import { shellQuote } from '../../src/host/shell.js';
import { parseWritten } from '../../src/host/written.js';
import { SHELLS } from '../support/host-folder.js';
import { sha256 } from '../support/observation.js';
import { modeOf, removeFolders, runShell, tempFolder } from './run-shell.js';

afterEach(removeFolders);

/** A host's record; `call` is one call of a shell function in a session of its own. */
class Host {
  readonly folder = tempFolder();
  readonly written = join(this.folder, 'state', 'written');
  readonly #shell: readonly string[];

  constructor(shell: readonly string[]) {
    this.#shell = shell;
  }

  call(...words: readonly string[]): ReturnType<typeof runShell> {
    const script = `set -eu\n${RECORD_FUNCTIONS}\nwritten=${shellQuote(this.written)}\n${words.map(shellQuote).join(' ')}\n`;
    return runShell(script, { shell: this.#shell });
  }

  versions(path: string): readonly string[] {
    return [...(parseWritten(readFileSync(this.written, 'utf8')).get(path) ?? [])];
  }
}

const DONE = { status: 0, stdout: '', stderr: '' };
const [A, B, C] = ['a', 'b', 'c'].map(sha256) as [string, string, string];
const ENV = '/etc/sealfarm/workers/worker-1/worker.env';

describe.each(SHELLS.map((shell) => ({ shell })))('the record in $shell', ({ shell }) => {
  it('begins with the first file, readable by nobody else', () => {
    const host = new Host(shell);
    expect(host.call('remember', ENV, 'absent', A)).toEqual(DONE);
    expect(readFileSync(host.written, 'utf8')).toBe(`${A}  ${ENV}\n`);
    expect(modeOf(host.written)).toBe('600');
    expect(readdirSync(join(host.folder, 'state'))).toEqual(['written']);
  });

  it('takes away what one that was cut off left, and not what another one writes now', () => {
    const host = new Host(shell);
    host.call('remember', ENV, 'absent', A);
    const [mine, gone] = [`written.${process.pid}.sealfarm-tmp`, 'written.999999999.sealfarm-tmp'];
    for (const name of [mine, gone]) writeFileSync(join(host.folder, 'state', name), '');
    expect(host.call('remember', ENV, A, B)).toEqual(DONE);
    expect(readdirSync(join(host.folder, 'state')).sort()).toEqual(['written', mine]);
  });

  it('knows the version that is in place and the one that replaces it', () => {
    const host = new Host(shell);
    host.call('remember', ENV, 'absent', A);
    host.call('remember', ENV, A, B);
    expect(host.versions(ENV)).toEqual([A, B]);
    host.call('remember', ENV, B, C);
    expect(host.versions(ENV)).toEqual([B, C]);
  });

  it('keeps nothing of the versions before an edit by hand', () => {
    const host = new Host(shell);
    host.call('remember', ENV, 'absent', A);
    host.call('remember', ENV, sha256('by hand'), B);
    expect(host.versions(ENV)).toEqual([B]);
  });

  it('grows by no line where the same is written again', () => {
    const host = new Host(shell);
    for (let times = 0; times < 3; times += 1) host.call('remember', ENV, times === 0 ? 'absent' : A, A);
    expect(readFileSync(host.written, 'utf8')).toBe(`${A}  ${ENV}\n`);
  });

  it('forgets a file that was removed, and no other', () => {
    const host = new Host(shell);
    host.call('remember', ENV, 'absent', A);
    host.call('remember', `${ENV}.d`, 'absent', B);
    expect(host.call('forget', ENV)).toEqual(DONE);
    expect(readFileSync(host.written, 'utf8')).toBe(`${B}  ${ENV}.d\n`);
  });

  it('has nothing to forget on a host that has none', () => {
    const host = new Host(shell);
    expect(host.call('forget', ENV)).toEqual(DONE);
    expect(existsSync(host.written)).toBe(false);
  });

  it('fails without a trace where it cannot be written', () => {
    const host = new Host(shell);
    writeFileSync(join(host.folder, 'state'), 'no folder');
    expect(host.call('remember', ENV, 'absent', A).status).not.toBe(0);
    expect(readdirSync(host.folder)).toEqual(['state']);
  });

  it('leaves other lines as they are, and any path whole', () => {
    const path = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\n\0]/.test(text));
    fc.assert(
      fc.property(path, (name) => {
        const host = new Host(shell);
        mkdirSync(join(host.folder, 'state'));
        writeFileSync(host.written, 'something else  \\n\n');
        expect(host.call('remember', `/mnt/${name}`, 'absent', A)).toEqual(DONE);
        expect(readFileSync(host.written, 'utf8')).toBe(`something else  \\n\n${A}  /mnt/${name}\n`);
      }),
      { numRuns: 20 },
    );
  });
});
