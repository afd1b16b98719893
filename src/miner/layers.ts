import { variableOf, type MinerKey } from '../lotus/miner-keys.js';
import { valueIn, type Toml } from './read-config.js';

/** Variables of the miner's process, by name. */
export type MinerVariables = ReadonlyMap<string, string>;

/** What the miner goes by when it starts with this file and these variables. */
export function effectiveValue(toml: Toml, variables: MinerVariables, key: MinerKey): unknown {
  const text = variables.get(variableOf(key));
  return text === undefined ? valueIn(toml, key) : valueOfVariable(key, text);
}

/**
 * As Lotus reads a variable for a key; one that it cannot read keeps it from starting, and is given as the text it is.
 * Lotus: envconfig.Process, by strconv.ParseBool and strconv.ParseInt
 */
export function valueOfVariable({ usual }: MinerKey, text: string): unknown {
  if (typeof usual === 'boolean') {
    if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
    return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : text;
  }
  return typeof usual === 'number' && /^[+-]?(?:0|[1-9]\d*|0x[\da-fA-F]+)$/.test(text) ? Number(text) : text;
}
