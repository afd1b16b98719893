import { patch } from '@decimalturn/toml-patch';
import type { MinerValue } from '../lotus/miner-keys.js';
import { readConfigToml, type KeyPlace } from './read-config.js';

/**
 * Texts with one line that says a key: its own, else the one that is commented out in its section, else a new one below the
 * heading, else a section at the end. It goes by lines and not by grammar, so that what looks like a heading may be none:
 * whoever uses it looks what came of it, and takes the next one.
 */
export function* linesWith(text: string, place: KeyPlace, value: MinerValue): Generator<string> {
  const lines = text.split('\n');
  const headings = [...lines.keys()].filter((at) => isHeading(lines[at] ?? '', place.section));
  for (const heading of headings) {
    for (const end of endsAfter(lines, heading)) yield* inSection(lines, heading, end, place.key, value);
  }
  yield withSection(text, place, value);
}

/** Where the section of a heading may end, the nearest first: a heading may stand in a text of several lines. */
function endsAfter(lines: readonly string[], heading: number): readonly number[] {
  const next = [...lines.keys()].filter((at) => at > heading && /^\s*\[/.test(lines[at] ?? ''));
  return [...next, lines.length];
}

function* inSection(
  lines: readonly string[],
  heading: number,
  end: number,
  key: string,
  value: MinerValue,
): Generator<string> {
  const own = lines.slice(heading + 1, end);
  const at = lineOf(own, key);
  if (at === -1) {
    const added = `${indentOf(own)}${written(key, value)}${endOf(lines[heading] ?? '')}`;
    yield lines.toSpliced(heading + 1, 0, added).join('\n');
  } else {
    const line = withValue(own[at] ?? '', key, value);
    if (line !== undefined) yield lines.with(heading + 1 + at, line).join('\n');
  }
}

function isHeading(line: string, section: string): boolean {
  const [, name] = /^\s*\[\s*([\w-]+|"[^"]*"|'[^']*')\s*\]\s*(?:#.*)?$/.exec(line) ?? [];
  return name?.replaceAll(/["']/g, '') === section;
}

/** A key's own line is the one that counts; one that is commented out must be a key and its value, not a sentence. */
function lineOf(lines: readonly string[], key: string): number {
  const own = lines.findIndex((line) => startsWithKey(line, key));
  if (own !== -1) return own;
  return lines.findIndex((line) => {
    const bare = uncommented(line.trimEnd());
    return bare !== undefined && startsWithKey(bare, key) && readConfigToml(bare).ok;
  });
}

function startsWithKey(line: string, key: string): boolean {
  const [, name] = /^\s*([\w-]+|"[^"]*"|'[^']*')\s*=/.exec(line) ?? [];
  return name?.replaceAll(/["']/g, '') === key;
}

function uncommented(line: string): string | undefined {
  const [, indent, rest] = /^(\s*)#\s*(.*)$/s.exec(line) ?? [];
  return rest === undefined ? undefined : `${indent ?? ''}${rest}`;
}

/** One line by itself, so that whatever stands around it cannot move. */
function withValue(line: string, key: string, value: MinerValue): string | undefined {
  const end = endOf(line);
  const bare = line.slice(0, line.length - end.length);
  const spoken = uncommented(bare) ?? bare;
  if (!readConfigToml(spoken).ok) return undefined;
  const [indent = ''] = /^\s*/.exec(spoken) ?? [];
  return `${indent}${patch(spoken.trimStart(), { [key]: value }).trimEnd()}${end}`;
}

function withSection(text: string, { section, key }: KeyPlace, value: MinerValue): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' ? '' : text.endsWith('\n') ? end : `${end}${end}`;
  return `${text}${gap}[${section}]${end}  ${written(key, value)}${end}`;
}

/** What JSON escapes TOML reads, but for the one control character that JSON leaves as it is. */
function written(key: string, value: MinerValue): string {
  return `${key} = ${JSON.stringify(value).replaceAll('\u007f', '\\u007f')}`;
}

function indentOf(lines: readonly string[]): string {
  const [indent = '  '] = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^\s*/.exec(line)?.[0] ?? '');
  return indent;
}

function endOf(line: string): string {
  return line.endsWith('\r') ? '\r' : '';
}
