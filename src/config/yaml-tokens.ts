import { type CST, Lexer, Parser } from 'yaml';

/** Deeper than any farm is, and far from where recursion overflows the stack. */
const MAX_DEPTH = 100;
/** More than 8 MiB of any sensible farm have. */
const MAX_LEXEMES = 3_000_000;

export type Tokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly CST.Token[] }
  | { readonly kind: 'refused'; readonly offset: number; readonly why: 'depth' | 'size' | 'directive' };

/**
 * Cuts a text into YAML's tokens, and stops where it is of no use to go on.
 * The parser keeps its own stack, so the depth is known before anything recursive sees the text.
 */
export function yamlTokens(text: string, maxLexemes = MAX_LEXEMES): Tokens {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive') return { kind: 'refused', offset: token.offset, why: 'directive' };
      tokens.push(token);
    }
    if (parser.stack.length > MAX_DEPTH) return { kind: 'refused', offset: parser.offset, why: 'depth' };
    lexemes += 1;
    if (lexemes > maxLexemes) return { kind: 'refused', offset: parser.offset, why: 'size' };
  }
  tokens.push(...parser.end());
  return { kind: 'tokens', tokens };
}
