import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explain } from '../../src/cli/commands/explain.js';
import { ALL_CODES } from '../../src/diagnostic/codes.js';

let out: string;
let err: string;

beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const TEXT = { config: 'sealfarm.yaml', color: false };
const JSON_LINE = { ...TEXT, json: true };

describe('explain', () => {
  it('says each code once, however it is written', () => {
    expect(explain(['218', 'sf218', 'SF219'], TEXT)).toBe(0);
    expect(out.match(/^\w+ SF\d+: .*$/gm)).toEqual([
      'note SF218: task written twice',
      'error SF219: datacid without addpiece',
    ]);
    expect(err).toBe('');
  });

  it('lists all codes where none is named', () => {
    expect(explain([], TEXT)).toBe(0);
    expect(out.match(/^ {2}SF\d{3}/gm)).toHaveLength(ALL_CODES.length);
  });

  it('prints one document for programs', () => {
    expect(explain(['SF218'], JSON_LINE)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ formatVersion: 1, codes: [{ code: 'SF218', severity: 'note' }] });
  });

  it.each([
    ['SFF230', "Did you mean 'SF230'?"],
    ['SF999', '`sealfarm explain` lists all codes.'],
    ['storage', '`sealfarm explain` lists all codes.'],
  ])('knows no %s, and explains nothing then', (word, help) => {
    expect(explain(['SF218', word], TEXT)).toBe(64);
    expect(out).toBe('');
    expect(err).toBe(`error SF615: there is no code '${word}'\n  help: ${help}\n`);
  });

  it('says that for programs', () => {
    expect(explain(['SF999'], JSON_LINE)).toBe(64);
    expect(JSON.parse(out)).toMatchObject({ type: 'diagnostics', diagnostics: [{ code: 'SF615' }] });
  });
});
