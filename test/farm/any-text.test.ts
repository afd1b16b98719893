import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFarm } from '../../src/check/check-layout.js';
import { CODES } from '../../src/diagnostic/codes.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { SAMPLE } from './sample.js';

const EXAMPLE = readFileSync(new URL('../../examples/storage-groups/sealfarm.yaml', import.meta.url), 'utf8');

/** Reads a text as far as it goes, and checks all that is said of it. */
function check(text: string): void {
  const { farm, diagnostics } = readFarm(text, 'sealfarm.yaml', checkFarm);
  expect(farm === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const { code, message, place } of diagnostics) {
    expect(CODES).toHaveProperty(code);
    expect(message).not.toMatch(/\p{Cc}|undefined|\[object/u);
    if (place?.kind !== 'file' || place.range === undefined) throw new Error(`no place: ${code}`);
    const { line, column, endColumn, lineText } = place.range;
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(endColumn).toBeGreaterThanOrEqual(column);
    expect(endColumn).toBeLessThanOrEqual(lineText.length + 1);
    const written = lines[line - 1] ?? '';
    if (!lineText.includes('***')) expect(lineText.length).toBe(written.replace(/\r$/, '').length);
  }
}

const BROKEN = new URL('../fixtures/broken/', import.meta.url);

/** A farm with something for every check: its lines are there to be changed. */
const RICH = readFileSync(new URL('../fixtures/rich-farm.yaml', import.meta.url), 'utf8');

const text = fc.constantFrom(SAMPLE, EXAMPLE, RICH);
const piece = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ...['\n', '\r\n', '\t', '  ', ':', ': ', '- ', '[', ']', '{', '}', '"', "'", '#', '&a ', '*a', '!', '|', '>', '---\n', '%'],
    ...['null', '~', '0', '-1', '1e999', '.nan', 'true', '__proto__', 'constructor', '<<: ', '? ', '{n}', '[1-3]', '../', '/'],
  ),
); // prettier-ignore

interface Change {
  readonly at: number;
  readonly removed: number;
  readonly added: string;
}

const change = fc.record<Change>({ at: fc.nat(3000), removed: fc.nat(30), added: piece });

function changed(original: string, changes: readonly Change[]): string {
  return changes.reduce((result, { at, removed, added }) => {
    const start = at % (result.length + 1);
    return result.slice(0, start) + added + result.slice(start + removed);
  }, original);
}

/** Values in the places of others: YAML that is well formed and yet no farm. */
function withLine(original: string, line: number, value: string): string {
  const lines = original.split('\n');
  const index = line % lines.length;
  lines[index] = (lines[index] ?? '').replace(/:.*/, `: ${value}`);
  return lines.join('\n');
}

describe('a broken file', () => {
  it.each(readdirSync(BROKEN))('%s is refused, with a place', (name) => {
    const broken = readFileSync(new URL(name, BROKEN), 'utf8');
    check(broken);
    expect(readFarm(broken, name, checkFarm).farm).toBeUndefined();
  });
});

describe('any text at all', { timeout: 60_000 }, () => {
  it.each([
    ['texts', fc.string()],
    ['texts of any characters', fc.string({ unit: 'binary', maxLength: 200 })],
    ['texts of YAML', fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))],
    ['JSON', fc.json()],
  ])('is read without throwing: %s', (_, texts) => {
    fc.assert(fc.property(texts, check), { numRuns: 200 });
  });

  it.each(['>? $\t', '>? token-of-the-miner\t'])('shows nothing of what YAML stumbled over: %j', (text) => {
    check(text);
    const { diagnostics } = readFarm(text, 'sealfarm.yaml', checkFarm);
    expect(diagnostics.map(({ message }) => message).join()).not.toMatch(/\$|token-of/);
  });

  it('is read without throwing: farms changed anywhere', () => {
    const farms = fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(farms, ([original, changes]) => {
        check(changed(original, changes));
      }),
      { numRuns: 200 },
    );
  });

  it('is read without throwing: farms with other values', () => {
    const value = fc.oneof(fc.json(), piece);
    fc.assert(
      fc.property(text, fc.nat(100), value, (original, line, written) => {
        check(withLine(original, line, written));
      }),
      { numRuns: 200 },
    );
  });

  it('is read as the same farm with CRLF, a byte order mark and comments', () => {
    const { farm } = readFarm(EXAMPLE, 'f');
    expect(farm).toBeDefined();
    for (const same of [
      EXAMPLE.replaceAll('\n', '\r\n'),
      `\uFEFF${EXAMPLE}`,
      EXAMPLE.replaceAll('\n', ' # x\n'),
    ]) {
      expect(readFarm(same, 'f')).toEqual({ farm, diagnostics: [] });
    }
  });
});
