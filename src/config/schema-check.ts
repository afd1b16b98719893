import { fitsSchema } from './compiled-schema.js';
import { explainSchemaErrors, type SchemaError } from './explain-schema-error.js';
import type { Finding, YamlPath } from './finding.js';
import { without } from './without.js';
import type { WrittenFarm } from './written.gen.js';
import type { YamlValue } from './yaml-values.js';

export interface SchemaCheck {
  readonly findings: readonly Finding[];
  /** The farm without the parts that do not fit the schema; missing where nothing useful is left. */
  readonly written?: WrittenFarm;
  /** The parts left out. */
  readonly leftOut: readonly YamlPath[];
}

/** Checks a value against the JSON Schema, and keeps what can be judged further. */
export function checkSchema(value: YamlValue): SchemaCheck {
  const first = errorsOf(value);
  const findings = explainSchemaErrors(first.errors, value);
  let leftOut: readonly YamlPath[] = [];
  let rest: YamlValue | undefined = value;
  // Leaving out a required key makes the mapping around it unfit: again, until all fits or the farm is gone.
  while (rest !== undefined) {
    const { errors, written } = errorsOf(rest);
    if (written !== undefined) return { findings, written, leftOut };
    const next = without(rest, errors);
    leftOut = [...leftOut, ...next.leftOut];
    rest = next.value;
  }
  return { findings, leftOut };
}

function errorsOf(value: YamlValue): { errors: readonly SchemaError[]; written?: WrittenFarm } {
  const candidate: unknown = value;
  return fitsSchema(candidate) ? { errors: [], written: candidate } : { errors: fitsSchema.errors ?? [] };
}
