import { appendFileSync } from 'node:fs';

/**
 * `job-unassigned`: given back before the worker had it. `fetch-failed`: what the task needs could not be had from
 * its holder. Neither costs work; `job-failed` does.
 */
export type JobEvent =
  'job-assigned' | 'job-unassigned' | 'fetch-failed' | 'job-started' | 'job-done' | 'job-failed';

/** What happens in the sandbox's Lotus, as `miner/events.jsonl` keeps it: one JSON a line. */
export type MinerEvent =
  | {
      readonly event: JobEvent;
      readonly sector: number;
      /** Short code, as PC1. */
      readonly task: string;
      readonly worker: string;
      readonly session: string;
      readonly error?: string;
    }
  | {
      readonly event: 'transfer';
      readonly sector: number;
      /** The task that wanted the files. */
      readonly task: string;
      readonly worker: string;
      readonly fileTypes: readonly string[];
      /** Storage IDs. */
      readonly from: readonly string[];
      readonly to: readonly string[];
    }
  | {
      readonly event: 'sector-state';
      readonly sector: number;
      readonly state: string;
      readonly error?: string;
    }
  | { readonly event: 'worker-registered' | 'worker-lost'; readonly worker: string; readonly session: string }
  | {
      readonly event: 'storage-attached' | 'storage-redeclared' | 'storage-detached';
      readonly storage: string;
      readonly urls: readonly string[];
    };

export type Emit = (event: MinerEvent) => void;

export interface EventLog {
  readonly emit: Emit;
  /** How many of a kind this process wrote. */
  count(event: MinerEvent['event']): number;
}

export function createEventLog(file: string): EventLog {
  const counts = new Map<string, number>();
  return {
    emit: (event) => {
      counts.set(event.event, (counts.get(event.event) ?? 0) + 1);
      appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`);
    },
    count: (event) => counts.get(event) ?? 0,
  };
}
