import { Document, isCollection, isMap, isPair, isScalar, type Node, type Pair, visit } from 'yaml';
import { indentOf, type NewPair } from '../config/insert-config.js';
import type { Comments } from './imported.js';
import { layOutSection, WIDTH } from './write-yaml.js';

/**
 * The entries of a section as they come to stand in a file that is there already, indented as that file is.
 * @param section its keys from the top: `hosts`, `hosts NAME workers`
 */
export function pairsOf(
  section: readonly string[],
  entries: Readonly<Record<string, unknown>>,
  comments: Comments,
  text: string,
): readonly NewPair[] {
  const indent = indentOf(text);
  return Object.entries(entries).map(([key, value]) => {
    const nested = section.reduceRight<unknown>((inner, name) => ({ [name]: inner }), { [key]: value });
    const document = new Document<Node>(nested);
    const block = layOutSection(document, comments, indent)
      .split('\n')
      .slice(section.length)
      .map((line) => line.slice(section.length * indent))
      .join('\n')
      .trimEnd();
    return { block, flow: betweenBraces(pairAt(document.contents, [...section, key]), indent) };
  });
}

function pairAt(node: unknown, [key, ...rest]: readonly string[]): Pair {
  const pair = isMap(node) ? node.items.find((item) => textOf(item) === key) : undefined;
  if (pair === undefined) throw new Error(`nothing is at ${key ?? ''}`);
  return rest.length === 0 ? pair : pairAt(pair.value, rest);
}

/** On one line where it fits and nothing is commented, else with what it holds on lines of its own. */
function betweenBraces(item: unknown, indent: number): string {
  if (!isPair(item)) return inBraces({ '': item }).replace(/^'': /, '');
  const { value } = item;
  const key = textOf(item);
  const line = inBraces({ [key]: value });
  const above = commentOf(item).map((comment) => `#${comment}\n`);
  if (!isCollection(value) || (line.length <= WIDTH && !hasComment(value))) return `${above.join('')}${line}`;
  const inner = value.items.map((one) => betweenBraces(one, indent)).join(',\n');
  const [open, close] = isMap(value) ? '{}' : '[]';
  const name = inBraces({ [key]: 0 }).replace(/: 0$/, '');
  return `${above.join('')}${name}: ${open ?? ''}\n${inner.replaceAll(/^/gm, ' '.repeat(indent))}\n${close ?? ''}`;
}

function textOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function commentOf({ key }: Pair): readonly string[] {
  const comment = isScalar(key) ? key.commentBefore : undefined;
  return comment === undefined || comment === null ? [] : comment.split('\n');
}

function hasComment(node: Node): boolean {
  let found = false;
  visit(node, {
    Pair: (_, pair) => {
      if (commentOf(pair).length > 0) found = true;
    },
  });
  return found;
}

/** What stands between the braces. */
function inBraces(pair: Readonly<Record<string, unknown>>): string {
  const document = new Document(pair);
  const text = document.toString({ collectionStyle: 'flow', lineWidth: 0, singleQuote: true });
  return text
    .trim()
    .replace(/^\{\s*/, '')
    .replace(/\s*\}$/, '');
}
