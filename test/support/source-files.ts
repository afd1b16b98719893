import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const SRC = resolve(import.meta.dirname, '../../src');

export interface SourceFile {
  /** Below src/, such as `plan/make-plan.ts`. */
  readonly path: string;
  readonly room: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Uses of the world outside: `console`, `process.exit`, `Date.now`, `new Date()`, `Math.random`, `randomUUID`. */
  readonly effects: readonly string[];
  /** Every text in quotes, in types too. */
  readonly strings: readonly string[];
  /** The properties of each object literal whose values are texts in quotes. */
  readonly objects: readonly Readonly<Record<string, string>>[];
}

export interface Import {
  /** The room it leads to, or the package or node: module. */
  readonly target: string;
  readonly kind: 'room' | 'package' | 'node';
  readonly typeOnly: boolean;
}

/** Every file under src/, as TypeScript's own parser reads it. */
export function sourceFiles(): readonly SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(SRC, path), 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  const effects: string[] = [];
  const strings: string[] = [];
  const objects: Readonly<Record<string, string>>[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = importSpecifier(node);
    if (specifier !== undefined) imports.push({ ...target(path, specifier), typeOnly: isTypeOnly(node) });
    const effect = effectOf(node);
    if (effect !== undefined) effects.push(effect);
    if (ts.isStringLiteral(node)) strings.push(node.text);
    if (ts.isObjectLiteralExpression(node)) objects.push(textsOf(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  const room = path.split('/')[0] ?? '';
  return { path, room, lines: text.split('\n').length - 1, imports, effects, strings, objects };
}

function textsOf({ properties }: ts.ObjectLiteralExpression): Readonly<Record<string, string>> {
  return Object.fromEntries(
    properties.flatMap((property): [string, string][] => {
      if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) return [];
      return ts.isStringLiteral(property.initializer)
        ? [[property.name.text, property.initializer.text]]
        : [];
    }),
  );
}

function importSpecifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return dynamic ? literal(node.arguments[0]) : undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function target(path: string, specifier: string): Pick<Import, 'target' | 'kind'> {
  if (specifier.startsWith('node:')) return { kind: 'node', target: specifier };
  if (!specifier.startsWith('.')) {
    const parts = specifier.split('/');
    return { kind: 'package', target: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
  }
  const file = relative(SRC, resolve(SRC, dirname(path), specifier));
  return { kind: 'room', target: file.split('/')[0] ?? '' };
}

const CALLS = ['process.exit', 'Date.now', 'Math.random'];

function effectOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) && ['console', 'randomUUID'].includes(node.text)) return node.text;
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date') {
    return (node.arguments ?? []).length === 0 ? 'new Date()' : undefined;
  }
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const call = `${node.expression.text}.${node.name.text}`;
  return CALLS.includes(call) ? call : undefined;
}
