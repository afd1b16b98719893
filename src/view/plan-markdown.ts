import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import { foldAlike, type AlikeDiagnostics } from './alike-diagnostics.js';
import { likewiseWords } from './diagnostics.js';
import { foreignLines } from './foreign-workers.js';
import { legendWords } from './legend.js';
import { DRIFT_ALONE } from './plan.js';
import { minerLines } from './miner-standing.js';
import { likeWords, stepLines, whoseDiffs } from './plan-block.js';
import { alikeHosts, shownOnce } from './plan-groups.js';
import type { PlanLines } from './plan-lines.js';
import { summaryWords } from './plan-summary.js';
import { commitWords, partWords, type Made } from './saved-plan.js';
import type { ShownHost, ShownPlan } from './shown-plan.js';
import { PLAIN } from './style.js';
import { printable } from './text.js';
import { waveLines } from './waves.js';
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
  diffs = false,
): string {
  const now = new Date(made.at);
  const drift = plan.driftOnly === true;
  return markdownOf(plan, {
    title: `sealfarm ${drift ? 'drift' : 'plan'} of ${plan.farm}${partWords(made)}`,
    lead: [...(drift ? [DRIFT_ALONE] : []), summaryWords(plan, now)],
    foot: footWords(made),
    now,
    diffs,
  });
}

/** What stands around the folds, without markup. */
interface Frame {
  readonly title: string;
  /** In the open, a paragraph each. */
  readonly lead: readonly string[];
  readonly foot: string;
  readonly now: Date;
  readonly diffs: boolean;
}

export function markdownOf(plan: ShownPlan, frame: Frame): string {
  const { title, lead, foot, now } = frame;

  const busy = alikeHosts(plan.hosts.filter(({ steps }) => steps.length > 0));
  const legend = legendWords(shownOnce(busy), (mark) => (mark === '~' ? '!' : mark));
  const head = [
    `### ${inline(title)}`,
    ...lead.map((words) => `**${inline(words)}**`),
    ...diagnosticList(plan.diagnostics),
    ...drainedList(plan),
    ...waveList(plan, now),
    ...minerList(plan),
    ...foreignList(plan, now),
  ];
  const end = `<sub>${inline([...(legend === undefined ? [] : [`${legend}.`]), foot].join(' '))}</sub>`;
  const room = MOST_CHARACTERS - [...head, end].join('\n\n').length;
  return [...head, ...foldsWithin(busy, room, frame), end].join('\n\n');
}

/** What does not fit is counted, so that nobody takes a part for the whole. */
function foldsWithin(
  groups: readonly (readonly ShownHost[])[],
  room: number,
  frame: Frame,
): readonly string[] {
  const folds: string[] = [];
  let left = room;
  for (const group of groups) {
    const text = fold(group, frame);
    if (text.length + ROOM_FOR_COUNT > left) {
      const others = groups.slice(folds.length).flat();
      return [...folds, `**The steps of ${count(others.length, 'more host')} do not fit here.**`];
    }
    folds.push(text);
    left -= text.length + 2;
  }
  return folds;
}

function fold(group: readonly ShownHost[], { now, diffs }: Frame): string {
  const [first, ...alike] = group;
  if (first === undefined) return '';
  const all = group.flatMap(({ steps }) => steps);
  const waiting = all.filter(({ disruption }) => disruption === 'restart' || disruption === 'empty').length;
  const size = `${count(all.length, 'step')}${waiting === 0 ? '' : `, ${waiting} of them when a worker is quiet or empty`}`;
  const view = { style: PLAIN, width: WIDTH, now, diffs, lines: FENCED };
  const steps = stepLines(group, view).join('\n');
  const title = `<b>${html(first.host)}</b>${html(likeWords(alike))} (${size}${whoseDiffs(group, view)})`;
  return `<details><summary>${title}</summary>\n\n${fenced(steps)}\n\n</details>`;
}

/** A diff paints lines by what they begin with: `!` for what changes, where a plan has `~`. */
const FENCED: PlanLines = {
  head: (line) => {
    const [, indent = '', symbol = '', words = ''] = /^( +)([+~-]) ([^]*)$/.exec(line) ?? [];
    return `${symbol === '~' ? '!' : symbol} ${indent}${words}`;
  },
  plain: (line) => `  ${line}`,
  // The page scrolls: a line that is as long as in the file can be searched for.
  diff: (line, indent) => {
    const isChange = /^(?:\+(?!\+\+ )|-(?!-- ))/.test(line);
    return [(isChange ? `${line[0] ?? ''} ${indent} ${line.slice(1)}` : `  ${indent}${line}`).trimEnd()];
  },
};

/** The fence is longer than anything like one inside: nothing gets out of it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

function diagnosticList(diagnostics: readonly Diagnostic[]): readonly string[] {
  if (diagnostics.length === 0) return [];
  const shown = foldAlike(diagnostics).slice(0, MOST_DIAGNOSTICS);
  const more = diagnostics.length - shown.reduce((sum, { others }) => sum + 1 + others.length, 0);
  return [[...shown.map(diagnosticItem), ...(more === 0 ? [] : [`- and ${more} more`])].join('\n')];
}

function diagnosticItem({ first, others }: AlikeDiagnostics): string {
  const { severity, code, message, place, help = '' } = first;
  const [what = ''] = help.split('\n');
  return [
    `- **${severity} ${code}** ${placeWords(place)}${inline(message)}`,
    ...(others.length === 0 ? [] : [`(${inline(likewiseWords(others))})`]),
    ...(what === '' ? [] : [`*${inline(what)}*`]),
  ].join(' ');
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
        ({ worker, host, declared, intent: { who, why } }) =>
          `- ${inline(worker)} on ${inline(host)} is drained by ${inline(who)}${why === undefined ? '' : `: ${inline(why)}`}; the file says ${declared}`,
      )
      .join('\n'),
  ];
}

function waveList(plan: ShownPlan, now: Date): readonly string[] {
  const lines = waveLines(plan, { style: PLAIN, width: Infinity, now });
  return lines.length === 0 ? [] : [lines.map((line) => `- ${inline(line.trim())}`).join('\n')];
}

function minerList(plan: ShownPlan): readonly string[] {
  return nested(minerLines(plan, { style: PLAIN, width: Infinity }));
}

function foreignList(plan: ShownPlan, now: Date): readonly string[] {
  return nested(foreignLines(plan, { style: PLAIN, width: Infinity, now }));
}

/** Lines of a terminal as a list: what is indented there belongs to what stands above it. */
function nested(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [lines.map((line) => `${line.startsWith(' ') ? '  ' : ''}- ${inline(line.trim())}`).join('\n')];
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
