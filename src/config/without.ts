import type { SchemaError } from './explain-schema-error.js';
import type { YamlPath } from './finding.js';
import { pathOf } from './json-pointer.js';
import type { YamlValue } from './yaml-values.js';

/** Keys without which the mapping around them means something else: it goes with them. */
const INSEPARABLE = new Set(['listen', 'repo']);

/** What is cut at each step of a path: all of it, or something further down. */
type Cuts = Map<string | number, Cuts | 'all'>;

/** A value without its parts that schema errors point at; undefined once an error is about all of it. */
export function without(
  value: YamlValue,
  errors: readonly SchemaError[],
): { readonly value: YamlValue | undefined; readonly leftOut: readonly YamlPath[] } {
  const leftOut = errors.map((error) => partToLeave(error, value));
  if (leftOut.some((path) => path.length === 0)) return { value: undefined, leftOut };
  const cuts: Cuts = new Map();
  for (const path of leftOut) addCut(cuts, path);
  return { value: cut(value, cuts), leftOut };
}

/** The unfit value with its key. In a list, the list: the indexes of the others must stay. */
function partToLeave(error: SchemaError, value: YamlValue): YamlPath {
  const at = pathOf(error.instancePath, value);
  const unwanted: unknown = error.propertyName ?? error.params['additionalProperty'];
  if (typeof unwanted === 'string') return [...at, unwanted];
  const end = at.findLastIndex((step) => typeof step === 'string') + 1;
  const last = at[end - 1];
  return at.slice(0, typeof last === 'string' && INSEPARABLE.has(last) ? end - 1 : end);
}

function addCut(cuts: Cuts, path: YamlPath): void {
  let at = cuts;
  for (const [index, step] of path.entries()) {
    const below = at.get(step);
    if (below === 'all') return;
    if (index === path.length - 1) {
      at.set(step, 'all');
    } else {
      const next: Cuts = below ?? new Map<string | number, Cuts | 'all'>();
      at.set(step, next);
      at = next;
    }
  }
}

/** A copy, since aliases let parts of a value be shared. Only keys are cut, never items of a list. */
function cut(value: YamlValue, cuts: Cuts): YamlValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => cutBelow(item, cuts.get(index)));
  const kept = Object.entries(value).filter(([key]) => cuts.get(key) !== 'all');
  return Object.fromEntries(kept.map(([key, item]) => [key, cutBelow(item, cuts.get(key))]));
}

function cutBelow(value: YamlValue, cuts: Cuts | 'all' | undefined): YamlValue {
  return cuts === undefined || cuts === 'all' ? value : cut(value, cuts);
}
