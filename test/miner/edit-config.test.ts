import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINER_KEYS, variableOf, type MinerKey, type MinerValue } from '../../src/lotus/miner-keys.js';
import { editConfig, type WantedKey } from '../../src/miner/edit-config.js';
import { readConfigToml, valueIn, type Toml } from '../../src/miner/read-config.js';

const DEFAULT = readFileSync('test/fixtures/miner-config.toml', 'utf8');

function edited(text: string, ...wanted: readonly WantedKey[]): string {
  const edit = editConfig(text, wanted);
  if (!edit.ok) throw new Error(edit.problem.message);
  return edit.text;
}

function parsed(text: string): Toml {
  const reading = readConfigToml(text);
  if (!reading.ok) throw new Error(reading.problem.message);
  return reading.toml;
}

/** Keys of these sections that sealfarm does not write, and that are edited alike. */
const OTHER_KEYS: readonly MinerKey[] = [
  { section: 'API', key: 'Timeout', usual: '30s' },
  { section: 'Proving', key: 'ParallelCheckLimit', usual: 32 },
  { section: 'Proving', key: 'SingleCheckTimeout', usual: '10m0s' },
  { section: 'Proving', key: 'PartitionCheckTimeout', usual: '20m0s' },
  { section: 'Proving', key: 'DisableWDPoStPreChecks', usual: false },
  { section: 'Proving', key: 'MaxPartitionsPerPoStMessage', usual: 0 },
  { section: 'Proving', key: 'MaxPartitionsPerRecoveryMessage', usual: 0 },
  { section: 'Proving', key: 'SingleRecoveringPartitionPerPostMessage', usual: false },
];
const KEYS: readonly MinerKey[] = [...MINER_KEYS, ...OTHER_KEYS];

/** Another value than Lotus's own. */
function other({ usual }: MinerKey): MinerValue {
  if (typeof usual === 'boolean') return !usual;
  return typeof usual === 'number' ? usual + 1 : `${usual}/x`;
}

/** Lines that are in one text and not in the other, each with its number. */
function differing(
  before: string,
  after: string,
): readonly (readonly [line: number, from: string, to: string])[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  expect(now).toHaveLength(old.length);
  return old.flatMap((line, at) => (line === now[at] ? [] : [[at + 1, line, now[at] ?? ''] as const]));
}

const TABS = DEFAULT.replaceAll(/^ {4}/gm, '\t\t').replaceAll(/^ {2}/gm, '\t');
const NESTED = DEFAULT.replace(
  '[Fees.MaxPreCommitBatchGasFee]',
  '[Fees."Max.Batch"]\n    x = { a = [1, 2.0], b = 1979-05-27 }',
).replace(
  '  [Logging.SubsystemLevels]\n',
  '  [Logging.SubsystemLevels]\n    Storage = "WARN"\n    AllowAddPiece = "ERROR"\n',
);
/** Set by hand above the commented line, with a note of its own. */
const TWICE = KEYS.reduce(
  (text, { key, usual }) =>
    text.replace(
      new RegExp(`^  #${key} = `, 'm'),
      `  ${key} = ${JSON.stringify(usual)}   # ours\n  #${key} = `,
    ),
  DEFAULT,
);
const VARIANTS: readonly (readonly [string, string])[] = [
  ['the default file', DEFAULT],
  ['CRLF', DEFAULT.replaceAll('\n', '\r\n')],
  ['tabs', TABS],
  ['keys that are there twice, once commented out', TWICE],
  ['nested tables', NESTED],
];

