import { isDeepStrictEqual } from 'node:util';
import { patch } from '@decimalturn/toml-patch';
import type { MinerKey, MinerValue } from '../lotus/miner-keys.js';
import { keyWords } from '../lotus/miner-keys.js';
import { linesWith } from './config-lines.js';
import {
  findKey,
  isProblem,
  readConfigToml,
  type ConfigProblem,
  type KeyPlace,
  type Toml,
} from './read-config.js';

export interface WantedKey {
  readonly key: MinerKey;
  readonly value: MinerValue;
}

export type ConfigEdit =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: ConfigProblem };

/**
 * The text of a config.toml in which these keys have these values. What has them already, also as the default of a line that
 * is commented out, stays as it is; of each other key one line changes. Fails where the text is no TOML, and where the
 * change would move anything else.
 */
export function editConfig(text: string, wanted: readonly WantedKey[]): ConfigEdit {
  let edited = text;
  for (const { key, value } of wanted) {
    const next = withKey(edited, key, value);
    if (typeof next !== 'string') return { ok: false, problem: next };
    edited = next;
  }
  return { ok: true, text: edited };
}

function withKey(text: string, key: MinerKey, value: MinerValue): string | ConfigProblem {
  const reading = readConfigToml(text);
  if (!reading.ok) return reading.problem;
  const place = findKey(reading.toml, key);
  if (isProblem(place)) return place;
  if ((place.value ?? key.usual) === value) return text;
  const intended = changed(reading.toml, place, value);
  for (const next of ways(text, place, value, intended)) {
    if (isOneLine(text, next, place) && means(next, intended)) return next;
  }
  return { message: `${keyWords(key)} cannot be set without moving anything else` };
}

/** Where a table is written in one line, or key by key, a line of its own would be another table. */
function* ways(text: string, place: KeyPlace, value: MinerValue, intended: Toml): Generator<string> {
  yield* linesWith(text, place, value);
  const whole = patched(text, intended);
  if (whole !== undefined) yield whole;
}

/** Undefined for what this parser, another one than that which reads, makes nothing of. */
function patched(text: string, intended: Toml): string | undefined {
  try {
    return patch(text, intended);
  } catch {
    return undefined;
  }
}

function changed(toml: Toml, { section, key }: KeyPlace, value: MinerValue): Toml {
  return { ...toml, [section]: { ...(toml[section] as Toml | undefined), [key]: value } };
}

function means(text: string, intended: Toml): boolean {
  const reading = readConfigToml(text);
  return reading.ok && isDeepStrictEqual(plain(reading.toml), plain(intended));
}

/** The parser's tables have no prototype, and a table that was changed here has one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return new Map(Object.entries(value).map(([name, below]) => [name, plain(below)]));
}

/** Whether the line of the key became another one, or lines were added in one place. */
function isOneLine(before: string, after: string, { section, key }: KeyPlace): boolean {
  const end = before.includes('\r\n') ? '\r\n' : '\n';
  const [old, now] = [linesOf(before, end), linesOf(after, end)];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let rest = 0;
  while (rest < shorter - start && old.at(-1 - rest) === now.at(-1 - rest)) rest++;
  const gone = old.length - start - rest;
  if (gone === 0) return true;
  const line = old[start] ?? '';
  return gone === 1 && now.length === old.length && (line.includes(key) || line.includes(section));
}

/** A last line without an end is the same line once others follow it. */
function linesOf(text: string, end: string): readonly string[] {
  return (text === '' || text.endsWith('\n') ? text : `${text}${end}`).split('\n');
}
