/** Calls that no test expects. */
export function notAsked<K extends string>(names: readonly K[]): Readonly<Record<K, () => never>> {
  const refuse = (name: K) => (): never => {
    throw new Error(`${name} was called`);
  };
  return Object.fromEntries(names.map((name) => [name, refuse(name)])) as Record<K, () => never>;
}
