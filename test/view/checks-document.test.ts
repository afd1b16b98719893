import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { ALL_CODES } from '../../src/diagnostic/codes.js';
import { checksDocument } from '../../src/view/checks-document.js';

const FILE = join(import.meta.dirname, '../../docs/checks.md');

describe('docs/checks.md', () => {
  it('is what `npm run docs` makes', async () => {
    const style = await prettier.resolveConfig(FILE);
    const wanted = await prettier.format(checksDocument(), { ...style, parser: 'markdown' });
    expect(readFileSync(FILE, 'utf8')).toBe(wanted);
  });

  it('has a heading for each code', () => {
    expect(checksDocument().match(/^### .*$/gm)).toEqual(ALL_CODES.map((code) => `### ${code}`));
  });

  it('links to each of its parts', () => {
    const text = checksDocument();
    expect(text).toContain(
      '- [SF6xx apply, drain and the command line](#sf6xx-apply-drain-and-the-command-line)\n',
    );
    expect(text.match(/^- \[SF.*$/gm)).toHaveLength(7);
  });

  it('names threads by their project and number', () => {
    expect(checksDocument()).toContain(
      'See also: [curio#1025](https://github.com/filecoin-project/curio/issues/1025)\n',
    );
  });
});
