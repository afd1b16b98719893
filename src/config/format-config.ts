import { type Document, isMap, isNode, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { SCHEMA } from './schema.gen.js';
import { Lines, nameOf, ownRange, type Range, rangeOf, READ } from './yaml-ranges.js';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The same file with its keys in the order of the schema. Only keys change places, with the comments right above them and
 * beside them; every other character stays. Names of hosts, workers and profiles keep their order, and so do lists.
 *
 * @param text YAML that can be read
 */
export function formatConfig(text: string): string {
  const document = parseDocument(text, READ);
  const { contents } = document;
  const made = isNode(contents) ? new Ordering(text).textOf([0, text.length], contents, SCHEMA) : text;
  const ended = /\n$/.test(made) ? made : `${made}\n`;
  // Such as an alias that would come before its anchor: then the order stays.
  const before = canonical(document);
  return before !== undefined && canonical(parseDocument(ended, READ)) === before ? ended : text;
}

/** The keys of a section, such as `profile`, in the order in which they are written. */
export function keysOf(section: string): readonly string[] {
  return Object.keys(resolved({ $ref: `#/$defs/${section}` })['properties'] ?? {});
}

/** Whatever the order of its keys; undefined for what cannot be read. */
function canonical(document: Document.Parsed): string | undefined {
  if (document.errors.length > 0) return undefined;
  try {
    return JSON.stringify(document.toJS({ maxAliasCount: -1 }), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch {
    // An alias whose anchor comes later, or never.
    return undefined;
  }
}

class Ordering {
  readonly #lines: Lines;

  constructor(private readonly source: string) {
    this.#lines = new Lines(source);
  }

  /** A part of the source with all mappings of a node in it put in order. */
  textOf(range: Range, node: unknown, schema: Schema | undefined): string {
    const { properties = {}, additionalProperties, items } = resolved(schema);
    if (isSeq(node)) {
      const parts = this.#items(node);
      const texts = node.items.map((item, at) => this.textOf(parts[at] ?? range, item, items as Schema));
      return this.#joined(range, parts, texts);
    }
    // On several lines within braces nobody can tell which comment is whose.
    if (!isMap(node) || (node.flow === true && this.#isBroken(node))) return this.source.slice(...range);
    const known = properties as Readonly<Record<string, Schema>>;
    const names = Object.keys(known);
    const parts = node.flow === true ? node.items.map(ownRange) : this.#blocks(node);
    const texts = node.items.map((pair, at) => {
      const name = nameOf(pair);
      const below = known[name] ?? additionalProperties;
      const place = names.includes(name) ? names.indexOf(name) : names.length;
      const text = this.textOf(
        parts[at] ?? range,
        pair.value,
        typeof below === 'object' ? (below as Schema) : undefined,
      );
      return { place, text };
    });
    const ordered = texts.toSorted((a, b) => a.place - b.place);
    return this.#joined(
      range,
      parts,
      ordered.map(({ text }) => text),
    );
  }

  #isBroken({ range }: YAMLMap): boolean {
    return range ? this.source.slice(range[0], range[1]).includes('\n') : false;
  }

  /** What stands between the parts stays where it is. */
  #joined([start, end]: Range, parts: readonly Range[], texts: readonly string[]): string {
    let text = '';
    let at = start;
    parts.forEach(([from, to], index) => {
      text += this.source.slice(at, from) + (texts[index] ?? '');
      at = to;
    });
    return text + this.source.slice(at, end);
  }

  /** Each with the comments beside it, and those below it that are indented more than its dash. */
  #items({ items, flow }: YAMLSeq): readonly Range[] {
    const own = items.map((item): Range => rangeOf(item) ?? [0, 0]);
    if (flow === true) return own;
    const bound = (at: number): number => own[at + 1]?.[0] ?? this.source.length;
    return own.map(([from, to], at) => [
      from,
      this.#lines.withBelow(to, bound(at), this.#lines.column(from) - 2),
    ]);
  }

  /** Each key with its value, the comments right above it, beside it, and those that are indented more than it below it. */
  #blocks(map: YAMLMap): readonly Range[] {
    const own = map.items.map(ownRange);
    const [first = [0, 0]] = own;
    const column = this.#lines.column(first[0]);
    return own.map(([from, to], at) => {
      const after = own[at + 1]?.[0] ?? this.source.length;
      return [this.#withAbove(from, own[at - 1]?.[1] ?? 0, column), this.#lines.withBelow(to, after, column)];
    });
  }

  /** Up over the comments right above a key, and those above them that one empty line sets apart. What heads the file stays there. */
  #withAbove(from: number, bound: number, column: number): number {
    const right = this.#overComments(from, bound, column);
    const line = this.#lines.start(right);
    const empty = this.#lines.start(line - 1);
    if (line === 0 || empty < bound || this.source.slice(empty, right).trim() !== '') return right;
    const apart = this.#overComments(empty, bound, column);
    return apart === empty ? right : apart;
  }

  /** Up over lines of comment that are indented as the key, and no empty one between. */
  #overComments(from: number, bound: number, column: number): number {
    const comment = new RegExp(`^ {${column}}#`);
    for (let start = from; ;) {
      const line = this.#lines.start(start);
      // Behind a dash there is nothing above it on its own line.
      if (line < bound || this.source.slice(line, start).trim() !== '') return start;
      if (line === 0) return from;
      const above = this.#lines.start(line - 1);
      if (above < bound || !comment.test(this.source.slice(above, line))) return start;
      start = above + column;
    }
  }
}

function resolved(schema: Schema | undefined): Schema {
  const reference = schema?.['$ref'];
  if (typeof reference !== 'string') return schema ?? {};
  const [, name = ''] = /^#\/\$defs\/(.*)$/.exec(reference) ?? [];
  return (SCHEMA['$defs'] as Readonly<Record<string, Schema>>)[name] ?? {};
}
