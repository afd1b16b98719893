import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, LONGEST_LINE } from '../../src/log/line-splitter.js';

/** A text cut anywhere, in the midst of characters too. */
function chunksOf(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const lineText = fc
  .string({ unit: fc.constantFrom('a', 'ä', '€', '😀', '\t', '\u001B', ' ') })
  .map((text) => text.replaceAll(/[\r\n]/g, ''));

describe('LineSplitter', () => {
  it('makes the same lines of any chunks', () => {
    fc.assert(
      fc.property(fc.array(lineText), lineText, fc.array(fc.nat()), (lines, rest, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + rest);
        const splitter = new LineSplitter();
        const found = chunksOf(bytes, cuts).flatMap((chunk) => splitter.push(chunk));
        expect(found.map(({ text }) => text)).toEqual(lines);
        const last = splitter.rest();
        expect(last.map(({ text }) => text)).toEqual(rest === '' ? [] : [rest]);
        expect([...found, ...last].reduce((sum, line) => sum + line.bytes, 0)).toBe(bytes.length);
      }),
    );
  });

  it('leaves the end of a line of Windows out, and a byte that is no text readable', () => {
    const splitter = new LineSplitter();
    expect(splitter.push(Buffer.from([0x61, 0x0d, 0x0a, 0xff, 0x62, 0x0a]))).toEqual([
      { text: 'a', bytes: 3 },
      { text: '\uFFFDb', bytes: 3 },
    ]);
  });

  it('keeps no more of a line without end than the longest, and counts it all the same', () => {
    const splitter = new LineSplitter();
    const megabyte = Buffer.alloc(2 ** 20, 'x');
    for (let i = 0; i < 5; i++) expect(splitter.push(megabyte)).toEqual([]);
    const [cut, next] = splitter.push(Buffer.from('y\nz\n'));
    expect(cut).toEqual({ text: `${'x'.repeat(LONGEST_LINE)}…`, bytes: 5 * 2 ** 20 + 2 });
    expect(next).toEqual({ text: 'z', bytes: 2 });
  });

  it('does not call a line cut that is just as long as the longest', () => {
    const splitter = new LineSplitter();
    const [line] = splitter.push(Buffer.concat([Buffer.alloc(LONGEST_LINE, 'x'), Buffer.from('\n')]));
    expect(line?.text).toHaveLength(LONGEST_LINE);
    splitter.push(Buffer.alloc(LONGEST_LINE + 1, 'y'));
    expect(splitter.rest()[0]?.text.at(-1)).toBe('…');
  });
});
