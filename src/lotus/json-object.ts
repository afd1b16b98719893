import { parseTree, type Node } from 'jsonc-parser';

/**
 * The fields of a JSON object as Go reads them, or why not: known names in any letters, told in the known ones. Of a name that
 * stands twice Go takes the last; such a file could not be edited safely, so it is refused.
 */
export function parseJsonObject(
  text: string,
  known: readonly string[],
): { readonly fields: Readonly<Record<string, unknown>> } | { readonly problem: string } {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return NO_OBJECT;
    const written = keysOf(text, document);
    const fields: Record<string, unknown> = { ...document };
    for (const name of known) {
      const [same = name, ...more] = written.filter((key) => isSameName(key, name));
      if (more.length > 0) return { problem: `it has ${name} twice` };
      if (same !== name) fields[name] = fields[same];
    }
    return { fields };
  } catch {
    return NO_OBJECT;
  }
}

/** Go does not tell large letters from small ones. */
export function isSameName(key: unknown, name: string): boolean {
  return typeof key === 'string' && key.toLowerCase() === name.toLowerCase();
}

/** As written, those that stand twice too. What is written the usual way has none, which is seen in less time. */
function keysOf(text: string, document: object): readonly string[] {
  if (JSON.stringify(document, null, 2) === text) return Object.keys(document);
  return properties(text).map(({ key }) => key.value as string);
}

/**
 * The text of a JSON object with one of its properties set, in whatever letters that stands there; every other byte stays.
 * A new property comes last, laid out like the one before it.
 */
export function setJsonProperty(text: string, name: string, value: unknown): string {
  const all = properties(text);
  const existing = all.find(({ key }) => isSameName(key.value, name));
  if (existing !== undefined) {
    const { offset, length } = existing.value;
    return (
      text.slice(0, offset) + format(value, layoutBefore(text, existing.key)) + text.slice(offset + length)
    );
  }
  const last = all.at(-1);
  const layout = last === undefined ? '' : layoutBefore(text, last.key);
  const end = last === undefined ? text.indexOf('{') + 1 : last.value.offset + last.value.length;
  const added = `${layout}${JSON.stringify(name)}: ${format(value, layout)}`;
  return `${text.slice(0, end)}${last === undefined ? '' : ','}${added}${text.slice(end)}`;
}

const NO_OBJECT = { problem: 'it is not a JSON object' };

interface Property {
  readonly key: Node;
  readonly value: Node;
}

function properties(text: string): readonly Property[] {
  return (parseTree(text)?.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [{ key, value }],
  );
}

/** The blanks before a property: with a line break in it, each property has its own line. */
function layoutBefore(text: string, key: Node): string {
  return /[ \t\r\n]*$/.exec(text.slice(0, key.offset))?.[0] ?? '';
}

function format(value: unknown, layout: string): string {
  const line = /\r?\n[ \t]*$/.exec(layout)?.[0];
  return line === undefined ? JSON.stringify(value) : JSON.stringify(value, null, 2).replaceAll('\n', line);
}
