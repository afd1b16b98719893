import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Codes } from '../../src/diagnostic/code-facts.js';
import { ALL_CODES, CODE_FAMILIES, CODES, codeNamed, codesOf } from '../../src/diagnostic/codes.js';
import { factsOf } from '../../src/view/explain.js';
import { sourceFiles } from '../support/source-files.js';

const FOLDER = join(import.meta.dirname, '../../src/diagnostic/codes');

/** Codes that nothing says any more: they keep their meaning, so that they are not used again. */
const GIVEN_UP: readonly string[] = ['SF243'];

const FACTS = ALL_CODES.map((code) => ({ code, ...factsOf(code) }));
const TEXTS = FACTS.flatMap(({ code, why, remedy }) => [
  { code, kind: 'why', text: why, most: 4 },
  { code, kind: 'remedy', text: remedy, most: 3 },
]);

/** Ends of sentences. */
function sentences(text: string): number {
  return text.match(/[.?!](?=\s|$)/g)?.length ?? 0;
}

function withoutCodeSpans(text: string): string {
  return text.replaceAll(/`[^`]+`/g, '');
}

describe('each code', () => {
  it.each(FACTS)('$code has a title that can stand in a sentence', ({ title }) => {
    expect(title).toMatch(/^(?:[a-z]|YAML |RPC |Lotus |PC[12] )[^*`]{4,59}$/);
    expect(title).not.toMatch(/\W$/);
  });

  it.each(TEXTS)('$code has a $kind of whole sentences', ({ text, most }) => {
    expect(text).toMatch(/^(?:[A-Z`]|sealfarm |sshd ).{10,}\.$/);
    expect(text).not.toMatch(/\s\s|^\s|\n/);
    expect(sentences(text)).toBeLessThanOrEqual(most);
  });

  it.each(TEXTS)('$code has a $kind that Markdown leaves as it is', ({ text }) => {
    expect(withoutCodeSpans(text)).not.toMatch(/[`*_<>[\]|#~\\]/);
  });

  it.each(FACTS)('$code points to threads on GitHub', ({ upstream = [] }) => {
    for (const url of upstream)
      expect(url).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(?:issues|pull)\/[1-9]\d*$/);
    expect(new Set(upstream).size).toBe(upstream.length);
  });
});

describe('the catalogue', () => {
  const files = sourceFiles();

  it('has every code of its folder, and each code once', async () => {
    const modules = await Promise.all(
      readdirSync(FOLDER).map(
        async (name) => (await import(join(FOLDER, name))) as Readonly<Record<string, Codes>>,
      ),
    );
    const written = modules.flatMap((module) => Object.values(module)).flatMap((codes) => Object.keys(codes));
    expect(written.sort()).toEqual([...ALL_CODES]);
  });

  it('has each code in one family', () => {
    expect(CODE_FAMILIES.flatMap(codesOf)).toEqual(ALL_CODES);
    expect(ALL_CODES.filter((code) => !/^SF\d{3}$/.test(code))).toEqual([]);
  });

  const said = new Set(
    files
      .filter(({ room }) => room !== 'diagnostic')
      .flatMap(({ strings }) => strings)
      .filter((text) => /^SF\d{3}$/.test(text)),
  );

  it('has every code that is said', () => {
    expect([...said].filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
  });

  it('has no code that nothing says, but those that are given up', () => {
    expect(ALL_CODES.filter((code) => !said.has(code))).toEqual(GIVEN_UP);
  });

  it('gives each code the weight with which it is said', () => {
    const weights = new Map<string, string[]>();
    for (const { code, severity } of files.flatMap(({ objects }) => objects)) {
      if (code !== undefined && severity !== undefined)
        weights.set(code, [...(weights.get(code) ?? []), severity]);
    }
    // Where severity is left to a default, a source file does not show it.
    expect(weights.size).toBeGreaterThan(20);
    const wrong = FACTS.filter(({ code, severity }) => weights.get(code)?.includes(severity) === false);
    expect(wrong.map(({ code }) => code)).toEqual([]);
  });
});

describe('codeNamed', () => {
  it.each([
    ['SF210', 'SF210'],
    ['sf210', 'SF210'],
    ['Sf210', 'SF210'],
    ['210', 'SF210'],
  ])('understands %s', (word, code) => {
    expect(codeNamed(word)).toBe(code);
  });

  it.each(['', 'SF', '21', '2100', 'SF999', 'SFSF210', ' 210', 'toString', 'storage group'])(
    'knows no %j',
    (word) => {
      expect(codeNamed(word)).toBeUndefined();
    },
  );
});
