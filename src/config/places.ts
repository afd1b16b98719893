import { type Alias, isAlias, isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import type { SourceRange } from '../diagnostic/diagnostic.js';
import type { Finding, YamlPath } from './finding.js';
import type { SourceText } from './source-text.js';
import { keyText } from './yaml-values.js';

interface Entry {
  readonly key: Node | undefined;
  readonly value: Node | null;
}

/** Finds where in the text a path leads; a path beyond what is written leads to its nearest key. */
export class Places {
  readonly #source: SourceText;
  readonly #root: Node;
  readonly #aliasTargets: ReadonlyMap<Alias, Node>;
  readonly #entries = new WeakMap<YAMLMap, ReadonlyMap<string, Entry>>();

  constructor(source: SourceText, root: Node, aliasTargets: ReadonlyMap<Alias, Node>) {
    this.#source = source;
    this.#root = root;
    this.#aliasTargets = aliasTargets;
  }

  rangeOf(path: YamlPath, on: Finding['on']): SourceRange {
    let entry: Entry = { key: undefined, value: this.#root };
    let meant = on;
    for (const step of path) {
      const next = this.#step(entry.value, step);
      if (next === undefined) {
        meant = 'key';
        break;
      }
      entry = next;
    }
    const node = chosenNode(entry, meant) ?? this.#root;
    const [start, end] = node.range ?? [0, 0];
    return this.#source.range(start, end);
  }

  #step(node: Node | null, step: string | number): Entry | undefined {
    const target = isAlias(node) ? this.#aliasTargets.get(node) : node;
    if (isMap<Node, Node | null>(target)) return this.#entriesOf(target).get(String(step));
    if (!isSeq<Node>(target) || typeof step === 'string') return undefined;
    const value = target.items[step];
    return value === undefined ? undefined : { key: undefined, value };
  }

  #entriesOf(map: YAMLMap<Node, Node | null>): ReadonlyMap<string, Entry> {
    const known = this.#entries.get(map);
    if (known !== undefined) return known;
    const entries = new Map<string, Entry>();
    for (const { key, value } of map.items) {
      const name = keyText(key);
      if (name !== undefined) entries.set(name, { key, value });
    }
    this.#entries.set(map, entries);
    return entries;
  }
}

/** A value that is nothing at all has no place of its own. */
function chosenNode({ key, value }: Entry, on: Finding['on']): Node | null | undefined {
  const [start, end] = value?.range ?? [0, 0];
  const empty = start === end;
  return (on === 'key' || empty ? key : value) ?? value;
}
