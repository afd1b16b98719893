import { describe, expect, it } from 'vitest';
import type { Blocker, DrainDecision } from '../../src/drain/step.js';
import { drainsJson, formatDrains, type DrainStatus } from '../../src/view/drains.js';
import { PLAIN } from '../../src/view/style.js';
import { held, jobBlocker } from './event-samples.js';

const NOW = new Date('2026-03-01T14:41:00Z');
const INTENT = { who: 'alice@laptop', when: '2026-03-01T12:00:00.000Z', why: 'new NVMe' };

const WAITING: readonly Blocker[] = [
  jobBlocker('PC1', 3),
  {
    kind: 'sector',
    sector: { ...held(5, 'WaitSeed'), since: '2026-03-01T14:00:00Z' },
    waitsFor: { on: 'seed' },
  },
];

const STUCK: Blocker = {
  kind: 'stranded',
  sector: held(3, 'PreCommit2'),
  task: 'PC2',
  allowTo: ['group-1'],
  able: [{ worker: 'worker-2', groups: ['group-2'] }],
};

function decision(overrides: Partial<DrainDecision> = {}): DrainDecision {
  return { disable: [], enable: [], blockers: [], verdict: 'done', ...overrides };
}

function drain(overrides: Partial<DrainStatus> = {}): DrainStatus {
  return { host: 'host-3', worker: 'worker-3', goal: 'empty', intent: INTENT, runs: true, ...overrides };
}

function shown(drains: readonly DrainStatus[], width = 100): readonly string[] {
  return formatDrains(drains, { style: PLAIN, width, now: NOW }).split('\n');
}

describe('formatDrains', () => {
  it('says who drains a worker, since when and why, and what is in the way, each with since when', () => {
    const working = drain({ decision: decision({ verdict: 'working', blockers: WAITING }) });
    expect(shown([working])).toEqual([
      'host-3  worker-3  draining until empty',
      '    by alice@laptop since 12:00 UTC (2h41m): new NVMe',
      '    PC1 of s-t01000-3 (running), since 2h41m',
      '    s-t01000-5 in WaitSeed on /mnt/nvme0/seal (waits for its seed, up to 75 minutes), since 41m',
    ]);
  });

  it('keeps a reason on one line, as one that forges another worker', () => {
    const forged = drain({ intent: { ...INTENT, why: 'x\nhost-9  worker-9  empty' }, decision: decision() });
    expect(shown([forged])).toEqual([
      'host-3  worker-3  empty',
      '    by alice@laptop since 12:00 UTC (2h41m): x host-9  worker-9  empty',
    ]);
  });

  it('says what a drain would do that nobody has asked for yet', () => {
    const { intent: _, ...asked } = drain({
      decision: decision({ verdict: 'working', disable: ['AP', 'PC1'], blockers: [jobBlocker('PC1', 3)] }),
    });
    expect(shown([asked])).toEqual([
      'host-3  worker-3  would be drained',
      '    would switch off now: AP PC1',
      '    PC1 of s-t01000-3 (running), since 2h41m',
    ]);
  });

  it('says what can never end, and the group that would free it', () => {
    const never = drain({
      decision: decision({
        verdict: 'never',
        blockers: [STUCK],
        proposal: { allowTo: ['group-2'], frees: ['s-t01000-3'] },
      }),
    });
    expect(shown([never], 60)).toEqual([
      'host-3  worker-3  can never get empty as things are',
      '    by alice@laptop since 12:00 UTC (2h41m): new NVMe',
      '    s-t01000-3 in PreCommit2 on /mnt/nvme0/seal needs PC2,',
      '      which no worker may take: its path allows group-1; it',
      '      is a task of worker-2 (group-2)',
      '    `--resolve allow-to=group-2` lets 1 sector go on:',
      '      s-t01000-3',
    ]);
  });

  it('tells apart what is empty, what is stopped as well, and what nobody can say', () => {
    const lines = shown([
      drain({ decision: decision() }),
      drain({ worker: 'worker-4', runs: false, goal: 'quiet', decision: decision() }),
      drain({ worker: 'worker-5' }),
    ]);
    expect(lines.filter((line) => line.startsWith('host-3'))).toEqual([
      'host-3  worker-3  empty',
      'host-3  worker-4  quiet and stopped',
      'host-3  worker-5  not known: its host, the miner or its node does not answer',
    ]);
  });

  it('says that there is none', () => {
    expect(shown([])).toEqual(['No worker is drained.']);
  });

  it('makes hostile words harmless', () => {
    const text = shown([drain({ intent: { ...INTENT, why: '\u001b[2Jgone' } })]).join('\n');
    expect(text).not.toContain('\u001b');
  });
});

it('gives programs all of it', () => {
  const never = drain({ decision: decision({ verdict: 'never', blockers: [STUCK] }) });
  expect(JSON.parse(JSON.stringify(drainsJson('farm-1', [never, drain({ worker: 'worker-4' })])))).toEqual({
    formatVersion: 1,
    farm: 'farm-1',
    drains: [
      {
        host: 'host-3',
        worker: 'worker-3',
        goal: 'empty',
        intent: INTENT,
        runs: true,
        disable: [],
        enable: [],
        verdict: 'never',
        blockers: [
          {
            ...STUCK,
            sector: {
              sector: 's-t01000-3',
              types: ['sealed', 'cache'],
              paths: ['/mnt/nvme0/seal'],
              elsewhere: ['C2'],
              state: 'PreCommit2',
              allowTo: ['group-1'],
            },
          },
        ],
      },
      { host: 'host-3', worker: 'worker-4', goal: 'empty', intent: INTENT, runs: true },
    ],
  });
});
