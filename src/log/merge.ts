/**
 * One log of several, by time. Each keeps its own order, whatever its clock did; what has no time stays with the line
 * before it.
 */
export function mergeByTime<T extends { readonly time?: number }>(
  logs: readonly (readonly T[])[],
): readonly T[] {
  return logs
    .flatMap((log) => {
      let latest = -Infinity;
      return log.map((line) => {
        latest = Math.max(latest, line.time ?? latest);
        return { line, latest };
      });
    })
    .sort((a, b) => (a.latest === b.latest ? 0 : a.latest - b.latest))
    .map(({ line }) => line);
}
