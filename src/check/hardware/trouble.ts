import type { Finding } from '../../config/finding.js';
import { finding } from '../../config/finding.js';
import type { Layout, LayoutCheck } from '../layout.js';
import { listed } from './words.js';

/** One thing that is wrong with a machine, as it is said of each of the machines. */
export interface Trouble extends Pick<Finding, 'code' | 'severity' | 'at' | 'help'> {
  readonly on?: Finding['on'];
  /** The worker or host it is about. */
  readonly who: string;
  /** The message; `name` is asked for every name in it, so that two that differ in names alone are known. */
  readonly say: (name: (name: string) => string) => string;
}

type TroubleCheck = (layout: Layout) => Iterable<Trouble>;

/** How many of the others are named. */
const NAMED = 3;

/** A check that says what it finds on many machines alike once, at the first of them. */
export function onceForAll(check: TroubleCheck): LayoutCheck {
  return (layout) => {
    const alike = new Map<string, [Trouble, ...Trouble[]]>();
    for (const trouble of check(layout)) {
      const key = `${trouble.code} ${trouble.say(() => '')}`;
      const known = alike.get(key);
      if (known === undefined) alike.set(key, [trouble]);
      else known.push(trouble);
    }
    return [...alike.values()].map(inOne);
  };
}

function inOne([first, ...others]: readonly [Trouble, ...Trouble[]]): Finding {
  const { code, at, say, who, help, ...rest } = first;
  const names = [...new Set(others.map((other) => other.who))].filter((name) => name !== who);
  const likewise = names.length === 0 ? '' : ` (likewise ${listed(shortened(names))})`;
  const message = `${say((name) => name)}${likewise}`;
  return finding(code, at, message, { ...rest, ...(help === undefined ? {} : { help }) });
}

function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= NAMED) return names;
  return [...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} others`];
}
