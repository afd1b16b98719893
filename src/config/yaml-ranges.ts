import { isMap, isNode, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** As the file is read: YAML 1.2, and no tag that means something. */
export const READ = { version: '1.2', schema: 'core', uniqueKeys: false, resolveKnownTags: false } as const;

/** From and to, in characters. */
export type Range = readonly [number, number];

/** From the key to the end of the value; a block of text ends before its line end. */
export function ownRange({ key, value }: Pair): Range {
  const [from, keyEnd] = rangeOf(key) ?? [0, 0];
  return [from, Math.max(keyEnd, rangeOf(value)?.[1] ?? 0)];
}

/** To the end of the last thing in it: what a collection of several lines counts to itself behind that is not its own. */
export function rangeOf(node: unknown): Range | undefined {
  if (!isNode(node) || !node.range) return undefined;
  const [from, to] = node.range;
  const last = isMap(node) || isSeq(node) ? node.items.at(-1) : undefined;
  if (last === undefined || (node as { flow?: boolean }).flow === true) return [from, endOf(node, to)];
  const inner = isNode(last) ? rangeOf(last)?.[1] : ownRange(last as Pair)[1];
  return [from, inner ?? to];
}

function endOf(node: Node, to: number): number {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') ? to - 1 : to;
}

export function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Where lines begin and end in a text, and which comments belong to what is above them. */
export class Lines {
  constructor(private readonly source: string) {}

  column(at: number): number {
    return at - this.start(at);
  }

  start(at: number): number {
    return this.source.lastIndexOf('\n', at - 1) + 1;
  }

  next(at: number): number {
    const end = this.source.indexOf('\n', at);
    return end === -1 ? this.source.length : end + 1;
  }

  /** Without its line end. */
  end(at: number): number {
    const end = this.source.indexOf('\n', at);
    const last = end === -1 ? this.source.length : end;
    return this.source[last - 1] === '\r' ? last - 1 : last;
  }

  /** To the end of the comments beside and below that are indented more than a column. */
  withBelow(to: number, bound: number, column: number): number {
    let end = this.end(to);
    for (let next = end + 1; next < bound;) {
      const stop = this.end(next);
      const [, indent, rest] = /^( *)(.*)/.exec(this.source.slice(next, stop)) ?? [];
      if (rest?.startsWith('#') === true && (indent ?? '').length > column) end = stop;
      else if (rest?.trim() !== '') break;
      next = this.next(stop);
    }
    return end;
  }
}
