import { stripVTControlCharacters } from 'node:util';

/** Control characters, and those that turn the direction of writing around. */
const UNPRINTABLE = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** Takes no room: combining marks, joiners and variation selectors. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200B-\u200D\u2060]$/u;

/** Takes two columns. Unicode: East Asian Width W and F, and the emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])$/u;

/** Words from a host or a file, made harmless for a terminal: unit for unit, so that columns stay right. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    const code = char.charCodeAt(0);
    if (char === '\t' || char === '\n') return char;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\uFFFD';
  });
}

/** The same on one line: a text of somebody else's begins no line that looks like one of ours. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, ' ');
}

/** Columns a text takes in a terminal; colour takes none. */
export function displayWidth(text: string): number {
  // The usual case, and the only one in long tables.
  if (/^[ -~]*$/.test(text)) return text.length;
  return Array.from(stripVTControlCharacters(text)).reduce((sum, char) => sum + charWidth(char), 0);
}

export function charWidth(char: string): number {
  if (ZERO_WIDTH.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** At most `width` columns of a text without colour; what is left out shows as `…`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width - 1) break;
    kept += char;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** A blank that no line is broken at. */
export const GLUE = '\u00A0';

/**
 * Lines of at most `width` columns, broken at blanks; a longer word stays whole, so that it can be copied.
 * Further lines begin with `hanging`.
 */
export function wrap(text: string, width: number, hanging = ''): readonly string[] {
  if (displayWidth(text) <= width) return [text.replaceAll(GLUE, ' ')];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) +(?=\S)/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (line === '' || displayWidth(joined) <= width) line = joined;
    else {
      lines.push(line);
      line = hanging + word;
    }
  }
  return [...lines, line].map((one) => one.replaceAll(GLUE, ' '));
}

/** A text in pieces of at most `width` columns, wherever that breaks it; none of an empty one. */
export function chop(text: string, width: number): readonly string[] {
  if (text === '') return [];
  if (displayWidth(text) <= width) return [text];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width && piece !== '') {
      pieces.push(piece);
      [piece, used] = ['', charWidth(char)];
    }
    piece += char;
  }
  return [...pieces, piece];
}
