import { Composer, type Document, type ErrorCode, isScalar, type Node } from 'yaml';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Finding } from './finding.js';
import { Mask } from './mask.js';
import { Places } from './places.js';
import { findSecrets } from './secrets.js';
import { SourceText } from './source-text.js';
import { showControls } from './wording.js';
import { yamlTokens } from './yaml-tokens.js';
import { readValues, type YamlReading, type YamlValue } from './yaml-values.js';

/** Longest text of a farm, in bytes of UTF-8. */
export const MAX_BYTES = 8 * 2 ** 20;

/** One after another they mostly say the same. */
const MAX_SYNTAX_ERRORS = 10;

/** A `sealfarm.yaml` that is YAML, though not yet a farm. */
export interface ConfigFile {
  readonly value: { readonly [key: string]: YamlValue };
  /** Gives a finding its place in the file, and takes secrets out of it. */
  locate(finding: Finding): Diagnostic;
}

export interface ConfigReading {
  /** Missing where the text is no YAML mapping; then `diagnostics` says why. */
  readonly config?: ConfigFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** A problem with the text itself, before there are keys by which to find a place. */
interface TextProblem {
  readonly code: DiagnosticCode;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly help?: string;
}

/** Reads YAML. No text, however hostile, makes it throw. */
export function readConfig(text: string, file: string): ConfigReading {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) return { diagnostics: [tooLarge(bytes, file)] };
  // A byte order mark is no character of the first line.
  const source = new SourceText(text.replace(/^\uFEFF/, ''));
  const early = controlCharacter(source.text);
  if (early !== undefined) return refused(source, file, [early]);
  const tokens = yamlTokens(source.text);
  if (tokens.kind === 'refused') return refused(source, file, [refusal(tokens.why, tokens.offset)]);
  const [document, second] = compose(tokens.tokens, source.text.length);
  return readDocument(source, file, document, second);
}

type YamlDocument = Document.Parsed;

function compose(tokens: Parameters<Composer['compose']>[0], length: number): readonly YamlDocument[] {
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, resolveKnownTags: false } as const;
  const documents: YamlDocument[] = [];
  for (const document of new Composer(options).compose(tokens, true, length)) {
    if (documents.push(document) === 2) break;
  }
  return documents;
}

function readDocument(
  source: SourceText,
  file: string,
  document: YamlDocument | undefined,
  second: YamlDocument | undefined,
): ConfigReading {
  const root: Node | null = document?.contents ?? null;
  if (document === undefined || root === null) return refused(source, file, [EMPTY]);
  const reading = readValues(root);
  const problems = [...syntaxProblems(document, source.text), ...valueProblems(reading)];
  if (second !== undefined) problems.push(severalDocuments(second));
  const mask = new Mask(source, findSecrets(root, reading.aliasTargets), problems.length === 0);
  const fail = (found: readonly TextProblem[]): ConfigReading => ({
    diagnostics: found.map((problem) => mask.apply(located(source, file, problem))),
  });
  if (problems.length > 0) return fail(problems);
  const { value } = reading;
  if (value === null) return fail([EMPTY]);
  if (typeof value !== 'object' || Array.isArray(value)) return fail([notAMapping(root)]);
  const places = new Places(source, root, reading.aliasTargets);
  const locate = ({ at, on, ...said }: Finding): Diagnostic =>
    mask.apply({ ...said, place: { kind: 'file', file, range: places.rangeOf(at, on) } });
  return { config: { value, locate }, diagnostics: [] };
}

function refused(source: SourceText, file: string, problems: readonly TextProblem[]): ConfigReading {
  const mask = new Mask(source, [], false);
  return { diagnostics: problems.map((problem) => mask.apply(located(source, file, problem))) };
}

function located(source: SourceText, file: string, { start, end, ...said }: TextProblem): Diagnostic {
  return { severity: 'error', ...said, place: { kind: 'file', file, range: source.range(start, end) } };
}

