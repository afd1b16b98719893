import { parse, TomlError } from 'smol-toml';
import type { MinerKey } from '../lotus/miner-keys.js';

/** A document of TOML: its tables and values. */
export type Toml = Readonly<Record<string, unknown>>;

/** Why a config.toml cannot be gone by; it holds nothing of the file but names of keys. */
export interface ConfigProblem {
  readonly message: string;
  /** From 1; absent where it is not about one place. */
  readonly line?: number;
  readonly column?: number;
}

export type ConfigReading =
  { readonly ok: true; readonly toml: Toml } | { readonly ok: false; readonly problem: ConfigProblem };

/** Reads a config.toml. */
export function readConfigToml(text: string): ConfigReading {
  try {
    return { ok: true, toml: parse(text, { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    // What follows shows lines of the file, which may hold a password.
    const [first = ''] = error.message.split('\n');
    return { ok: false, problem: { message: first.replace(/^Invalid TOML document: /, ''), line, column } };
  }
}

/** Where a key stands in a document, as it is spelt there: the Go decoder of Lotus makes nothing of case. */
export interface KeyPlace {
  readonly section: string;
  readonly key: string;
  /** Undefined where the document does not say it. */
  readonly value: unknown;
}

/** Two spellings of one name: which of them Lotus goes by is chance. */
export function findKey(toml: Toml, { section, key }: MinerKey): KeyPlace | ConfigProblem {
  const sections = spellings(toml, section);
  const table = toml[sections[0] ?? ''] ?? {};
  if (typeof table !== 'object' || Array.isArray(table)) return { message: `${section} is no table` };
  const keys = spellings(table as Toml, key);
  for (const names of [sections, keys]) {
    if (names.length > 1) return { message: `${names.join(' and ')} are one name to Lotus` };
  }
  const name = keys[0] ?? key;
  return { section: sections[0] ?? section, key: name, value: (table as Toml)[name] };
}

function spellings(table: Toml, name: string): readonly string[] {
  return Object.keys(table).filter((one) => one.toLowerCase() === name.toLowerCase());
}

export function isProblem(found: object): found is ConfigProblem {
  return 'message' in found;
}

/** What the file says of a key, Lotus's default where it says nothing. */
export function valueIn(toml: Toml, key: MinerKey): unknown {
  const found = findKey(toml, key);
  return isProblem(found) ? undefined : (found.value ?? key.usual);
}
