/** A program's words in Go's fashion: `--name value`, `--name=value`, booleans without a value. */
export interface ParsedFlags {
  readonly flags: ReadonlyMap<string, string>;
  /** What is no flag. */
  readonly words: readonly string[];
}

/** @throws Error for a flag that is not known or lacks its value */
export function parseFlags(
  args: readonly string[],
  known: { readonly texts: readonly string[]; readonly booleans: readonly string[] },
): ParsedFlags {
  const flags = new Map<string, string>();
  const words: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    const name = match?.[1];
    if (name === undefined) words.push(arg);
    else if (known.booleans.includes(name)) flags.set(name, match?.[2] ?? 'true');
    else if (known.texts.includes(name)) {
      const value = match?.[2] ?? rest.shift();
      if (value === undefined) throw new Error(`flag needs an argument: -${name}`);
      flags.set(name, value);
    } else throw new Error(`flag provided but not defined: -${name}`);
  }
  return { flags, words };
}

/** Flags with the variables behind them. A flag counts before its variable. */
export class Settings {
  readonly #flags: ReadonlyMap<string, string>;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(flags: ReadonlyMap<string, string>, env: Readonly<Record<string, string | undefined>>) {
    this.#flags = flags;
    this.#env = env;
  }

  /** The flag, or the variable where it is set and not empty. */
  text(flag: string, variable?: string): string | undefined {
    const fromEnvironment = variable === undefined ? undefined : this.#env[variable];
    return this.#flags.get(flag) ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  }

  /** @throws Error for what Go does not read as a boolean */
  boolean(flag: string, variable?: string): boolean | undefined {
    const text = this.text(flag, variable);
    if (text === undefined) return undefined;
    if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
    if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
    throw new Error(`could not parse "${text}" as bool value for flag ${flag}`);
  }
}
