import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Blocker } from '../drain/step.js';
import type { Event } from '../event/event.js';
import { blockersWords } from './blockers.js';
import { stepWords } from './step-words.js';
import { oneLine, printable } from './text.js';
import { count, someOf } from './words.js';

/** What an event is about: a worker, or a host as a whole. */
export interface Subject {
  readonly host: string;
  readonly worker?: string;
}

export function subjectOf(event: Event): Subject {
  return 'step' in event ? event.step : event;
}

export type Outcome = 'done' | 'failed' | 'pending' | 'going-on';

/** An event as one sentence. */
export interface EventWords {
  readonly outcome: Outcome;
  readonly text: string;
}

/** Undefined for what is no news by itself. */
export function eventWords(event: Event): EventWords | undefined {
  switch (event.type) {
    case 'host-observed':
      return undefined;
    case 'host-unreached':
      // It was the node of lotus-miner that told nothing; the host was reached.
      return event.diagnostic.code === 'SF655' || event.diagnostic.code === 'SF586'
        ? { outcome: 'failed', text: shortly(event.diagnostic) }
        : { outcome: 'failed', text: `not reached: ${shortly(event.diagnostic)}` };
    case 'lock-waiting':
      return { outcome: 'going-on', text: `waiting for the lock, which ${oneLine(event.holder)} holds` };
    case 'lock-free':
      return { outcome: 'done', text: 'the lock is free' };
    case 'step-started':
      return { outcome: 'going-on', text: `${stepWords(event.step)} …` };
    case 'step-waiting':
      return { outcome: 'going-on', text: waitingWords(event.blockers) };
    case 'miner-waiting':
      return { outcome: 'going-on', text: `lotus-miner waits ${minerWaitWords(event)}` };
    case 'miner-back':
      return {
        outcome: 'done',
        text: `lotus-miner is back; ${someOf(event.away, 3)} ${event.away.length === 1 ? 'registers' : 'register'} again when what is being done there has ended`,
      };
    case 'step-done':
      return { outcome: 'done', text: `${stepWords(event.step)} … done` };
    case 'step-failed':
      return { outcome: 'failed', text: `${stepWords(event.step)} … failed: ${shortly(event.diagnostic)}` };
    case 'step-pending':
      return {
        outcome: 'pending',
        text: `${stepWords(event.step)} … pending: ${pendingWords(event.diagnostic)}`,
      };
    case 'step-skipped':
      return { outcome: 'failed', text: `${stepWords(event.step)} … not begun` };
    case 'drain-started':
      return { outcome: 'going-on', text: 'draining' };
    case 'drain-progress':
      return drainWords(event);
    case 'drain-ended':
      return { outcome: 'done', text: endWords(event) };
    default:
      return unreachable(event);
  }
}

/** The whole diagnostic is for the report, where all failures stand together. */
function shortly({ code, message }: Diagnostic): string {
  return `${code} ${printable(message.split('\n', 1)[0] ?? '')}`;
}

function pendingWords({ message }: Diagnostic): string {
  return printable(message.split('\n', 1)[0] ?? '');
}

/** The look after the last task was switched off may find nothing and is still not the last. */
function waitingWords(blockers: readonly Blocker[]): string {
  return blockers.length === 0 ? 'making sure that nothing runs' : `waiting for ${blockersWords(blockers)}`;
}

/** `for deadline 7, which is open, and 1 job: C2 of s-t01000-3` */
function minerWaitWords({ due, jobs, posts = [] }: Extract<Event, { type: 'miner-waiting' }>): string {
  const names = jobs.map(({ task, sector }) => `${task} of ${sector}`);
  const parts = [
    ...(due === undefined
      ? []
      : [`deadline ${due.index}, which ${due.isOpen ? 'is open' : 'will be proven soon'}`]),
    ...posts.map((task) => `the ${task} of a worker`),
    ...(jobs.length === 0 ? [] : [`${count(jobs.length, 'job')}: ${printable(someOf(names, 3))}`]),
  ];
  return `for ${parts.join(', and ')}`;
}

function endWords({ stopped, left }: Extract<Event, { type: 'drain-ended' }>): string {
  const end = `${left.length === 0 ? 'empty' : 'quiet'}${stopped ? ' and stopped' : ''}`;
  if (left.length === 0) return end;
  return `${end}; ${count(left.length, 'sector')} on it wait${left.length === 1 ? 's' : ''}: ${someOf(left, 3)}`;
}

function drainWords({ goal, verdict, blockers }: Extract<Event, { type: 'drain-progress' }>): EventWords {
  switch (verdict) {
    case 'working':
      return { outcome: 'going-on', text: `draining, ${waitingWords(blockers)}` };
    case 'never':
      return { outcome: 'going-on', text: `cannot get ${goal} as things are: ${blockersWords(blockers)}` };
    case 'done':
      return { outcome: 'going-on', text: goal };
    default:
      return unreachable(verdict);
  }
}
