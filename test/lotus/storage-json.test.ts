import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStorageJson, writeStorageJson } from '../../src/lotus/storage-json.js';

const path = fc
  .array(fc.stringMatching(/^[a-z "\\\né&]{1,6}$/), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

describe('storage.json', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.uniqueArray(path), (first, second) => {
        const text = writeStorageJson(undefined, first);
        expect(parseStorageJson(text)).toEqual(first);
        expect(parseStorageJson(writeStorageJson(text, second))).toEqual(second);
      }),
    );
  });

  it("is laid out as Lotus's own", () => {
    expect(writeStorageJson(undefined, ['/mnt/a'])).toBe(
      '{\n  "StoragePaths": [\n    {\n      "Path": "/mnt/a"\n    }\n  ]\n}',
    );
  });

  it('keeps what else the file holds', () => {
    const text = '{"Other": 18446744073709551615, "StoragePaths":[{"Path":"/a"}], "More":{"x": 1}}';
    expect(writeStorageJson(text, ['/b'])).toBe(
      '{"Other": 18446744073709551615, "StoragePaths":[{"Path":"/b"}], "More":{"x": 1}}',
    );
    expect(writeStorageJson('{"Other":1}', ['/b'])).toBe('{"Other":1,"StoragePaths": [{"Path":"/b"}]}');
    expect(writeStorageJson('{"storagepaths":[]}', ['/b'])).toBe('{"storagepaths":[{"Path":"/b"}]}');
    expect(writeStorageJson('{ }', ['/b'])).toBe('{"StoragePaths": [{"Path":"/b"}] }');
  });

  it.each<[string, string, readonly string[]]>([
    ['empty', '{}', []],
    ['null', '{"StoragePaths":null}', []],
    [
      'slashes at the end',
      '{"StoragePaths":[{"Path":"/a/"},{"Path":"/b//"},{"Path":"/"}]}',
      ['/a', '/b', '/'],
    ],
    ['other letters, which Go takes', '{"storagepaths":[{"path":"/a"}]}', ['/a']],
    ['escapes', '{"StoragePaths":[{"Path":"/a\\u0026b\\n"}]}', ['/a&b\n']],
  ])('%s', (_, text, paths) => {
    expect(parseStorageJson(text)).toEqual(paths);
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"StoragePaths":[{"Pa'],
    ['a list', '[]'],
    ['a word', '"x"'],
    ['no list', '{"StoragePaths":{}}'],
    ['no objects', '{"StoragePaths":["/a"]}'],
    ['null in the list', '{"StoragePaths":[null]}'],
    ['no path', '{"StoragePaths":[{}]}'],
    ['a number', '{"StoragePaths":[{"Path":1}]}'],
    ['a list in two spellings', '{"StoragePaths":[],"storagepaths":[{"Path":"/a"}]}'],
    ['a path in two spellings', '{"StoragePaths":[{"Path":"/a","path":"/b"}]}'],
  ])('%s is a problem', (_, text) => {
    expect(parseStorageJson(text)).toHaveProperty('problem');
  });
});
