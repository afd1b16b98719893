import { didYouMean, quote } from '../../config/wording.js';
import { ALL_CODES, codeNamed } from '../../diagnostic/codes.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { explainJson, formatCodeList, formatExplanations } from '../../view/explain.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** Says what codes mean; without a code, which ones there are. */
export function explain(words: readonly string[], options: GlobalOptions): ExitCode {
  const terminal = new Terminal(options);
  const unknown = words.filter((word) => codeNamed(word) === undefined);
  if (unknown.length > 0) {
    terminal.diagnostics(unknown.map(noSuchCode));
    return EXIT.usage;
  }
  if (words.length === 0) {
    terminal.result(formatCodeList(terminal.style, terminal.width), explainJson());
    return EXIT.done;
  }
  const codes = [...new Set(words.flatMap((word) => codeNamed(word) ?? []))];
  terminal.result(formatExplanations(codes, terminal.style, terminal.width), explainJson(codes));
  return EXIT.done;
}

function noSuchCode(word: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: `there is no code ${quote(word)}`,
    // Of a well-formed number the nearest one is no likelier than any other.
    ...(/^(?:SF)?\d{3}$/i.test(word) ? { help: LIST } : didYouMean(word, ALL_CODES, LIST)),
  };
}

const LIST = '`sealfarm explain` lists all codes.';
