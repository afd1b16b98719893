import { reveal, Secret, type MaybeSecret } from '../secret/secret.js';

export interface EnvEntry {
  readonly name: string;
  readonly value: MaybeSecret;
}

const PLAIN = /^[A-Za-z0-9_./:,@%+=-]*$/;

/**
 * An environment file that systemd's `EnvironmentFile=` and a POSIX shell read alike: values in double quotes,
 * where both take a backslash before `"`, `\`, `` ` `` and `$` away and leave everything else as it is.
 * systemd: src/basic/env-file.c
 */
export function formatEnvFile(entries: readonly EnvEntry[]): Secret {
  return new Secret(entries.map(({ name, value }) => `${name}=${quote(reveal(value))}\n`).join(''));
}

function quote(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replace(/["\\`$]/g, '\\$&')}"`;
}

/** Whether systemd takes such a value: it drops assignments with control characters other than tab and newline. */
export function isEnvValue(value: string): boolean {
  return value.split('').every((char) => char === '\t' || char === '\n' || (char >= ' ' && char !== '\x7f'));
}

/**
 * Reads an environment file as systemd does: comments, blank lines, quotes, continued lines.
 * A later assignment of a name wins; lines that are no assignment are passed over.
 */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  let rest = text.replace(/^\uFEFF/, '');
  while (rest !== '') {
    const { name, value, remaining } = readAssignment(rest);
    if (name !== undefined) entries.set(name, value);
    rest = remaining;
  }
  return entries;
}

interface Assignment {
  readonly name: string | undefined;
  readonly value: string;
  readonly remaining: string;
}

function readAssignment(text: string): Assignment {
  const head = /^[ \t\r]*(?:([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*|([#;])|)/.exec(text);
  const start = head?.[0].length ?? 0;
  if (head?.[1] === undefined) {
    const end = text.indexOf('\n', start);
    return { name: undefined, value: '', remaining: end === -1 ? '' : text.slice(end + 1) };
  }
  const { value, end } = readValue(text, start);
  return { name: head[1], value, remaining: text.slice(end) };
}

/** Reads a value from `start` up to the end of its line; quoted parts may span lines. */
function readValue(text: string, start: number): { value: string; end: number } {
  let value = '';
  // Unquoted blanks count only when something follows them.
  let blanks = '';
  let at = start;
  while (at < text.length && text[at] !== '\n') {
    const char = text.charAt(at);
    const part = readPart(text, at);
    if (part.blank) blanks += char;
    else {
      value += blanks + part.text;
      blanks = '';
    }
    at = part.end;
  }
  return { value, end: at + 1 };
}

function readPart(text: string, at: number): { text: string; end: number; blank: boolean } {
  const char = text.charAt(at);
  if (char === "'") {
    const close = closing(text, at, "'");
    return { text: text.slice(at + 1, close), end: close + 1, blank: false };
  }
  if (char === '"') {
    const quoted = /^(?:[^"\\]|\\[^])*/.exec(text.slice(at + 1))?.[0] ?? '';
    const unescaped = quoted.replace(/\\([^])/g, (whole, next: string) =>
      next === '\n' ? '' : '"\\`$'.includes(next) ? next : whole,
    );
    return { text: unescaped, end: at + 2 + quoted.length, blank: false };
  }
  if (char === '\\') {
    const next = text.charAt(at + 1);
    return { text: next === '\n' ? '' : next, end: at + 2, blank: false };
  }
  return { text: char, end: at + 1, blank: char === ' ' || char === '\t' || char === '\r' };
}

function closing(text: string, at: number, quote: string): number {
  const close = text.indexOf(quote, at + 1);
  return close === -1 ? text.length : close;
}
