import type { ErrorObject } from 'ajv/dist/2020.js';
import { finding, type Finding, type YamlPath } from './finding.js';
import { pathOf, valueAt } from './json-pointer.js';
import { didYouMean, nearestTo, quote } from './wording.js';
import type { YamlValue } from './yaml-values.js';

/** What ajv says of a value; `parentSchema` is the part of the schema it breaks. */
export type SchemaError = Pick<
  ErrorObject<string, Readonly<Record<string, unknown>>>,
  'keyword' | 'instancePath' | 'params' | 'message' | 'propertyName' | 'parentSchema'
>;

/** One finding for each thing a person wrote wrongly. */
export function explainSchemaErrors(errors: readonly SchemaError[], value: YamlValue): Finding[] {
  // A misspelt key is said once, not also as the missing one.
  const meant = new Set(errors.map(meantKey));
  const ofWrongType = new Set(errors.filter(({ keyword }) => keyword === 'type').map((e) => e.instancePath));
  return errors
    .filter(({ keyword }) => keyword !== 'propertyNames') // its parts say more
    .filter((e) => e.keyword !== 'required' || !meant.has(keyId(e, String(e.params['missingProperty']))))
    .filter(({ keyword, instancePath }) => keyword === 'type' || !ofWrongType.has(instancePath))
    .map((error) => explain(error, pathOf(error.instancePath, value), value));
}

function meantKey(error: SchemaError): string | undefined {
  if (error.keyword !== 'additionalProperties') return undefined;
  const nearest = nearestTo(String(error.params['additionalProperty']), knownKeys(error));
  return nearest === undefined ? undefined : keyId(error, nearest);
}

function keyId({ instancePath }: SchemaError, key: string): string {
  return `${instancePath}/${key}`;
}

function knownKeys({ parentSchema }: SchemaError): readonly string[] {
  return Object.keys(asRecord(parentSchema?.['properties']));
}

function explain(error: SchemaError, at: YamlPath, value: YamlValue): Finding {
  if (error.propertyName !== undefined) return malformedName(error, at, error.propertyName);
  const shape = error.parentSchema ?? {};
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(at, String(error.params['additionalProperty']), knownKeys(error));
    case 'type':
      return wrongType(at, asList(error.params['type']), valueAt(value, at));
    case 'required':
      return missingKey(at, String(error.params['missingProperty']));
    case 'const':
      return wrongVersion(at, 'value');
    case 'enum':
      return notOneOf(at, valueAt(value, at), asList(error.params['allowedValues']));
    case 'minProperties':
    case 'maxProperties':
      return finding('SF119', at, `${named(at)} needs exactly one key`, {
        ...helpOf(shape, 'errorMessage'),
        on: 'key',
      });
    case 'pattern':
      return finding('SF114', at, `${named(at)} is malformed`, helpOf(shape, 'patternErrorMessage'));
    default:
      return outOfBounds(error, at);
  }
}

function malformedName(error: SchemaError, at: YamlPath, name: string): Finding {
  const help = helpOf(error.parentSchema ?? {}, 'patternErrorMessage');
  return finding('SF117', [...at, name], `${quote(name)} is no name that can be used here`, {
    ...help,
    on: 'key',
  });
}

function unknownKey(at: YamlPath, key: string, known: readonly string[]): Finding {
  const path = [...at, key];
  if (isTokenPath(at) && nearestTo(key, known) === undefined) return inlineToken(path);
  const merge = 'YAML merge keys are not read: put what is shared into a profile.';
  const help = key === '<<' ? { help: merge } : didYouMean(key, known);
  return finding('SF111', path, `unknown key ${quote(key)}${at.length === 0 ? '' : ` in ${named(at)}`}`, {
    ...help,
    on: 'key',
  });
}

function wrongType(at: YamlPath, wanted: readonly string[], found: YamlValue | undefined): Finding {
  if (at.length === 1 && at[0] === 'version') return wrongVersion(at, 'value');
  if (isTokenPath(at) && found !== null) return inlineToken(at);
  const types = wanted.map((type) => TYPE_NAMES[type] ?? type).join(' or ');
  const message = `${named(at)} must be ${types}, but is ${typeName(found)}`;
  return finding('SF112', at, message, typeHelp(wanted, found));
}

function typeHelp(wanted: readonly string[], found: YamlValue | undefined): { readonly help?: string } {
  if (
    wanted.length === 1 &&
    wanted[0] === 'string' &&
    (typeof found === 'number' || typeof found === 'boolean')
  ) {
    return { help: 'Put it in quotes.' };
  }
  if (wanted.includes('boolean') && typeof found === 'string')
    return { help: 'Write true or false, without quotes.' };
  if (wanted.includes('array') && typeof found !== 'object') return { help: 'Put it in square brackets.' };
  return {};
}

function missingKey(at: YamlPath, key: string): Finding {
  if (at.length === 0 && key === 'version') return wrongVersion(at, 'key');
  const where = at.length === 0 ? 'the file' : named(at);
  return finding('SF113', at, `${where} has no key ${quote(key)}`, { help: `Add ${quote(key)}.`, on: 'key' });
}

function notOneOf(at: YamlPath, found: YamlValue | undefined, possible: readonly string[]): Finding {
  const word = typeof found === 'string' || typeof found === 'boolean' ? String(found) : '';
  return finding(
    'SF115',
    at,
    `${quote(word)} is no possible value of ${named(at)}`,
    didYouMean(word, possible),
  );
}

function outOfBounds({ keyword, params, parentSchema }: SchemaError, at: YamlPath): Finding {
  const help = helpOf(parentSchema ?? {}, 'errorMessage');
  const limit = String(params['limit']);
  switch (keyword) {
    case 'minimum':
      return finding('SF116', at, `${named(at)} is less than ${limit}`, help);
    case 'maximum':
      return finding('SF116', at, `${named(at)} is more than ${limit}`, help);
    case 'minItems':
      return finding('SF116', at, `${named(at)} is an empty list`, help);
    default: {
      // uniqueItems: the two items that are the same
      const again = Math.max(Number(params['i']), Number(params['j']));
      return finding('SF116', [...at, again], `${named([...at, again])} is a repetition`, help);
    }
  }
}

function wrongVersion(at: YamlPath, on: Finding['on']): Finding {
  const message =
    at.length === 0 ? "the file has no key 'version'" : 'this version of the format is not known';
  return finding('SF118', at, message, { help: 'Write version: 1.', on });
}

/** Never says what was found. */
function inlineToken(at: YamlPath): Finding {
  return finding('SF305', at, "the miner's token is written into the file", {
    help: 'Keep it elsewhere and write where: { env: NAME }, { file: PATH } or { command: [PROGRAM, …] }. If the file was shared, make a new token.',
  });
}

function isTokenPath(at: YamlPath): boolean {
  return at.length === 2 && at[0] === 'miner' && at[1] === 'token';
}

function named(at: YamlPath): string {
  const last = at.at(-1);
  if (last === undefined) return 'the file';
  return typeof last === 'string' ? quote(last) : `item ${last + 1} of ${named(at.slice(0, -1))}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function typeName(value: YamlValue | undefined): string {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a fraction';
  return typeof value === 'string' ? 'text' : 'a mapping';
}

function helpOf(shape: Readonly<Record<string, unknown>>, key: string): { readonly help?: string } {
  const help = shape[key];
  return typeof help === 'string' ? { help } : {};
}

function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
