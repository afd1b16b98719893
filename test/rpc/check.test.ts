import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  isBoolean,
  isNumber,
  isRecord,
  isString,
  orNull,
  recordOf,
  shape,
} from '../../src/rpc/check.js';

const VALUES = { record: {}, list: [], text: '', number: 0, truth: false, nothing: null, missing: undefined };

describe('simple checks', () => {
  test.each([
    ['isRecord', isRecord, ['record']],
    ['isString', isString, ['text']],
    ['isNumber', isNumber, ['number']],
    ['isBoolean', isBoolean, ['truth']],
    ['arrayOf', arrayOf(isString), ['list']],
    ['recordOf', recordOf(isString), ['record']],
    ['orNull', orNull(isString), ['text', 'nothing']],
  ])('%s', (_name, check, kinds) => {
    const accepted = Object.entries(VALUES).filter(([, value]) => check(value));
    expect(accepted.map(([kind]) => kind)).toEqual(kinds);
  });
});

test('arrayOf and recordOf look at each element', () => {
  expect(arrayOf(isNumber)([1, 2])).toBe(true);
  expect(arrayOf(isNumber)([1, '2'])).toBe(false);
  expect(recordOf(isNumber)({ a: 1, b: 2 })).toBe(true);
  expect(recordOf(isNumber)({ a: 1, b: null })).toBe(false);
});

test('shape wants its fields and lets others be', () => {
  const check = shape<{ readonly a: number; readonly b: string | null }>({
    a: isNumber,
    b: orNull(isString),
  });
  expect(check({ a: 1, b: null })).toBe(true);
  expect(check({ a: 1, b: 'x', c: [] })).toBe(true);
  expect(check({ a: 1 })).toBe(false);
  expect(check({ a: '1', b: 'x' })).toBe(false);
  expect(check([])).toBe(false);
});
