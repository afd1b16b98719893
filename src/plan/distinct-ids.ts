import type { HostPlan } from './plan.js';

/**
 * Steps by which nothing else is named. Names of workers in the file are each there once; those that left it several hosts may
 * remember, as where one moved while its old host was away: their steps then have the host in front.
 */
export function withDistinctIds(hosts: readonly HostPlan[]): readonly HostPlan[] {
  const times = new Map<string, number>();
  for (const { id } of hosts.flatMap(({ steps }) => steps)) times.set(id, (times.get(id) ?? 0) + 1);
  return hosts.map((plan) => ({
    ...plan,
    steps: plan.steps.map((step) =>
      (times.get(step.id) ?? 0) > 1 ? { ...step, id: `${plan.host}/${step.id}` } : step,
    ),
  }));
}
