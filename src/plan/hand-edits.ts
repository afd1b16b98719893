import { keyWords, MINER_KEYS } from '../lotus/miner-keys.js';
import type { Toml } from '../miner/read-config.js';
import { Secret } from '../secret/secret.js';
import type { FieldChange } from './plan.js';

/**
 * What config.toml says otherwise than before, but for the keys that sealfarm knows. Any of it may hold a password, so that no
 * value is shown.
 */
export function handEdits(before: Toml, after: Toml): readonly FieldChange[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const names = new Set([...now.keys(), ...old.keys()]);
  return [...names].flatMap((name) => {
    const [from, to] = [old.get(name), now.get(name)];
    if (KNOWN.has(name) || from?.text === to?.text) return [];
    return [
      {
        field: to?.words ?? from?.words ?? name,
        ...(from === undefined ? {} : { before: new Secret(from.text) }),
        ...(to === undefined ? {} : { after: new Secret(to.text) }),
      },
    ];
  });
}

/** Lotus makes nothing of case. */
const KNOWN: ReadonlySet<string> = new Set(MINER_KEYS.map((key) => keyWords(key).toLowerCase()));

interface Leaf {
  /** `[Subsystems] EnableSealing`, as it is spelt there. */
  readonly words: string;
  readonly text: string;
}

/** All values of a document, by the words for their keys in lower case. */
function leavesOf(toml: Toml, table: readonly string[] = []): ReadonlyMap<string, Leaf> {
  const leaves = Object.entries(toml).flatMap(([key, value]): (readonly [string, Leaf])[] => {
    if (isTable(value)) return [...leavesOf(value, [...table, key])];
    const words = table.length === 0 ? key : `[${table.join('.')}] ${key}`;
    return [[words.toLowerCase(), { words, text: textOf(value) }]];
  });
  return new Map(leaves);
}

function isTable(value: unknown): value is Toml {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
}
