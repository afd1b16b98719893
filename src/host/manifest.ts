import type { TaskCode } from '../lotus/task.js';

/** sealfarm's own memory on a host: what is ours there, and which workers a person has told to drain. */
export interface Manifest {
  readonly version: 1;
  readonly farm: string;
  /** Names of the workers sealfarm keeps on this host. */
  readonly workers: readonly string[];
  /** Worker name → what a person asked for. */
  readonly intents: Readonly<Record<string, DrainIntent>>;
}

export interface DrainIntent {
  readonly who: string;
  /** ISO 8601, UTC */
  readonly when: string;
  readonly why?: string;
  /** Empty of sectors, unless it shall only be without a job. */
  readonly until?: 'quiet';
  /** Groups that may take its sectors too, as long as it is drained: in the miner's index alone, no file has them. */
  readonly allowTo?: readonly string[];
  /** Of a worker that leaves the file: what it did, which nothing else tells once its tasks are off. */
  readonly tasks?: readonly TaskCode[];
  /** Of the same: it was empty and has stopped, so that what is left of it may go. */
  readonly emptied?: true;
  /** Of a worker that the file wants drained or stopped: it has been empty, with its tasks off. */
  readonly reached?: true;
}

/** Who drains a worker that left the file. No person is named so: theirs have an `@`. */
export const SEALFARM = 'sealfarm';

/** Who drains a worker whose `state` in the file is not `running`. */
export const THE_FILE = 'sealfarm.yaml';

/** Whether a person asked for it: then it outranks the file until that person, or another one, takes it back. */
export function isPersons({ who }: DrainIntent): boolean {
  return who !== SEALFARM && who !== THE_FILE;
}

export function parseManifest(text: string): Manifest | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isManifest(value) ? value : { problem: 'it is not a sealfarm manifest of version 1' };
  } catch {
    return { problem: 'it is not JSON' };
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { version, farm, workers, intents } = value as Record<string, unknown>;
  return (
    version === 1 &&
    typeof farm === 'string' &&
    Array.isArray(workers) &&
    workers.every((name) => typeof name === 'string') &&
    typeof intents === 'object' &&
    intents !== null &&
    Object.values(intents).every(isIntent)
  );
}

function isIntent(value: unknown): value is DrainIntent {
  if (typeof value !== 'object' || value === null) return false;
  const { who, when, why, until = 'quiet', allowTo = [] } = value as Record<string, unknown>;
  return (
    typeof who === 'string' &&
    typeof when === 'string' &&
    (why === undefined || typeof why === 'string') &&
    until === 'quiet' &&
    Array.isArray(allowTo) &&
    allowTo.every((group) => typeof group === 'string')
  );
}

export function formatManifest(manifest: Manifest): string {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
  const intents = Object.fromEntries(Object.entries(manifest.intents).sort(byName));
  return `${JSON.stringify({ ...manifest, workers: [...manifest.workers].sort(), intents }, null, 2)}\n`;
}
