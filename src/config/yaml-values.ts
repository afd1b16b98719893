import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { DiagnosticCode } from '../diagnostic/codes.js';

/** What a YAML text says, keys as they are written. */
export type YamlValue = null | boolean | number | string | YamlValue[] | { [key: string]: YamlValue };

/** Values after aliases are followed; a file that describes more is an attack or a mistake. */
const MAX_VALUES = 1_000_000;

export interface NodeProblem {
  readonly code: DiagnosticCode;
  readonly node: Node | undefined;
  readonly message: string;
  readonly help?: string;
}

/** The values under a node, the nodes its aliases stand for, and what is wrong with them. */
export interface YamlReading {
  readonly value: YamlValue;
  readonly aliasTargets: ReadonlyMap<Alias, Node>;
  readonly problems: readonly NodeProblem[];
}

interface Anchor {
  readonly node: Node;
  readonly value: YamlValue;
  readonly size: number;
}

interface Reader {
  readonly anchors: Map<string, Anchor>;
  readonly aliasTargets: Map<Alias, Node>;
  readonly problems: NodeProblem[];
  /** Values so far, aliases counted as what they stand for. */
  size: number;
}

/**
 * Reads values without the library's own `toJS`, which takes an alias bomb for the number of its aliases,
 * turns the key `01` into `1` and throws.
 */
export function readValues(root: Node): YamlReading {
  const reader: Reader = { anchors: new Map(), aliasTargets: new Map(), problems: [], size: 0 };
  const value = valueOf(reader, root);
  return { value, aliasTargets: reader.aliasTargets, problems: reader.problems };
}

/** The text of a key as it is written, quotes and escapes undone; undefined where it is no plain text. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = key.source ?? '';
  // `: value` has a key of no text and no quotes.
  return text === '' && key.value === null ? undefined : text;
}

function valueOf(reader: Reader, node: Node | null): YamlValue {
  if (node === null) return null;
  if (isAlias(node)) return aliasValue(reader, node);
  const before = reader.size;
  count(reader, node, 1);
  const value = ownValue(reader, node);
  if ('anchor' in node && typeof node.anchor === 'string') {
    reader.anchors.set(node.anchor, { node, value, size: reader.size - before });
  }
  return value;
}

function ownValue(reader: Reader, node: Node): YamlValue {
  if (isMap<Node, Node | null>(node)) return mapValue(reader, node);
  if (isSeq<Node>(node)) return node.items.map((item) => valueOf(reader, item));
  return scalarValue(node as Scalar);
}

function scalarValue({ value }: Scalar): YamlValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function mapValue(reader: Reader, map: YAMLMap<Node, Node | null>): YamlValue {
  const entries = new Map<string, YamlValue>();
  for (const { key, value } of map.items) {
    const name = keyText(key);
    if (name === undefined) {
      reader.problems.push({ code: 'SF108', node: key, message: 'a key must be plain text' });
      continue;
    }
    // An anchor on a key may be used like any other.
    valueOf(reader, key);
    const read = valueOf(reader, value);
    if (entries.has(name)) reader.problems.push(duplicateKey(key, name));
    else entries.set(name, read);
  }
  // fromEntries defines, where assigning would let `__proto__` set the prototype.
  return Object.fromEntries(entries);
}

function duplicateKey(node: Node, name: string): NodeProblem {
  return {
    code: 'SF103',
    node,
    message: `the key '${name}' is written twice in the same mapping`,
    help: 'Keep one of the two.',
  };
}

function aliasValue(reader: Reader, alias: Alias): YamlValue {
  const anchor = reader.anchors.get(alias.source);
  if (anchor === undefined) {
    // Also where an anchor contains its own alias: it is not finished then.
    const message = `no anchor '&${alias.source}' is complete before this alias`;
    reader.problems.push({ code: 'SF104', node: alias, message });
    return null;
  }
  reader.aliasTargets.set(alias, anchor.node);
  count(reader, alias, anchor.size);
  return anchor.value;
}

function count(reader: Reader, node: Node, values: number): void {
  const before = reader.size;
  reader.size += values;
  if (before > MAX_VALUES || reader.size <= MAX_VALUES) return;
  reader.problems.push({
    code: 'SF110',
    node,
    message: `with its aliases followed the file describes more than ${MAX_VALUES.toLocaleString('en')} values`,
    help: 'Use profiles and host ranges in place of YAML aliases.',
  });
}
