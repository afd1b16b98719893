import { isMap, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { Lines, nameOf, ownRange, READ } from './yaml-ranges.js';

/** A key with its value, as it may stand in a file. */
export interface NewPair {
  /** On lines of its own from the first column, without a line end. */
  readonly block: string;
  /** Between braces, on one line or on several from the first column. */
  readonly flow: string;
}

/** Pairs for one mapping of the file. */
export interface Insertion {
  /** Its keys from the top. The last of them may be missing, and is written then. */
  readonly into: readonly string[];
  readonly pairs: readonly NewPair[];
  /** Where the mapping itself is missing, it comes before this key. */
  readonly before?: string;
}

/** Steps by which a file is indented that says nothing of it. */
const USUAL_INDENT = 2;

/**
 * The same text with further pairs, each at the end of its mapping: nothing that stands there is changed or taken away.
 * Undefined where a mapping is an alias or nothing at all, so that nobody can write into it.
 * @param text YAML that can be read
 */
export function insertConfig(text: string, insertions: readonly Insertion[]): string | undefined {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const source = text.slice(mark.length);
  const root = parseDocument(source, READ).contents;
  const edits = insertions
    .filter(({ pairs }) => pairs.length > 0)
    .map((insertion) => editFor(source, root, insertion));
  if (edits.includes(undefined)) return undefined;
  const known = edits.filter((edit) => edit !== undefined).toSorted((a, b) => b.at - a.at);
  return mark + known.reduce((all, { at, added }) => all.slice(0, at) + added + all.slice(at), source);
}

/** Whether something can be written into a mapping, or as one into what is around it. */
export function canInsert(text: string, into: readonly string[]): boolean {
  const pair = { block: 'a:', flow: 'a: ' };
  return insertConfig(text, [{ into, pairs: [pair] }]) !== undefined;
}

interface Edit {
  readonly at: number;
  readonly added: string;
}

function editFor(source: string, root: Node | null, { into, pairs, before }: Insertion): Edit | undefined {
  const found = nodeAt(root, into);
  if (found !== undefined) return isMap(found) ? editIn(source, found, pairs) : undefined;
  const around = nodeAt(root, into.slice(0, -1));
  const key = into.at(-1);
  if (key === undefined || !isMap(around)) return undefined;
  const [first] = around.items;
  const steps = first === undefined ? USUAL_INDENT : stepsOf(source, around);
  const block = [`${key}:`, ...pairs.map((pair) => indented(pair.block, steps))].join('\n');
  const pair = { block, flow: `${key}: {${betweenBraces(pairs, steps, 0)}}` };
  return editIn(source, around, [pair], before);
}

/** Undefined where the last key is not there. */
function nodeAt(root: unknown, path: readonly string[]): unknown {
  let node = root;
  for (const key of path) {
    if (!isMap(node)) return null;
    const pair = node.items.find((item) => nameOf(item) === key);
    if (pair === undefined) return undefined;
    node = pair.value;
  }
  return node;
}

/** At its end, or behind what stands before a key of it. */
function editIn(source: string, map: YAMLMap, pairs: readonly NewPair[], before?: string): Edit | undefined {
  if (map.flow === true) return flowEdit(source, map, pairs);
  const lines = new Lines(source);
  const at = map.items.findIndex((item) => nameOf(item) === before);
  const last = at > 0 ? at - 1 : map.items.length - 1;
  const [item, next] = [map.items[last], map.items[last + 1]];
  if (item === undefined) return undefined;
  const [from, to] = ownRange(item);
  const column = lines.column(ownRange(map.items[0] ?? item)[0]);
  // A value that an anchor or a tag stands before, or nothing at all, ends with its line too.
  const end = lines.withBelow(
    Math.max(to, from),
    next === undefined ? source.length : ownRange(next)[0],
    column,
  );
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n';
  const gap = isApart(source, map) ? lineEnd : '';
  const text = pairs
    .map(({ block }) => `${lineEnd}${gap}${indented(block, column).replaceAll('\n', lineEnd)}`)
    .join('');
  return { at: end, added: text };
}

function flowEdit(source: string, { items, range }: YAMLMap, pairs: readonly NewPair[]): Edit | undefined {
  if (!range) return undefined;
  const last = items.at(-1);
  const lines = new Lines(source);
  const start = lines.start(range[0]);
  const column = (/^[ \t]*/.exec(source.slice(start))?.[0].length ?? 0) + USUAL_INDENT;
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n';
  const added = betweenBraces(pairs, column, column).replaceAll('\n', lineEnd);
  if (last === undefined) return { at: range[0] + 1, added };
  return { at: ownRange(last)[1], added: `,${added.replace(/\s*$/, '')}` };
}

/** A comment ends its line, so that what has one stands below. @param closing column of the brace after it */
function betweenBraces(pairs: readonly NewPair[], column: number, closing: number): string {
  const flows = pairs.map(({ flow }) => flow);
  if (!flows.some((flow) => flow.includes('\n'))) return ` ${flows.join(', ')} `;
  return `\n${indented(flows.join(',\n'), column)}\n${' '.repeat(closing)}`;
}

/** Whether empty lines stand between the pairs. */
function isApart(source: string, { items }: YAMLMap): boolean {
  const [last, one] = [items.at(-1), items.at(-2)];
  if (last === undefined || one === undefined) return false;
  return /\n[ \t]*\r?\n/.test(source.slice(ownRange(one)[1], ownRange(last)[0]));
}

/** By how much the file goes in below one of the keys of a mapping. */
function stepsOf(source: string, map: YAMLMap): number {
  return deeper(source, map.items) ?? USUAL_INDENT;
}

/** By how much a file is indented from level to level. */
export function indentOf(text: string): number {
  const root = parseDocument(text, READ).contents;
  return (isMap(root) ? deeper(text, root.items) : undefined) ?? USUAL_INDENT;
}

function deeper(source: string, items: readonly Pair[]): number | undefined {
  const lines = new Lines(source);
  for (const item of items) {
    const { value } = item;
    const inner = isMap(value) && value.flow !== true ? value.items[0] : undefined;
    if (inner === undefined) continue;
    const steps = lines.column(ownRange(inner)[0]) - lines.column(ownRange(item)[0]);
    if (steps > 0) return steps;
  }
  return undefined;
}

function indented(block: string, column: number): string {
  return block.replaceAll(/^(?=.)/gm, ' '.repeat(column));
}
