import type { Change } from '../plan/change.js';
import { formatPlan, planJson, type PlanJson } from './plan.js';
import type { PlanView } from './plan-block.js';
import { markdownOf } from './plan-markdown.js';
import { summaryWords } from './plan-summary.js';
import { wrap } from './text.js';
import { foldNames } from './words.js';

/** What going from one file to another leads to: the plan on a farm that is as the first one says. */
export function formatChange(change: Change, view: PlanView): string {
  const { plan } = change;
  const last = view.style.bold(changeWords(change));
  const planned = formatPlan(plan, view);
  // The plan's own last line speaks of hosts that were looked at.
  const body = planned.slice(0, planned.lastIndexOf('\n\n') + 1).trimEnd();
  const gone = goneWords(change).map((words) => wrap(words, view.width, '  ').join('\n'));
  return [body, ...gone, wrap(last, view.width).join('\n')].filter((part) => part !== '').join('\n\n');
}

export function changeMarkdown(change: Change, diffs = false): string {
  return markdownOf(change.plan, {
    title: `sealfarm: what the change does to ${change.plan.farm}`,
    lead: [changeWords(change), ...goneWords(change)],
    foot: 'Worked out from the two files alone, for a farm that is as the older one says.',
    now: new Date(0),
    diffs,
  });
}

export interface ChangeJson extends PlanJson {
  readonly gone: Change['gone'];
}

export function changeJson({ plan, gone }: Change): ChangeJson {
  return { ...planJson(plan, new Date(0)), gone };
}

function changeWords(change: Change): string {
  const { plan, differs, gone } = change;
  if (!differs) return 'No difference: both files ask the same of every host.';
  const nothing = plan.hosts.every(({ steps }) => steps.length === 0);
  if (!nothing || plan.diagnostics.length > 0) return summaryWords(plan, new Date(0));
  return `No change on ${plan.hosts.length === 0 ? 'any host' : 'the other hosts'}; ${gone.length} gone from the file.`;
}

function goneWords({ gone }: Change): readonly string[] {
  if (gone.length === 0) return [];
  const hosts = foldNames(gone.map(({ host }) => host)).join(', ');
  const workers = gone.flatMap((host) => host.workers);
  const what = workers.length === 0 ? '' : ` (${foldNames(workers).join(', ')})`;
  return [
    `Not in the file any more: ${hosts}${what}. Nothing is done there; to take ${gone.length === 1 ? 'its' : 'their'} workers away, write it with \`workers: {}\` first.`,
  ];
}
