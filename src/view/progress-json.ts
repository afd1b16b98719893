import { unreachable } from '../diagnostic/unreachable.js';
import type { Emit, Event } from '../event/event.js';
import { blockerJson } from './blockers.js';
import { diagnosticJson } from './diagnostics.js';
import { stepJson } from './step-json.js';

/** One JSON object a line and event, in the event's own terms; secrets are masked, contents left out. */
export function jsonProgress(write: (text: string) => void): Emit {
  return (event) => {
    write(`${JSON.stringify(eventJson(event))}\n`);
  };
}

function eventJson(event: Event): Readonly<Record<string, unknown>> {
  const { type } = event;
  switch (type) {
    case 'host-observed':
      return { type, host: event.host };
    case 'host-unreached':
      return { type, host: event.host, diagnostic: diagnosticJson(event.diagnostic) };
    case 'lock-waiting': {
      const { host, holder, stale } = event;
      return { type, host, holder, ...(stale === undefined ? {} : { stale }) };
    }
    case 'lock-free':
      return { type, host: event.host };
    case 'step-started':
    case 'step-done':
      return { type, step: stepJson(event.step) };
    case 'step-waiting':
      return { type, step: stepJson(event.step), ...waiting(event) };
    case 'miner-waiting': {
      const { step, due, jobs, posts, expected } = event;
      return {
        type,
        step: stepJson(step),
        ...(due === undefined ? {} : { due }),
        jobs,
        ...(posts === undefined ? {} : { posts }),
        ...(expected === undefined ? {} : { expected }),
      };
    }
    case 'miner-back':
      return { type, host: event.host, away: event.away };
    case 'step-failed':
    case 'step-pending':
    case 'step-skipped':
      return { type, step: stepJson(event.step), diagnostic: diagnosticJson(event.diagnostic) };
    case 'drain-started':
      return { type, host: event.host, worker: event.worker };
    case 'drain-progress': {
      const { host, worker, goal, verdict } = event;
      return { type, host, worker, goal, verdict, ...waiting(event) };
    }
    case 'drain-ended': {
      const { host, worker, stopped, left } = event;
      return { type, host, worker, stopped, left };
    }
    default:
      return unreachable(event);
  }
}

function waiting({ blockers, expected }: Extract<Event, { readonly blockers: unknown }>) {
  return { blockers: blockers.map(blockerJson), ...(expected === undefined ? {} : { expected }) };
}
