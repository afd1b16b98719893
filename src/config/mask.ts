import type { Diagnostic, SourceRange } from '../diagnostic/diagnostic.js';
import type { SecretText } from './secrets.js';
import type { SourceText } from './source-text.js';

const MASK = '***';
/** Shorter texts are masked where they stand only: elsewhere they are likely to be something else. */
const SHORTEST_TEXT = 6;
/** JSON web tokens, as Lotus's are, and `NAME=secret`, wherever they are. */
const ALWAYS = [/eyJ[\w-]{8,}(?:\.[\w-]*)*/g, /(?<=(?:token|secret|passw|api_info)\w*=)\S+/gi];
/** In a text that is no YAML nobody knows where a value ends: the rest of the line goes. */
const UNPARSED = /(?<=(?:token|secret|passw|api_info)\w*["']?\s*[:=]\s*)\S.*$/gi;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Takes secrets out of diagnostics: out of messages, help and the source lines they show. */
export class Mask {
  readonly #source: SourceText;
  readonly #secrets: readonly SecretText[];
  readonly #texts: readonly string[];
  readonly #patterns: readonly RegExp[];

  constructor(source: SourceText, secrets: readonly SecretText[], parsed: boolean) {
    this.#source = source;
    this.#secrets = secrets;
    this.#texts = [
      ...new Set(secrets.map(({ text }) => text).filter((text) => text.length >= SHORTEST_TEXT)),
    ];
    this.#patterns = parsed ? ALWAYS : [...ALWAYS, UNPARSED];
  }

  apply(diagnostic: Diagnostic): Diagnostic {
    const { message, help, place } = diagnostic;
    return {
      ...diagnostic,
      message: this.#maskText(message),
      ...(help === undefined ? {} : { help: this.#maskText(help) }),
      ...(place?.kind === 'file' && place.range !== undefined
        ? { place: { ...place, range: this.#maskRange(place.range) } }
        : {}),
    };
  }

  #maskText(text: string): string {
    return replaced(text, merged(this.#stretches(text, ALWAYS)));
  }

  /** Columns stay with what they point at in the text that is shown. */
  #maskRange(range: SourceRange): SourceRange {
    const { lineText } = range;
    const lineStart = this.#source.lineStart(range.line);
    const written = this.#secrets
      .map(({ start, end }) => ({
        start: Math.max(0, start - lineStart),
        end: Math.min(lineText.length, end - lineStart),
      }))
      .filter(({ start, end }) => start < end);
    const stretches = merged([...written, ...this.#stretches(lineText, this.#patterns)]);
    if (stretches.length === 0) return range;
    return {
      line: range.line,
      column: shifted(range.column - 1, stretches, 'start') + 1,
      endColumn: shifted(range.endColumn - 1, stretches, 'end') + 1,
      lineText: replaced(lineText, stretches),
    };
  }

  #stretches(text: string, patterns: readonly RegExp[]): Stretch[] {
    const found: Stretch[] = [];
    for (const secret of this.#texts) {
      for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
        found.push({ start: at, end: at + secret.length });
      }
    }
    for (const pattern of patterns) {
      for (const match of text.matchAll(pattern)) {
        found.push({ start: match.index, end: match.index + match[0].length });
      }
    }
    return found;
  }
}

/** In order, and joined where they overlap. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || stretch.start >= last.end) result.push(stretch);
    else result.splice(-1, 1, { start: last.start, end: Math.max(last.end, stretch.end) });
  }
  return result;
}

function replaced(text: string, stretches: readonly Stretch[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of stretches) {
    result += text.slice(from, start) + MASK;
    from = end;
  }
  return result + text.slice(from);
}

/** Where an offset of the line is once the stretches are masked; inside one, at its start or end. */
function shifted(offset: number, stretches: readonly Stretch[], side: 'start' | 'end'): number {
  let shift = 0;
  for (const { start, end } of stretches) {
    if (offset <= start) break;
    if (offset < end) return start + shift + (side === 'start' ? 0 : MASK.length);
    shift += MASK.length - (end - start);
  }
  return offset + shift;
}
