import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CODES } from '../../src/diagnostic/codes.js';

const TESTS = join(import.meta.dirname, '..');

/** Tests of the texts of all codes, which name codes but trigger none. */
const OF_TEXTS = ['diagnostic', 'view/checks-document.test.ts', 'view/explain.test.ts'];

/** Nothing says it any more. */
const GIVEN_UP = ['SF243'];

function codesInTests(): ReadonlySet<string> {
  const texts = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !OF_TEXTS.some((one) => name.startsWith(one)))
    .map((name) => readFileSync(join(TESTS, name), 'utf8'));
  return new Set(texts.flatMap((text) => text.match(/\bSF\d{3}\b/g) ?? []));
}

it('a test names each code of a check: those of layouts (SF2) and of the living farm (SF5)', () => {
  const named = codesInTests();
  const checks = Object.keys(CODES).filter((code) => /^SF[25]/.test(code) && !GIVEN_UP.includes(code));
  expect(checks.length).toBeGreaterThan(100);
  expect(checks.filter((code) => !named.has(code))).toEqual([]);
});
