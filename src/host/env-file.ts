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

/**
 * Whether systemd takes such a value: it drops assignments with control characters other than tab and newline,
 * and refuses files that are not UTF-8, which half a surrogate pair cannot be.
 */
export function isEnvValue(value: string): boolean {
  return (
    !/\p{Cs}/u.test(value) && value.split('').every((char) => char === '\t' || char === '\n' || isText(char))
  );
}

function isText(char: string): boolean {
  return char >= ' ' && char !== '\x7f';
}

const COMMENT = /^[#;](?:[^\\\n\r]|\\[^]?)*/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What follows the first plain character is taken as it stands, quotes too; blanks at its end do not count. */
const PLAIN_VALUE = /^(?:[ \t]*(?:[^\\ \t\n\r]|\\[^]?))*/;
const SINGLE_QUOTED = /^'([^']*)'?/;
const DOUBLE_QUOTED = /^"((?:[^"\\]|\\[^])*)["\\]?/;

/**
 * Reads an environment file as systemd 252 does: comments (which a backslash continues), quotes, continued lines.
 * A later assignment of a name wins; lines that are no assignment are passed over, a file with a NUL is empty.
 * systemd: src/basic/env-file.c parse_env_file_internal
 */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  let rest = text.includes('\0') ? '' : text.replace(/^[ \t\n\r]+/, '');
  while (rest !== '') {
    const comment = COMMENT.exec(rest);
    const key = /^[^=\n\r]*/.exec(rest)?.[0] ?? '';
    if (comment !== null) rest = rest.slice(comment[0].length);
    else if (rest[key.length] === '=') {
      const { value, remaining } = readValue(rest.slice(key.length + 1));
      const name = key.replace(/[ \t]+$/, '');
      if (NAME.test(name)) entries.set(name, value);
      rest = remaining;
    } else rest = rest.slice(key.length);
    rest = rest.replace(/^[ \t\n\r]+/, '');
  }
  return new Map([...entries].filter(([, value]) => isEnvValue(value)));
}

/** Reads a value up to the end of its line: any number of quoted parts, which may span lines, then a plain one. */
function readValue(text: string): { readonly value: string; readonly remaining: string } {
  let value = '';
  let rest = text.replace(/^[ \t]+/, '');
  for (;;) {
    const single = SINGLE_QUOTED.exec(rest);
    const double = DOUBLE_QUOTED.exec(rest);
    const quoted = single ?? double;
    if (quoted === null) break;
    value += single?.[1] ?? unescapeQuoted(double?.[1] ?? '');
    rest = rest.slice(quoted[0].length).replace(/^[ \t]+/, '');
  }
  const plain = PLAIN_VALUE.exec(rest)?.[0] ?? '';
  return { value: value + unescapePlain(plain), remaining: rest.slice(plain.length) };
}

function unescapeQuoted(text: string): string {
  return text.replace(/\\([^])/g, (whole, next: string) =>
    next === '\n' ? '' : '"\\`$'.includes(next) ? next : whole,
  );
}

function unescapePlain(text: string): string {
  return text.replace(/\\([^]?)/g, (_, next: string) => (next === '\n' || next === '\r' ? '' : next));
}
