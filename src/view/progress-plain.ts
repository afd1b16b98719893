import type { Emit, Event } from '../event/event.js';
import { formatDiagnostic } from './diagnostics.js';
import { eventWords, subjectOf, type Outcome } from './event-words.js';
import { PLAIN, type Paint, type Style } from './style.js';

/** One line an event, for logs and pipes: `[host-1] worker-1: write worker.env … done`. What has not changed is not said again. */
export function plainProgress(write: (text: string) => void, style: Style = PLAIN): Emit {
  const last = new Map<string, string>();
  return (event) => {
    const words = eventWords(event);
    if (words === undefined || isQuick(event)) return;
    const { host, worker } = subjectOf(event);
    const line = `${style.dim(`[${host}]`)} ${worker === undefined ? '' : `${worker}: `}${outcomePaint(words.outcome, style)(words.text)}`;
    const key = `${host}\n${worker ?? ''}`;
    if (last.get(key) === line) return;
    last.set(key, line);
    write(`${line}\n`);
    if ('diagnostic' in event && event.type !== 'step-skipped') {
      write(`${formatDiagnostic(event.diagnostic, style).replace(/^(?=.)/gm, '  ')}\n`);
    }
  };
}

/** A step that takes no time is told by its end alone. */
function isQuick(event: Event): boolean {
  if (event.type !== 'step-started') return false;
  const { kind } = event.step.action;
  return kind !== 'start' && kind !== 'restart';
}

function outcomePaint(outcome: Outcome, style: Style): Paint {
  if (outcome === 'failed') return style.red;
  return outcome === 'done' ? style.green : (text) => text;
}
