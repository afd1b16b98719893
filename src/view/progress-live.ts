import { Spinner } from 'listr2';
import type { Blocker } from '../drain/step.js';
import type { Emit, Event } from '../event/event.js';
import { eventWords, subjectOf, type Subject } from './event-words.js';
import { LiveArea, type LiveLine } from './live-area.js';
import { plainProgress } from './progress-plain.js';
import type { Style } from './style.js';
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
}

function note(atWork: AtWork, event: Event): void {
  const words = eventWords(event);
  if (words === undefined) return;
  const subject = label(subjectOf(event));
  const since = 'blockers' in event ? oldestJob(event.blockers) : undefined;
  const { expected } = 'blockers' in event ? event : {};
  const going = {
    text: words.text,
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
      : [{ text: `${frame} ${subject}: ${ageWords(going, now)}${going.text}`, paint: style.cyan }],
  );
  if (all.length <= rows) return all;
  const rest = all.length - (rows - 1);
  return [...all.slice(0, rows - 1), { text: `  and ${rest} more at work`, paint: style.dim }];
}

/** In front, where a narrow terminal does not cut it off. */
function ageWords({ since, expected }: Going, now: Date): string {
  if (since === undefined) return '';
  const left = expected === undefined ? 0 : Date.parse(expected) - now.getTime();
  const rest = left > 0 ? `about ${age(now.toISOString(), new Date(now.getTime() + left))} left, ` : '';
  return `${age(since, now)} so far, ${rest}`;
}
