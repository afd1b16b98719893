import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { SCHEMA } from './schema.gen.js';
import type { WrittenFarm } from './written.gen.js';

/** @public for the build */
export const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  verbose: true,
  code: { source: true, esm: true },
});
ajv.addVocabulary(['errorMessage', 'patternErrorMessage']);

/**
 * The schema as a program. Making it takes a quarter of a second at each start: the build makes it once and puts it in
 * the place of this module.
 */
export const fitsSchema: ValidateFunction<WrittenFarm> = ajv.compile<WrittenFarm>(SCHEMA);
