import { minerKey, variableOf, type MinerKey } from '../lotus/miner-keys.js';
import { valueIn, type Toml } from './read-config.js';

/** Variables of the miner's process, by name. */
export type MinerVariables = ReadonlyMap<string, string>;

const LISTEN = variableOf(minerKey('ListenAddress'));

/**
 * What outranks config.toml in a process: its variables, and above them `--miner-api`, as the variable that would do the same.
 * Lotus: cmd/lotus-miner/run.go
 */
export function layerOf({
  variables = NO_VARIABLES,
  apiPort,
}: {
  readonly variables?: MinerVariables;
  readonly apiPort?: string;
}): MinerVariables {
  if (apiPort === undefined) return variables;
  return new Map([...variables, [LISTEN, `/ip4/127.0.0.1/tcp/${apiPort}/http`]]);
}

const NO_VARIABLES: MinerVariables = new Map();

/** What the miner goes by when it starts with this file and these variables. */
export function effectiveValue(toml: Toml, variables: MinerVariables, key: MinerKey): unknown {
  const text = variables.get(variableOf(key));
  return text === undefined ? valueIn(toml, key) : valueOfVariable(key, text);
}

/**
 * As Lotus reads a variable for a key; one that it cannot read keeps it from starting, and is given as the text it is.
 * Lotus: envconfig.Process, by strconv.ParseBool and strconv.ParseInt with base 0
 */
export function valueOfVariable({ usual }: MinerKey, text: string): unknown {
  if (typeof usual === 'boolean') {
    if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
    return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : text;
  }
  return typeof usual === 'number' ? (goInteger(text) ?? text) : text;
}

/** A number as Go writes it in its own source: `10`, `0x1F`, `0b11`, `0o17`, `017`, `1_000`. */
function goInteger(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const whole = /^(?:0|[1-9](?:_?\d)*|0x(?:_?[\da-f])+|0b(?:_?[01])+|0o?(?:_?[0-7])+)$/i.test(digits);
  if (!whole) return undefined;
  const plain = digits.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o');
  return sign === '-' ? -Number(plain) : Number(plain);
}
