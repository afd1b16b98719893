import {
  Document,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { formatConfig } from '../config/format-config.js';
import type { WrittenFarm } from '../config/written.gen.js';
import { showControls } from '../config/wording.js';
import { expandRange, fillText, isRange, type RangedName } from '../farm/host-range.js';
import { present } from '../farm/present.js';
import { UNKNOWN_SIZE } from './import-farm.js';
import type { Comments } from './imported.js';
import { listed } from './report.js';

/** Columns of a line; what is longer is written over several. */
export const WIDTH = 110;

/** As deep as sections of the file are told apart by lines of their own: `hosts`, a host, `workers`. */
const SECTIONS: readonly (readonly string[])[] = [
  [],
  ['defaults'],
  ['defaults', 'worker'],
  ['miner'],
  ['profiles'],
  ['hosts'],
  ['hosts', '*'],
  ['hosts', '*', 'workers'],
];

const HEADER = ` yaml-language-server: $schema=sealfarm.schema.json
 
 ORIGIN \`sealfarm schema > sealfarm.schema.json\` lets an editor check the file;
 \`sealfarm validate\` and \`sealfarm plan\` change nothing.`;

/**
 * The text of `sealfarm.yaml`.
 * @param comments by the names of hosts and workers before any were lifted into ranges
 * @param origin a sentence
 */
export function farmText(
  farm: WrittenFarm,
  comments: Comments,
  origin = 'As sealfarm import found it.',
): string {
  const document = new Document(inOrder(farm));
  space(layOutAll(document, comments));
  const size = document.get('sectorSize', true);
  if (isScalar(size) && size.value === UNKNOWN_SIZE) size.comment = ' 32GiB or 64GiB: the miner did not tell';
  document.commentBefore = HEADER.replace('ORIGIN', origin);
  return formatConfig(document.toString({ lineWidth: WIDTH, singleQuote: true }));
}

/** The text of one section under the keys that lead to it. @param indent steps from level to level */
export function layOutSection(document: Document, comments: Comments, indent: number): string {
  layOutAll(document, comments);
  return document.toString({ lineWidth: WIDTH, singleQuote: true, indent });
}

function layOutAll(document: Document, comments: Comments): YAMLMap {
  const root = document.contents;
  if (!isMap(root)) throw new Error('a farm is a map');
  layOut(root, []);
  visit(document, {
    Seq: (_, list) => {
      closeTogether(list);
    },
  });
  for (const pair of root.items) comment(pair, comments.parts?.get(keyOf(pair)) ?? []);
  for (const pair of mapAt(root, 'hosts')) commentHost(pair, comments);
  return root;
}

/** As examples have it: what is in force everywhere before what uses it. */
function inOrder(farm: WrittenFarm): WrittenFarm {
  const { version, farm: name, sectorSize, miner, defaults, profiles, storageGroups, hosts } = farm;
  const parts = { version, farm: name, sectorSize, miner };
  return { ...parts, ...present({ defaults, profiles, storageGroups }), hosts };
}

/** What fits into a line is written in one. */
function layOut(node: Node, path: readonly string[]): void {
  if (!isCollection(node)) return;
  const section = SECTIONS.some(
    (known) =>
      known.length === path.length && known.every((key, index) => key === '*' || key === path[index]),
  );
  const indent = 2 * path.length + (path.at(-1)?.length ?? 0);
  const list = path.at(-1) === 'storage';
  if (!section && !list && indent + inOneLine(node).length <= WIDTH && !holdsPaths(node)) {
    node.flow = true;
    return;
  }
  for (const item of node.items) {
    if (isPair(item)) layOut(item.value as Node, [...path, keyOf(item)]);
    else layOut(item as Node, [...path, '-']);
  }
}

/** `[0, 1]` beside `{ PC1: 14 }`; the library knows one padding for both. */
function closeTogether(list: YAMLSeq): void {
  if (!list.items.every(isScalar)) return;
  const print = list.toString.bind(list);
  list.toString = (context, ...rest) =>
    print(context === undefined ? context : { ...context, flowCollectionPadding: '' }, ...rest);
}

/** Storage paths stand below each other. */
function holdsPaths(node: Node): boolean {
  return isMap(node) && node.has('storage');
}

function inOneLine(node: Node): string {
  return JSON.stringify(node);
}

/** An empty line before each part but the first ones. */
function space(root: YAMLMap): void {
  for (const { key } of root.items) {
    const named = key as Scalar<string>;
    if (!['version', 'farm', 'sectorSize'].includes(named.value)) named.spaceBefore = true;
  }
}

function commentHost(pair: Pair, comments: Comments): void {
  const key = keyOf(pair);
  const members = membersOf(key);
  const hosts = new Map(members.map(({ name }) => [name, comments.hosts.get(name) ?? []]));
  comment(pair, together(hosts));
  if (!isMap(pair.value)) return;
  for (const worker of mapAt(pair.value, 'workers')) {
    const own = members.map(({ name, number }): [string, readonly string[]] => {
      const written = number === undefined ? keyOf(worker) : fillText(keyOf(worker), number);
      return [name, comments.workers.get(name)?.get(written) ?? []];
    });
    comment(worker, together(new Map(own)));
  }
}

function membersOf(key: string): readonly (Pick<RangedName, 'name'> & Partial<RangedName>)[] {
  const names = isRange(key) ? expandRange(key) : [{ name: key }];
  return typeof names === 'string' ? [] : names;
}

/** Each comment once, with those of whom it is true, where that is not all. */
function together(comments: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const whose = new Map<string, string[]>();
  for (const [name, texts] of comments) {
    for (const text of texts) whose.set(text, [...(whose.get(text) ?? []), name]);
  }
  return [...whose].map(([text, names]) =>
    names.length === comments.size ? text : `${listed(names, 4)}: ${text}`,
  );
}

function comment({ key }: Pair, lines: readonly string[]): void {
  const wrapped = lines.flatMap((line) => wrap(showControls(line)));
  if (wrapped.length > 0 && isScalar(key)) key.commentBefore = wrapped.map((line) => ` ${line}`).join('\n');
}

/** Words stay whole. */
function wrap(text: string): readonly string[] {
  return text.match(new RegExp(`\\S.{0,${WIDTH - 12}}(?=\\s|$)|\\S+`, 'g')) ?? [];
}

function mapAt(map: YAMLMap, key: string): readonly Pair[] {
  const value = map.get(key, true);
  return isMap(value) ? value.items : [];
}

function keyOf({ key }: Pair): string {
  return String((key as Scalar).value);
}

function isPair(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && 'key' in item;
}
