import type { YamlPath } from './finding.js';
import type { YamlValue } from './yaml-values.js';

/** The path a JSON pointer takes through a value, with numbers for the indexes of lists. */
export function pathOf(pointer: string, value: YamlValue): YamlPath {
  const path: (string | number)[] = [];
  let at: YamlValue | undefined = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    at = child(at, key);
  }
  return path;
}

/** What a path leads to. */
export function valueAt(value: YamlValue, path: YamlPath): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>((at, step) => child(at, String(step)), value);
}

function child(value: YamlValue | undefined, key: string): YamlValue | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  if (value === undefined || value === null || typeof value !== 'object' || !Object.hasOwn(value, key))
    return undefined;
  return value[key];
}
