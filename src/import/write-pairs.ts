import { Document } from 'yaml';
import { indentOf, type NewPair } from '../config/insert-config.js';
import type { Comments } from './imported.js';
import { layOutSection } from './write-yaml.js';

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
    const block = layOutSection(new Document(nested), comments, indent)
      .split('\n')
      .slice(section.length)
      .map((line) => line.slice(section.length * indent))
      .join('\n')
      .trimEnd();
    return { block, flow: inBraces({ [key]: value }) };
  });
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
