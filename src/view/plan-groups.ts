import type { ShownHost, ShownStep } from './shown-plan.js';
import { stepDetails } from './step-details.js';
import { stepWords } from './step-words.js';

/** Hosts whose steps read alike but for the names, together; in the order of their first. */
export function alikeHosts(hosts: readonly ShownHost[]): readonly (readonly ShownHost[])[] {
  const groups = new Map<string, ShownHost[]>();
  for (const host of hosts) {
    const key = hostKey(host);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups.values()];
}

/** The steps that are shown of groups of hosts: those of the first of each. */
export function shownOnce(groups: readonly (readonly ShownHost[])[]): readonly ShownStep[] {
  return groups.flatMap(([first]) => first?.steps ?? []);
}

/** What a restart costs now is added up, so it makes no difference. */
function hostKey({ host, steps }: ShownHost): string {
  const workers = [...new Set(steps.flatMap(({ worker }) => worker ?? []))];
  const names = new Map([
    [host, 'host'],
    ...workers.map((name, index): [string, string] => [name, `worker ${index}`]),
  ]);
  return JSON.stringify(steps.map((step) => stepKey(step).map((text) => withoutNames(text, names))));
}

function stepKey(step: ShownStep): readonly string[] {
  const { action, disruption, reason, worker } = step;
  return [worker ?? '', action.kind, disruption, reason, stepWords(step), ...stepDetails(step, false)];
}

/** Whole names only: `worker-1` is not in `worker-10`. */
function withoutNames(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(/[\w.-]+/g, (word) => {
    const stands = names.get(word);
    return stands === undefined ? word : `<${stands}>`;
  });
}
