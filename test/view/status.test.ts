import { describe, expect, it } from 'vitest';
import { formatStatus, statusJson } from '../../src/view/status.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { FARM, OBSERVATION } from './farm-samples.js';
import { NOW } from './samples.js';

const MINER_AWAY = {
  ...OBSERVATION,
  miner: {
    reached: false,
    diagnostic: { code: 'SF511', severity: 'error', message: 'the miner did not answer' },
  },
} as const;

describe('formatStatus', () => {
  it('shows workers, what they do and what they hold', () => {
    expect(formatStatus(FARM, OBSERVATION, { style: PLAIN, width: 100, now: NOW })).toMatchInlineSnapshot(`
      "Farm example: miner reached, 3 workers registered; 5 sectors, 4 of them on sealing paths; not in the
        file: old-worker

      HOST    WORKER     STATE          TASKS          JOBS
      host-1  worker-1   running        AP PC1 PC2 C2  1 PC2, 2 PC1, oldest 2h41m
          /mnt/nvme0/seal  seal                3 sectors  example-seal-group-1 → example-seal-group-1
      host-2  worker-2   running        AP PC1         idle
          /mnt/nvme0/seal  seal                1 sector   no group → example-seal-group-1
          /mnt/nvme1/seal  seal, not attached  -          no group → everybody
      host-2  worker-2b  not answering  -              -
      host-3  worker-3   drained        -              -
          by alice@laptop since 2026-02-28 09:00 UTC (1d3h): disk replacement
          /mnt/nvme0/seal  seal                1 sector   no group → example-seal-group-1
      host-4  worker-4   unreached      -              -
          /mnt/nvme0/seal  seal                -          no group → example-seal-group-1

      error SF407: worker-2b refused the connection
        host-2 worker-2b

      error SF404: cannot connect to host-4: connection refused
        host-4
        help: Is the machine up, and does SSH listen on port 22?"
    `);
  });

  it('fits a narrow terminal', () => {
    const text = formatStatus(FARM, OBSERVATION, { style: createStyle(true), width: 60, now: NOW });
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(text).toContain('\n    1 PC2, 2 PC1, oldest 2h41m\n');
  });

  it('says what is not known without the miner', () => {
    const text = formatStatus(FARM, MINER_AWAY, { style: PLAIN, width: 100, now: NOW });
    expect(text).toMatch(/^Farm example: miner not reached; jobs and sectors are not known\n/);
    expect(text).toContain('host-1  worker-1   running        AP PC1 PC2 C2  -\n');
    expect(text).toContain('\nerror SF511: the miner did not answer\n');
  });

  it('tells a worker that the miner does not know', () => {
    if (!OBSERVATION.miner.reached) throw new Error('the sample has a miner');
    const observation = { ...OBSERVATION, miner: { ...OBSERVATION.miner, workers: new Map() } };
    const states = statusJson(FARM, observation).workers.map(({ name, state }) => [name, state]);
    expect(states.slice(0, 2)).toEqual([
      ['worker-1', 'not registered'],
      ['worker-2', 'not registered'],
    ]);
  });
});

describe('statusJson', () => {
  it('has the same for machines', () => {
    const { workers, diagnostics, ...rest } = statusJson(FARM, OBSERVATION);
    expect(rest).toEqual({ formatVersion: 1, farm: 'example', miner: { reached: true } });
    expect(workers.map(({ name, state }) => [name, state])).toEqual([
      ['worker-1', 'running'],
      ['worker-2', 'running'],
      ['worker-2b', 'not answering'],
      ['worker-3', 'drained'],
      ['worker-4', 'unreached'],
    ]);
    expect(workers[0]).toEqual({
      host: 'host-1',
      name: 'worker-1',
      state: 'running',
      tasks: ['AP', 'PC1', 'PC2', 'C2'],
      jobs: [
        { task: 'PC2', sector: 's-t01000-2', since: '2026-03-01T11:40:00Z' },
        { task: 'PC1', sector: 's-t01000-3', since: '2026-03-01T09:19:00Z' },
        { task: 'PC1', sector: 's-t01000-4', since: '2026-03-01T11:59:56Z' },
      ],
      paths: [
        {
          path: '/mnt/nvme0/seal',
          seal: true,
          store: false,
          attached: true,
          sectors: 3,
          groups: ['example-seal-group-1'],
          allowTo: ['example-seal-group-1'],
        },
      ],
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['SF407', 'SF404']);
  });
});
