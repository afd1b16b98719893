import { describe, expect, it } from 'vitest';
import { formatReport, reportJson } from '../../src/view/report.js';
import { PLAIN } from '../../src/view/style.js';
import { RESTART, WRITE } from './event-samples.js';
import { unreached } from './samples.js';

const REPORT = {
  done: [WRITE],
  failed: ['host-4', 'host-5'].map((host) => ({ step: { ...WRITE, host }, diagnostic: unreached(host) })),
  skipped: [RESTART],
  pending: [],
};

describe('formatReport', () => {
  it('says that all is done', () => {
    expect(formatReport({ done: [WRITE, RESTART], failed: [], skipped: [], pending: [] }, PLAIN)).toBe(
      'Applied: 2 steps done.',
    );
  });

  it('shows every failure and what was not begun', () => {
    expect(formatReport(REPORT, PLAIN)).toBe(`error SF404: cannot connect to host-4: connection refused
  host-4
  likewise host-5
  help: Is the machine up, and does SSH listen on port 22?

Not begun:
  host-1: restart worker-1

Applied: 1 step done, 2 failed, 1 not begun. Run the same command again to go on.`);
  });

  it('names what is left for the next run', () => {
    expect(formatReport({ done: [WRITE], failed: [], skipped: [], pending: [RESTART] }, PLAIN))
      .toBe(`Pending until their workers are quiet:
  host-1: restart worker-1

Applied: 1 step done, 1 pending. Run the same command again to go on.`);
  });

  it('is the same for machines', () => {
    const json = reportJson(REPORT);
    expect(json.type).toBe('report');
    expect(json.done.map(({ id }) => id)).toEqual(['worker-1/write-file']);
    expect(json.skipped.map(({ id }) => id)).toEqual(['worker-1/restart']);
    expect(reportJson({ ...REPORT, pending: [RESTART] }).pending.map(({ id }) => id)).toEqual([
      'worker-1/restart',
    ]);
    expect(json.failed.map(({ step, diagnostic }) => [step.host, diagnostic.code])).toEqual([
      ['host-4', 'SF404'],
      ['host-5', 'SF404'],
    ]);
  });
});
