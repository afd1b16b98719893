import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import { SECRET_NAME } from '../secret/secret-name.js';
import { keyText } from './yaml-values.js';

export { SECRET_NAME };

/** What may stand under `token`. */
const REFERENCE = new Map([
  ['env', /^[A-Za-z_][A-Za-z0-9_]*$/],
  ['file', /^~?\//],
]);
/** `TOKEN:MULTIADDR`, pasted where only the multiaddr belongs. */
const API_INFO = /^[^/].*:\//s;

/** Stretches of the text that must not be shown. */
export interface SecretText {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Finds secrets that people wrote into the file, wherever a key says that its value is one. */
export function findSecrets(root: Node, aliasTargets: ReadonlyMap<Alias, Node>): SecretText[] {
  const found: SecretText[] = [];
  const follow = (node: unknown): unknown => (isAlias(node) ? aliasTargets.get(node) : node);
  visit(root, {
    Pair: (_, pair) => {
      for (const node of secretNodes(pair, follow)) {
        const scalar = follow(node);
        if (isScalar(scalar)) found.push(secretText(scalar));
      }
    },
  });
  return found;
}

/** Whether a text has the form of MINER_API_INFO, which begins with the token. */
export function looksLikeApiInfo(text: string): boolean {
  return API_INFO.test(text);
}

function secretText(scalar: Scalar): SecretText {
  const [start, end] = scalar.range ?? [0, 0];
  return { start, end, text: scalar.source ?? '' };
}

function secretNodes(pair: Pair, follow: (node: unknown) => unknown): unknown[] {
  const name = keyText(pair.key) ?? '';
  const value = follow(pair.value);
  if (name === 'api' || name === 'marketsApi')
    return isScalar(value) && looksLikeApiInfo(secretText(value).text) ? [value] : [];
  if (!SECRET_NAME.test(name)) return [];
  if (isSeq(value)) return value.items;
  if (!isMap(value)) return [value];
  return name === 'token' ? value.items.flatMap((item) => misplaced(item, follow)) : [];
}

/** What stands under `token` and is not the reference that belongs there. */
function misplaced({ key, value: written }: Pair, follow: (node: unknown) => unknown): unknown[] {
  const name = keyText(key) ?? '';
  const value = follow(written);
  if (isSeq(value)) return name === 'command' ? [] : value.items;
  const wellFormed = isScalar(value) && REFERENCE.get(name)?.test(secretText(value).text) === true;
  return wellFormed ? [] : [value];
}