const EMPTY: TextProblem = {
  code: 'SF106',
  start: 0,
  end: 0,
  message: 'the file is empty',
  help: 'Begin with `version: 1`; examples/storage-groups/sealfarm.yaml is a whole farm.',
};

function tooLarge(bytes: number, file: string): Diagnostic {
  const [size, limit] = [bytes, MAX_BYTES].map((value) => value.toLocaleString('en'));
  return {
    code: 'SF101',
    severity: 'error',
    message: `the file has ${size} bytes, more than the ${limit} (8 MiB) that are read`,
    place: { kind: 'file', file },
    help: 'Write hosts that are alike as a range, such as pc1-[01-24].',
  };
}

function controlCharacter(text: string): TextProblem | undefined {
  // A lone carriage return is none of YAML's line ends in the eyes of most programs.
  const match = /(?![\t\n]|\r\n)\p{Cc}/u.exec(text);
  if (match === null) return undefined;
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return {
    code: 'SF109',
    start: match.index,
    end: match.index + 1,
    message: `the file contains the control character U+${code}`,
    help: 'Remove it, or write it as an escape in double quotes.',
  };
}

function refusal(why: 'depth' | 'size' | 'directive', start: number): TextProblem {
  const end = start + 1;
  switch (why) {
    case 'depth':
      return { code: 'SF110', start, end, message: 'the file is nested too deeply' };
    case 'size':
      return { code: 'SF110', start, end, message: 'the file has too many parts' };
    case 'directive':
      return {
        code: 'SF102',
        start,
        end,
        message: 'YAML directives are not read',
        help: 'Remove the line that begins with %.',
      };
  }
}

function syntaxProblems({ errors, warnings }: YamlDocument, text: string): TextProblem[] {
  return [...errors, ...warnings].slice(0, MAX_SYNTAX_ERRORS).map(({ code, pos, message }) => {
    const help = SYNTAX_HELP[code];
    // Of a wrong indentation the library names what comes before it, such as an empty line.
    const blank = code === 'BAD_INDENT' ? blankAt(text, pos[0]) : 0;
    return {
      code: 'SF102',
      start: pos[0] + blank,
      end: pos[1] + blank,
      message: withoutSource(message).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()),
      ...(help === undefined ? {} : { help }),
    };
  });
}

const SYNTAX_HELP: Readonly<Partial<Record<ErrorCode, string>>> = {
  TAB_AS_INDENT: 'Indent with spaces: YAML forbids tabs there.',
  BAD_INDENT: 'Indent it as its neighbours.',
};

/** How many characters of empty lines, comments and indentation come before the next token; none at the end of the text. */
function blankAt(text: string, start: number): number {
  const [blank = ''] = /^(?:\s|#.*)*/.exec(text.slice(start)) ?? [];
  return start + blank.length < text.length ? blank.length : 0;
}

/** The library ends some messages with the text it stumbled over, which may be a secret. */
function withoutSource(message: string): string {
  return showControls(message.replace(/: ".*"$/s, '').replace(/^(Not a YAML token): .*$/s, '$1'));
}

function valueProblems({ problems }: YamlReading): TextProblem[] {
  return problems.map(({ node, ...problem }) => {
    const [start, end] = node?.range ?? [0, 0];
    return { ...problem, start, end };
  });
}

function severalDocuments(second: YamlDocument): TextProblem {
  const [start] = second.range;
  return {
    code: 'SF105',
    start,
    end: start,
    message: 'a second YAML document begins here',
    help: 'Keep one document: remove the --- or ... above.',
  };
}

function notAMapping(root: Node): TextProblem {
  const [start, end] = root.range ?? [0, 0];
  return {
    code: 'SF107',
    start,
    end,
    message: `the file is ${isScalar(root) ? 'a single value' : 'a list'}, not a mapping of keys`,
    help: 'Begin with `version: 1`.',
  };
}
