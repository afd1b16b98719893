import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitsSchema } from '../../src/config/compiled-schema.js';
import { readConfig } from '../../src/config/config-file.js';

const BROKEN = new URL('../fixtures/broken/', import.meta.url);
const EXAMPLE = new URL('../../examples/storage-groups/sealfarm.yaml', import.meta.url);
const BUILT = new URL('../../dist/config/compiled-schema.js', import.meta.url);

const texts = [EXAMPLE, ...readdirSync(BROKEN).map((name) => new URL(name, BROKEN))].map((file) =>
  readFileSync(file, 'utf8'),
);
const values: readonly unknown[] = texts.flatMap((text) => readConfig(text, 'f').config?.value ?? []);

describe('the program that the build makes of the schema', () => {
  it('is no compiler', () => {
    expect(readFileSync(BUILT, 'utf8')).not.toContain('new Ajv2020');
  });

  it('finds in each file what the schema itself finds', async () => {
    const built = (await import(BUILT.href)) as { fitsSchema: typeof fitsSchema };
    const found = values.map((value) => {
      const [expected, errors] = [fitsSchema(value), fitsSchema.errors];
      expect([built.fitsSchema(value), built.fitsSchema.errors]).toEqual([expected, errors]);
      return expected;
    });
    expect(found.filter(Boolean).length).toBeGreaterThan(0);
    expect(found.filter((fits) => !fits).length).toBeGreaterThan(5);
  });
});
