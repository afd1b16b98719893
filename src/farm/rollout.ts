import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { WrittenRollout } from '../config/written.gen.js';
import type { TaskCode } from '../lotus/task.js';
import { DURATION_HELP, parseDuration } from './duration.js';
import type { Host, Rollout, Worker } from './farm.js';
import type { Report } from './report.js';
import { declarable, writtenTwice } from './tasks.js';

const HOUR = 3_600_000;

export const DEFAULT_ROLLOUT: Rollout = {
  maxUnavailable: 1,
  minAvailable: new Map(),
  canary: false,
  drainTimeout: 24 * HOUR,
  largePlan: 30,
};

const SHORTEST_WAIT = 1000;
const LONGEST_WAIT = 720 * HOUR;

/** The rules by which workers are restarted, with shares worked out for the farm's workers. */
export function readRollout(written: WrittenRollout, hosts: readonly Host[], report: Report): Rollout {
  const { maxUnavailable, minAvailable = {}, canary, drainTimeout, largePlan } = written;
  const workers = hosts.flatMap((host) => host.workers);
  const at: YamlPath = ['rollout'];
  return {
    maxUnavailable: budget(maxUnavailable ?? DEFAULT_ROLLOUT.maxUnavailable, workers.length),
    minAvailable: readMinAvailable(minAvailable, workers, [...at, 'minAvailable'], report),
    canary: canary ?? DEFAULT_ROLLOUT.canary,
    drainTimeout:
      drainTimeout === undefined
        ? DEFAULT_ROLLOUT.drainTimeout
        : readWait(drainTimeout, [...at, 'drainTimeout'], report),
    largePlan: largePlan === undefined ? DEFAULT_ROLLOUT.largePlan : percent(largePlan),
  };
}

/** A share is rounded down, but something must be able to happen. */
function budget(written: number | string, workers: number): number {
  if (typeof written === 'number') return written;
  return Math.max(1, Math.floor((workers * percent(written)) / 100));
}

/** The schema lets nothing through but `1%` to `100%`. */
function percent(written: string): number {
  return Number(written.slice(0, -1));
}

function readMinAvailable(
  written: Readonly<Record<string, number>>,
  workers: readonly Worker[],
  at: YamlPath,
  report: Report,
): ReadonlyMap<TaskCode, number> {
  const least = new Map<TaskCode, number>();
  for (const [word, count] of Object.entries(written)) {
    const place = [...at, word];
    const code = declarable(word, place, report, 'key')?.code;
    if (code === undefined) continue;
    if (least.has(code)) report(writtenTwice(code, 'least number is', place));
    least.set(code, count);
    const declared = workers.filter(({ state, tasks }) => state === 'running' && tasks.includes(code)).length;
    if (count < declared) continue;
    const message = `at least ${count} shall go on doing ${code}, and ${declared} of the farm's workers do it at all: none could ever be restarted`;
    const help =
      declared > 1
        ? `Write at most ${declared - 1}.`
        : 'Leave it out: that the only one is restarted alone is always so.';
    report(finding('SF225', place, message, { help }));
  }
  return least;
}

function readWait(written: string, at: YamlPath, report: Report): number {
  const milliseconds = parseDuration(written);
  if (milliseconds !== undefined && milliseconds >= SHORTEST_WAIT && milliseconds <= LONGEST_WAIT)
    return milliseconds;
  report(finding('SF204', at, `${quote(written)} is no duration from 1s to 720h`, { help: DURATION_HELP }));
  return DEFAULT_ROLLOUT.drainTimeout;
}
