import type { Emit, Event } from '../event/event.js';
import type { Step } from '../plan/plan.js';
import { eventWords, subjectOf, type Outcome } from './event-words.js';
import { PLAIN, type Paint, type Style } from './style.js';

/** One line an event, for logs and pipes: `[host-1] worker-1: write worker.env … done`. What has not changed is not said again. */
export function plainProgress(write: (text: string) => void, style: Style = PLAIN): Emit {
  const last = new Map<string, string>();
  return (event) => {
    const words = eventWords(event);
    if (words === undefined || !isNews(event)) return;
    const { host, worker } = subjectOf(event);
    const line = `${style.dim(`[${host}]`)} ${worker === undefined ? '' : `${worker}: `}${outcomePaint(words.outcome, style)(words.text)}`;
    const key = `${host}\n${worker ?? ''}`;
    if (last.get(key) === line) return;
    last.set(key, line);
    write(`${line}\n`);
  };
}

/** Steps that take no time, and drains and restarts that nothing holds up, are told by their end alone. */
function isNews(event: Event): boolean {
  if (event.type === 'drain-started') return false;
  if (event.type === 'step-started') return isLong(event.step);
  return !('blockers' in event) || event.blockers.length > 0;
}

function isLong({ action }: Step): boolean {
  return action.kind === 'start' || action.kind === 'restart' || action.kind === 'restart-miner';
}

function outcomePaint(outcome: Outcome, style: Style): Paint {
  if (outcome === 'failed') return style.red;
  if (outcome === 'pending') return style.yellow;
  return outcome === 'done' ? style.green : (text) => text;
}
