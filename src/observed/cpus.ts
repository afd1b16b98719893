import { parseCpuSet } from '../farm/cpu-set.js';

/** Whether two lists such as `0-3,8` name the same CPUs. */
export function sameCpus(one: string, other: string): boolean {
  const [a, b] = [parseCpuSet(one), parseCpuSet(other)];
  if (a === undefined || b === undefined) return one === other;
  return a.size === b.size && [...a].every((cpu) => b.has(cpu));
}
