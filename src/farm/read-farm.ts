import { readConfig } from '../config/config-file.js';
import type { Finding, YamlPath } from '../config/finding.js';
import { checkSchema } from '../config/schema-check.js';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import { type Diagnostic, hasErrors, type SourceRange } from '../diagnostic/diagnostic.js';
import { assemble, type Assembly } from './assemble.js';
import type { Farm } from './farm.js';

/** More than anybody reads at once; the others are said once these are gone. */
const MAX_FINDINGS = 500;

export interface FarmReading {
  /** Missing where a diagnostic is an error. */
  readonly farm?: Farm;
  /** In the order of the file. No secret that was written into the file is in them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Further things to say of a farm whose file is right in itself. */
export type FarmCheck = (farm: Farm) => readonly Finding[];

const NO_CHECK: FarmCheck = () => [];

/**
 * Reads a farm from the text of its `sealfarm.yaml`, and says everything that is wrong at once. Never throws.
 * @param check asked once nothing else is wrong: it may count on a farm that makes sense
 */
export function readFarm(text: string, file: string, check: FarmCheck = NO_CHECK): FarmReading {
  const { config, diagnostics } = readConfig(text, file);
  if (config === undefined) return { diagnostics };
  const { written, findings, leftOut } = checkSchema(config.value);
  const assembly = written && assemble(written);
  const meaning = standing(meaningOf(assembly, leftOut, check), leftOut);
  const locate = (finding: Finding): Diagnostic => config.locate(finding);
  const shape = findings.slice(0, MAX_FINDINGS).map(locate);
  const all = inOrder([...shape, ...mostImportant(oncePerPlace(meaning.map(locate)))]);
  return assembly === undefined || hasErrors(all)
    ? { diagnostics: all }
    : { farm: assembly.farm, diagnostics: all };
}

function meaningOf(
  assembly: Assembly | undefined,
  leftOut: readonly YamlPath[],
  check: FarmCheck,
): readonly Finding[] {
  if (assembly === undefined) return [];
  const { farm, findings } = assembly;
  const sound = leftOut.length === 0 && findings.every(({ severity }) => severity !== 'error');
  return sound ? [...findings, ...check(farm)] : findings;
}

/** Errors before all others, so that none is lost behind warnings. */
function mostImportant(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const others = diagnostics.filter(({ severity }) => severity !== 'error');
  return [...errors, ...others].slice(0, MAX_FINDINGS);
}

/** Findings that something is missing, and the key under which it may have been before it was left out. */
const MISSING: Partial<Record<DiagnosticCode, string>> = {
  SF201: 'profiles',
  SF230: 'storageGroups',
};

/** Findings that count what the file has: of a part of it they may be false. */
const COUNTING: ReadonlySet<DiagnosticCode> = new Set(['SF225']);

/** The findings that are true of the whole file too, where only parts of it could be judged. */
function standing(findings: readonly Finding[], leftOut: readonly YamlPath[]): readonly Finding[] {
  if (leftOut.length === 0) return findings;
  // An unknown key at the top may be the right one, misspelt.
  const anyAtTop = leftOut.some((path) => path.length === 1);
  const names = new Set(leftOut.filter((path) => path.length === 2).map(([top]) => top));
  return findings.filter(({ code, severity }) => {
    if (COUNTING.has(code)) return false;
    const place = MISSING[code];
    return severity === 'error' && (place === undefined || !(anyAtTop || names.has(place)));
  });
}

/** All hosts of a range, and all uses of a profile or an alias, say the same of the same place. */
function oncePerPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { line, column } = rangeOf(diagnostic);
    const key = `${diagnostic.code}:${line}:${column}`;
    if (!unique.has(key)) unique.set(key, diagnostic);
  }
  return [...unique.values()];
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => {
    const [one, other] = [rangeOf(a), rangeOf(b)];
    return one.line - other.line || one.column - other.column;
  });
}

function rangeOf({ place }: Diagnostic): Pick<SourceRange, 'line' | 'column'> {
  return place?.kind === 'file' && place.range !== undefined ? place.range : { line: 1, column: 1 };
}
