import { isDeepStrictEqual } from 'node:util';
import type { Worker } from '../farm/farm.js';

/** As Lotus has them where nothing is said. */
const USUAL = {
  parameterCache: '/var/tmp/filecoin-proof-parameters',
  parentCache: '/var/tmp/filecoin-parents',
  parallelFetchLimit: 5,
} as const;

/** Keys of the file in which two workers are not the same, of some with the entry: `env.RUST_LOG`. */
export function differingKeys(one: Worker, other: Worker): readonly string[] {
  const [a, b] = [meant(one), meant(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => {
    const [left, right] = [a[key], b[key]];
    if (isDeepStrictEqual(left, right)) return [];
    if (!(left instanceof Map) || !(right instanceof Map)) return [key];
    const entries = new Set([
      ...(left as Map<string, unknown>).keys(),
      ...(right as Map<string, unknown>).keys(),
    ]);
    return [...entries]
      .filter((entry) => !isDeepStrictEqual(left.get(entry), right.get(entry)))
      .map((entry) => `${key}.${entry}`);
  });
}

/** All that it means, without where that stands in the file, its name, and what a person declares of it. */
function meant(worker: Worker): Readonly<Record<string, unknown>> {
  const {
    name: _name,
    renamedFrom: _former,
    yaml: _yaml,
    state,
    tasks,
    storage,
    env,
    user,
    ...rest
  } = worker;
  return {
    ...USUAL,
    ...rest,
    // As nobody else has to be named.
    ...(user === undefined || user === 'root' ? {} : { user }),
    // One that is drained or stopped takes none.
    ...(state === 'running' ? { tasks: [...tasks].sort() } : {}),
    env: new Map([...env].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    storage: storage.map(({ yaml: _, id: _id, ...path }) => path).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}
