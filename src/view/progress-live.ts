import { Spinner } from 'listr2';
import type { Blocker } from '../drain/step.js';
import type { Emit, Event } from '../event/event.js';
import { blockerLine, blockersCount, blockerSince } from './blockers.js';
import { eventWords, subjectOf, type Subject } from './event-words.js';
import { LiveArea, type LiveLine } from './live-area.js';
import { plainProgress } from './progress-plain.js';
import type { Style } from './style.js';
import { printable } from './text.js';
import { age } from './words.js';

const FRAME_MILLISECONDS = 100;

export interface LiveProgress {
  readonly emit: Emit;
  /** Prints lines that last, at once; what others write to the terminal meanwhile is held back until the end. */
  readonly say: (text: string) => void;
  /** Gives the terminal back; the lasting lines stay. Events that come later are not shown. */
  readonly end: () => Promise<void>;
}

/**
 * For a terminal: what is over goes up line by line, as in a log; below, one moving line for each worker at work.
 * The timer does not keep the process alive.
 */
export function liveProgress(stream: NodeJS.WriteStream, style: Style): LiveProgress {
  const area = new LiveArea(stream);
  const spinner = new Spinner();
  const atWork: AtWork = new Map();
  const draw = (above = ''): void => {
    area.draw(liveLines(atWork, area.rows, spinner.fetch(), style, new Date()), above);
  };
  let above = '';
  const lasting = plainProgress((text) => (above += text), style);
  const timer = setInterval(() => {
    spinner.spin();
    draw();
  }, FRAME_MILLISECONDS);
  timer.unref();
  return {
    emit: (event) => {
      note(atWork, event);
      above = '';
      if (isOver(event)) lasting(event);
      draw(above);
    },
    say: (text) => {
      draw(text.endsWith('\n') ? text : `${text}\n`);
    },
    end: async () => {
      clearInterval(timer);
      area.end();
      await new Promise<void>((resolve) =>
        stream.write('', () => {
          resolve();
        }),
      );
    },
  };
}

/** What lasts: an end, and a drain that cannot end, which wants a person. */
function isOver(event: Event): boolean {
  if (event.type === 'drain-progress') return event.verdict === 'never';
  return eventWords(event)?.outcome !== 'going-on';
}

/** What each worker is at: its step, or what that waits for; undefined between two, so that it keeps its place. */
type AtWork = Map<string, Going | undefined>;

interface Going {
  readonly text: string;
  /** When the longest of the jobs began that are waited for; ISO 8601. */
  readonly since?: string;
  /** When the last of them will be over; ISO 8601. */
  readonly expected?: string;
  /** What of a drain is in the way, one by one. */
  readonly details: readonly Blocker[];
}

function note(atWork: AtWork, event: Event): void {
  const words = eventWords(event);
  if (words === undefined) return;
  const subject = label(subjectOf(event));
  const since =
    event.type === 'miner-waiting'
      ? event.jobs.map((job) => job.since).toSorted()[0]
      : 'blockers' in event
        ? oldestJob(event.blockers)
        : undefined;
  const { expected } = 'blockers' in event || event.type === 'miner-waiting' ? event : {};
  const drains = event.type === 'drain-progress' && event.blockers.length > 0;
  const going = {
    text: drains ? `draining until ${event.goal}, waiting for ${blockersCount(event.blockers)}` : words.text,
    details: drains ? event.blockers : [],
    ...(since === undefined ? {} : { since }),
    ...(expected === undefined ? {} : { expected }),
  };
  atWork.set(subject, words.outcome === 'going-on' ? going : undefined);
}

function oldestJob(blockers: readonly Blocker[]): string | undefined {
  return blockers.flatMap((blocker) => ('job' in blocker ? [blocker.job.since] : [])).toSorted()[0];
}

function label({ host, worker }: Subject): string {
  return worker === undefined ? host : `${host} ${worker}`;
}

function liveLines(
  atWork: AtWork,
  rows: number,
  frame: string,
  style: Style,
  now: Date,
): readonly LiveLine[] {
  const all = [...atWork].flatMap(([subject, going]) =>
    going === undefined
      ? []
      : [{ ...going, text: `${frame} ${subject}: ${ageWords(going, now)}${going.text}` }],
  );
  if (all.length <= rows) {
    let room = rows - all.length;
    return all.flatMap(({ text, details }) => {
      const lines = detailLines(details, room, style, now);
      room -= lines.length;
      return [{ text, paint: style.cyan }, ...lines];
    });
  }
  const rest = all.length - (rows - 1);
  const heads = all.slice(0, rows - 1).map(({ text }) => ({ text, paint: style.cyan }));
  return [...heads, { text: `  and ${rest} more at work`, paint: style.dim }];
}

/** As many as there is room for, what wants a person first. */
function detailLines(
  details: readonly Blocker[],
  room: number,
  style: Style,
  now: Date,
): readonly LiveLine[] {
  const urgent = (blocker: Blocker): number =>
    blocker.kind === 'stranded' || blocker.kind === 'away' || blocker.kind === 'lost' ? 0 : 1;
  const lines = details
    .toSorted((a, b) => urgent(a) - urgent(b))
    .map((blocker) => ({
      text: printable(`    ${sinceWords(blocker, now)}${blockerLine(blocker)}`),
      paint: urgent(blocker) === 0 ? style.red : style.dim,
    }));
  if (lines.length <= room) return lines;
  if (room < 2) return [];
  return [...lines.slice(0, room - 1), { text: `    and ${lines.length - room + 1} more`, paint: style.dim }];
}

function sinceWords(blocker: Blocker, now: Date): string {
  const since = blockerSince(blocker);
  return since === undefined ? '' : `${age(since, now)}: `;
}

/** In front, where a narrow terminal does not cut it off. */
function ageWords({ since, expected }: Going, now: Date): string {
  if (since === undefined) return '';
  const left = expected === undefined ? 0 : Date.parse(expected) - now.getTime();
  const rest = left > 0 ? `about ${age(now.toISOString(), new Date(now.getTime() + left))} left, ` : '';
  return `${age(since, now)} so far, ${rest}`;
}
