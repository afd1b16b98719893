import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SCHEMA } from '../../src/config/schema.gen.js';
import { CODES } from '../../src/diagnostic/codes.js';
import { FILE_TYPE_NAMES } from '../../src/lotus/file-type.js';
import { SECTOR_SIZES } from '../../src/lotus/sector-size.js';

type Shape = Readonly<Record<string, unknown>>;

const ROOT = new URL('../../', import.meta.url);

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isShape(value) ? value[key] : undefined), SCHEMA);
}

/** Every key the schema knows, with what it says of it, references followed. */
function* keysOf(shape: Shape, path: string): Generator<readonly [string, Shape]> {
  const properties = shape['properties'];
  for (const [key, value] of Object.entries(isShape(properties) ? properties : {})) {
    if (!isShape(value)) continue;
    const reference = value['$ref'];
    const target = typeof reference === 'string' ? at('$defs', reference.replace('#/$defs/', '')) : {};
    yield [`${path}.${key}`, { ...(isShape(target) ? target : {}), ...value }];
  }
  for (const [key, value] of Object.entries(shape)) {
    if (isShape(value)) yield* keysOf(value, `${path}.${key}`);
  }
}

describe('the schema', () => {
  it('and what is generated from it agree', async () => {
    const script = fileURLToPath(new URL('scripts/generate-types.mjs', ROOT));
    const check = promisify(execFile)(process.execPath, [script, '--check']);
    await expect(check).resolves.toMatchObject({ stderr: '' });
  }, 30_000);

  it('is the one in schemas/', () => {
    const file = new URL('schemas/sealfarm.schema.json', ROOT);
    expect(SCHEMA).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  it('describes every key', () => {
    const keys = [...keysOf(SCHEMA, '')];
    expect(keys.length).toBeGreaterThan(80);
    expect(keys.filter(([, shape]) => typeof shape['description'] !== 'string').map(([key]) => key)).toEqual(
      [],
    );
  });

  it('lets no unknown key through', () => {
    const open: string[] = [];
    JSON.stringify(SCHEMA, (key, value: unknown) => {
      if (isShape(value) && isShape(value['properties']) && value['additionalProperties'] !== false)
        open.push(key);
      return value;
    });
    expect(open).toEqual([]);
  });

  it("knows Lotus's words", () => {
    expect(at('$defs', 'fileType', 'enum')).toEqual(FILE_TYPE_NAMES);
    expect(at('properties', 'sectorSize', 'enum')).toEqual(Object.keys(SECTOR_SIZES));
  });
});

it('codes are SF and three digits, each with a title', () => {
  const codes = Object.keys(CODES);
  expect(codes.filter((code) => !/^SF[1-9]\d\d$/.test(code))).toEqual([]);
  expect(Object.values(CODES).filter(({ title }) => title.length < 5)).toEqual([]);
});