describe('the keys', () => {
  it('are as in the default file, with the variable and the default that it names', () => {
    for (const key of KEYS) {
      const [, section = ''] = `\n${DEFAULT}`.split(`\n[${key.section}]\n`);
      const [own = ''] = section.split(/\n\[/);
      const words = `  # env var: ${variableOf(key)}\n  #${key.key} = ${JSON.stringify(key.usual)}\n`;
      expect(own).toContain(words);
    }
  });
});

describe.each(VARIANTS)('%s', (_, text) => {
  it.each(KEYS)('$key changes one line, and back means the same', (key) => {
    const value = other(key);
    const changed = edited(text, { key, value });
    const [[line, from, to] = [0, '', ''], ...others] = differing(text, changed);
    expect(others).toEqual([]);
    const [, indent = ''] = /^(\s*)/.exec(from) ?? [];
    const note = from.includes('# ours') ? '   # ours' : '';
    const end = from.endsWith('\r') ? '\r' : '';
    expect([from.trim().replace('#', '').startsWith(key.key), line > 0]).toEqual([true, true]);
    expect(to).toBe(`${indent}${key.key} = ${JSON.stringify(value)}${note}${end}`);
    expect(valueIn(parsed(changed), key)).toBe(value);

    const back = edited(changed, { key, value: key.usual });
    // A line that was commented out now says Lotus's default; any other is as it was, byte for byte.
    if (from.trimStart().startsWith('#'))
      expect(differing(text, back)).toEqual([[line, from, from.replace('#', '')]]);
    else expect(back).toBe(text);
    expect(valueIn(parsed(back), key)).toBe(key.usual);
  });

  it('stays as it is where it says all of it already', () => {
    const wanted = KEYS.map((key) => ({ key, value: key.usual }));
    expect(edited(text, ...wanted)).toBe(text);
  });
});

describe('a file without the section', () => {
  const without = DEFAULT.replace(/\[Storage\][^]*?(?=\[Fees\])/, '');
  const [allow] = MINER_KEYS.filter(({ key }) => key === 'AllowAddPiece');
  if (allow === undefined) throw new Error('no key');

  it.each(KEYS)('gets it for $section $key, and back means the same', (key) => {
    const bare = DEFAULT.replace(new RegExp(`\\[${key.section}\\][^]*?(?=\\n\\[|$)`), '');
    expect(bare).not.toContain(`[${key.section}]`);
    const section = (value: MinerValue): string =>
      `${bare.endsWith('\n') ? '\n' : '\n\n'}[${key.section}]\n  ${key.key} = ${JSON.stringify(value)}\n`;
    const changed = edited(bare, { key, value: other(key) });
    expect(changed).toBe(bare + section(other(key)));
    const back = edited(changed, { key, value: key.usual });
    expect(back).toBe(bare + section(key.usual));
    expect(valueIn(parsed(back), key)).toBe(key.usual);
    expect(edited(bare, { key, value: key.usual })).toBe(bare);
  });

  it.each<[string, string, string]>([
    ['at its end', without, '\n[Storage]\n  AllowAddPiece = false\n'],
    ['at its end, CRLF', without.replaceAll('\n', '\r\n'), '\r\n[Storage]\r\n  AllowAddPiece = false\r\n'],
    ['where it ends in a line', 'a = 1', '\n\n[Storage]\n  AllowAddPiece = false\n'],
    ['where it ends in a line, CRLF', 'b = 2\r\na = 1', '\r\n\r\n[Storage]\r\n  AllowAddPiece = false\r\n'],
    ['where it is empty', '', '[Storage]\n  AllowAddPiece = false\n'],
  ])('gets it %s', (_, text, added) => {
    expect(edited(text, { key: allow, value: false })).toBe(text + added);
  });

  it.each<[string, string, string]>([
    [
      'below the heading of a section without the key',
      '[Storage]\n\tX = 1\n',
      '[Storage]\n\tAllowAddPiece = false\n\tX = 1\n',
    ],
    ['in a table of one line', 'Storage = { X = 1 }\n', 'Storage = { X = 1, AllowAddPiece = false }\n'],
    ['key by key', 'Storage.AllowAddPiece = true # a\nb = 1\n', 'Storage.AllowAddPiece = false # a\nb = 1\n'],
    [
      'in the spelling that is there',
      '[storage]\nallowaddpiece = true\n',
      '[storage]\nallowaddpiece = false\n',
    ],
    [
      'not in the words about it',
      '[Storage]\n# AllowAddPiece = true is the default\n',
      '[Storage]\nAllowAddPiece = false\n# AllowAddPiece = true is the default\n',
    ],
    [
      'not in a text of several lines',
      'a = """\n[Storage]\n#AllowAddPiece = true\n"""\n[Storage]\nX = 1\n',
      'a = """\n[Storage]\n#AllowAddPiece = true\n"""\n[Storage]\nAllowAddPiece = false\nX = 1\n',
    ],
    [
      'below a text of several lines with a heading in it',
      '[Sub]\n\t# b\n\n[Storage]\na = """\n[Other]\n"""\nAllowAddPiece = true\n\n[Other]\n  c = 1\n',
      '[Sub]\n\t# b\n\n[Storage]\na = """\n[Other]\n"""\nAllowAddPiece = false\n\n[Other]\n  c = 1\n',
    ],
  ])('%s', (_, text, expected) => {
    expect(edited(text, { key: allow, value: false })).toBe(expected);
  });

  it.each<[string, string, object]>([
    ['no TOML', '[Storage]\n  AllowAddPiece = yes\n', { line: 2, column: 19 }],
    ['a key twice', '[Storage]\nAllowAddPiece = true\nAllowAddPiece = false\n', { line: 3 }],
    [
      'two spellings of a key',
      '[Storage]\nAllowAddPiece = true\nallowaddpiece = false\n',
      { message: 'AllowAddPiece and allowaddpiece are one name to Lotus' },
    ],
    [
      'two spellings of the section',
      '[Storage]\n[STORAGE]\n',
      { message: 'Storage and STORAGE are one name to Lotus' },
    ],
    [
      'a change that would indent other lines anew',
      'Storage.X = 1\n\n[Logging]\n\t[Logging.Sub]\n\t  # words\n\t  x = 1\n',
      { message: '[Storage] AllowAddPiece cannot be set without moving anything else' },
    ],
    [
      'one that would indent other lines anew without a new one',
      'Storage.AllowAddPiece = true\n\n[Logging]\n\t[Logging.Sub]\n\t  # words\n\t  x = 1\n',
      { message: '[Storage] AllowAddPiece cannot be set without moving anything else' },
    ],
    [
      'one that would indent a line anew beside a new one',
      '\t  Storage.X = 1\n',
      { message: '[Storage] AllowAddPiece cannot be set without moving anything else' },
    ],
    [
      'a key whose line does not show it',
      '[Storage]\n"Allow\\u0041ddPiece" = true\n',
      { message: '[Storage] AllowAddPiece cannot be set without moving anything else' },
    ],
    ['a section that is none', 'Storage = 5\n', { message: 'Storage is no table' }],
  ])('is refused with %s', (_, text, problem) => {
    const edit = editConfig(text, [{ key: allow, value: false }]);
    expect(edit).toMatchObject({ ok: false, problem });
  });

  it('shows nothing of a file that is refused', () => {
    const edit = editConfig('[HarmonyDB]\n  Password = "canary-7c1f5e" x\n', [{ key: allow, value: false }]);
    expect(JSON.stringify(edit)).not.toContain('canary');
    expect(edit).toMatchObject({ ok: false, problem: { line: 2 } });
  });
});

describe('any file', () => {
  const name = fc.constantFrom('API', 'Proving', 'Storage', 'Fees', 'Fees.Sub', 'Other');
  const entry = fc.oneof(
    fc.constantFrom(...MINER_KEYS).map(({ key, usual }) => `${key} = ${JSON.stringify(usual)}`),
    fc.constantFrom(...MINER_KEYS).map(({ key, usual }) => `#${key} = ${JSON.stringify(usual)}`),
    fc.constantFrom(
      '',
      '# words',
      'x = [1,\n 2]',
      'y = """\n[Storage]\n#AllowAddPiece = true\n"""',
      'z.a = 1.50',
      'd = 1979-05-27',
    ),
  );
  const section = fc.tuple(name, fc.array(entry, { maxLength: 6 }), fc.constantFrom('', '  ', '\t'));
  const file = fc
    .tuple(fc.array(section, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'))
    .map(([sections, end]) =>
      sections
        .flatMap(([heading, lines, indent]) => [`[${heading}]`, ...lines.map((line) => indent + line), ''])
        .join('\n')
        .replaceAll('\n', end),
    );
  const wanted = fc
    .constantFrom(...MINER_KEYS)
    .chain((key) => fc.boolean().map((same): WantedKey => ({ key, value: same ? key.usual : other(key) })));

  it('is edited to what is wanted with all else as it was, or refused', () => {
    fc.assert(
      fc.property(file, fc.array(wanted, { maxLength: 4 }), (text, all) => {
        const last = [...new Map(all.map((one) => [one.key, one])).values()];
        const edit = editConfig(text, last);
        if (!edit.ok) {
          const { ok } = readConfigToml(text);
          // Two sections of one name and keys that are there twice are no TOML; all else can be edited.
          expect(ok).toBe(false);
          return;
        }
        for (const { key, value } of last) expect(valueIn(parsed(edit.text), key)).toBe(value);
        const kept = text.split(/\r?\n/).filter((line) => !MINER_KEYS.some(({ key }) => line.includes(key)));
        expect(edit.text.split(/\r?\n/)).toEqual(expect.arrayContaining(kept));
        expect(edit.text.split('\r\n').length > 1 && /[^\r]\n/.test(edit.text) && !/[^\r]\n/.test(text)).toBe(
          false,
        );
      }),
      { numRuns: 500 },
    );
  });
});
