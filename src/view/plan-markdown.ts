import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import { likeWords, stepLines } from './plan-block.js';
import { alikeHosts } from './plan-groups.js';
import { summaryWords } from './plan-summary.js';
import { commitWords, partWords, type Made } from './saved-plan.js';
import type { ShownHost, ShownPlan } from './shown-plan.js';
import { PLAIN } from './style.js';
import { printable } from './text.js';
import { count } from './words.js';

/** GitHub takes 65,536 characters a comment; some are left for what others put around it. */
const MOST_CHARACTERS = 60_000;
const ROOM_FOR_COUNT = 100;
const MOST_DIAGNOSTICS = 50;
const WIDTH = 100;

/** A plan for a pull request: the summary in the open, a fold for each host or hosts that are alike. */
export function planMarkdown(
  plan: ShownPlan & { readonly farm: string },
  made: Pick<Made, 'at' | 'commit' | 'target' | 'exclude'>,
): string {
  return markdownOf(plan, {
    title: `sealfarm plan of ${plan.farm}${partWords(made)}`,
    lead: [summaryWords(plan)],
    foot: footWords(made),
    now: new Date(made.at),
  });
}

/** What stands around the folds, without markup. */
interface Frame {
  readonly title: string;
  /** In the open, a paragraph each. */
  readonly lead: readonly string[];
  readonly foot: string;
  readonly now: Date;
}

export function markdownOf(plan: ShownPlan, { title, lead, foot, now }: Frame): string {
  const busy = alikeHosts(plan.hosts.filter(({ steps }) => steps.length > 0));
  const head = [
    `### ${inline(title)}`,
    ...lead.map((words) => `**${inline(words)}**`),
    ...diagnosticList(plan.diagnostics),
    ...drainedList(plan),
  ];
  const end = `<sub>${inline(foot)}</sub>`;
  const room = MOST_CHARACTERS - [...head, end].join('\n\n').length;
  return [...head, ...foldsWithin(busy, room, now), end].join('\n\n');
}

/** What does not fit is counted, so that nobody takes a part for the whole. */
function foldsWithin(groups: readonly (readonly ShownHost[])[], room: number, now: Date): readonly string[] {
  const folds: string[] = [];
  let left = room;
  for (const group of groups) {
    const text = fold(group, now);
    if (text.length + ROOM_FOR_COUNT > left) {
      const others = groups.slice(folds.length).flat();
      return [...folds, `**The steps of ${count(others.length, 'more host')} do not fit here.**`];
    }
    folds.push(text);
    left -= text.length + 2;
  }
  return folds;
}

function fold(group: readonly ShownHost[], now: Date): string {
  const [first, ...alike] = group;
  if (first === undefined) return '';
  const all = group.flatMap(({ steps }) => steps);
  const waiting = all.filter(({ disruption }) => disruption === 'restart' || disruption === 'empty').length;
  const size = `${count(all.length, 'step')}${waiting === 0 ? '' : `, ${waiting} of them when a worker is quiet or empty`}`;
  const steps = stepLines(group, { style: PLAIN, width: WIDTH, now }).map(asDiff).join('\n');
  const title = `<b>${html(first.host)}</b>${html(likeWords(alike))} (${size})`;
  return `<details><summary>${title}</summary>\n\n${fenced(steps)}\n\n</details>`;
}

/** A diff paints lines by what they begin with: `!` for what changes, where a plan has `~`. */
function asDiff(line: string): string {
  const step = /^( +)([+~-]) (.*)$/.exec(line);
  if (step === null) return `  ${line}`;
  const [, indent = '', symbol = '', words = ''] = step;
  return `${symbol === '~' ? '!' : symbol} ${indent}${words}`;
}

/** The fence is longer than anything like one inside: nothing gets out of it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

function diagnosticList(diagnostics: readonly Diagnostic[]): readonly string[] {
  if (diagnostics.length === 0) return [];
  const lines = diagnostics.slice(0, MOST_DIAGNOSTICS).map(({ severity, code, message, place, help }) => {
    const [what] = (help ?? '').split('\n');
    return `- **${severity} ${code}** ${placeWords(place)}${inline(message)}${what === '' ? '' : ` *${inline(what ?? '')}*`}`;
  });
  const more = diagnostics.length - lines.length;
  return [[...lines, ...(more === 0 ? [] : [`- and ${more} more`])].join('\n')];
}

function placeWords(place: Place | undefined): string {
  if (place === undefined) return '';
  const parts = place.kind === 'file' ? [place.file] : [place.host, place.worker, place.path];
  const words = parts.filter((part) => part !== undefined).join(' ');
  return `${inline(words)}: `;
}

function drainedList({ drained }: ShownPlan): readonly string[] {
  if (drained.length === 0) return [];
  return [
    drained
      .map(
        ({ worker, host, intent: { who, why } }) =>
          `- ${inline(worker)} on ${inline(host)} is drained by ${inline(who)}${why === undefined ? '' : `: ${inline(why)}`}`,
      )
      .join('\n'),
  ];
}

function footWords({ at, commit }: Pick<Made, 'at' | 'commit'>): string {
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  return `Made ${when}${commit === undefined ? '' : ` from ${commitWords(commit)}`}. Jobs and their ages are of that moment.`;
}

/** Words in a line of Markdown: no markup, no mention of anybody, no line of their own. */
function inline(text: string): string {
  const line = html(printable(text).replace(/\s+/g, ' '));
  return line.replace(/[\\`*_{}[\]#|~]/g, '\\$&').replaceAll('@', '@&#8203;');
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
