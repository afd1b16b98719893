import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DeclaredState, Farm } from '../../src/farm/farm.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { formatStatus, statusJson } from '../../src/view/status.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { aFarm, aHost, aWorker, farmOf, TOKEN } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import {
  aJob,
  changeLive,
  changeWorker,
  drained,
  inPlace,
  sessionOf,
  stopped,
} from '../support/observation.js';
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
          by alice@laptop since 2026-02-28 09:00 UTC (1d3h): disk replacement; the file says running
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
    const states = statusJson(FARM, observation, NOW).workers.map(({ name, state }) => [name, state]);
    expect(states.slice(0, 2)).toEqual([
      ['worker-1', 'not registered'],
      ['worker-2', 'not registered'],
    ]);
  });
});

/** The farm's file and what is seen, with worker-1 as it says. */
function withState(state: DeclaredState, change: Parameters<typeof changeWorker>[2]): [Farm, Observation] {
  const farm = farmOf({ state });
  return [farm, changeWorker(inPlace(farm), 'worker-1', change)];
}

const atRest = changeLive((live) => ({ ...live, tasks: new Set() }));

function shown([farm, seen]: [Farm, Observation]): readonly string[] {
  const text = formatStatus(farm, seen, { style: PLAIN, width: 100, now: NOW });
  return text
    .split('\n')
    .slice(3, 5)
    .map((line) => line.trim().replace(/ +/g, ' '));
}

const NOTED = { who: 'sealfarm.yaml', when: '2026-02-28T09:00:00Z', tasks: ['PC1'], reached: true } as const;

describe('a drain in the status', () => {
  it('of the file is said to be of the file', () => {
    const [farm, seen] = withState('drained', (worker) => worker);
    expect(shown([farm, drained(seen, 'worker-1', NOTED)])).toEqual([
      'host-1 worker-1 draining AP PC1 PC2 C2 -',
      'by sealfarm.yaml since 2026-02-28 09:00 UTC (1d3h): state: drained',
    ]);
    expect(shown(withState('drained', atRest))).toEqual([
      'host-1 worker-1 drained none -',
      'by sealfarm.yaml: state: drained',
    ]);
    expect(shown(withState('stopped', stopped))).toEqual([
      'host-1 worker-1 stopped - -',
      'by sealfarm.yaml: state: stopped',
    ]);
  });

  it('of a person stands beside what the file says', () => {
    const [farm, seen] = withState('running', atRest);
    const asked = { who: 'alice@laptop', when: '2026-02-28T09:00:00Z', why: 'new disk' };
    expect(shown([farm, drained(seen, 'worker-1', asked)])).toEqual([
      'host-1 worker-1 drained none -',
      'by alice@laptop since 2026-02-28 09:00 UTC (1d3h): new disk; the file says running',
    ]);
  });

  it('is none where the file wanted it before, and wants it no more', () => {
    const [farm, seen] = withState('running', (worker) => worker);
    const [worker] = statusJson(farm, drained(seen, 'worker-1', NOTED), NOW).workers;
    expect(worker).toMatchObject({ state: 'running', declared: 'running' });
    expect(worker).not.toHaveProperty('drain');
  });

  it('is the same for machines, and how long it has been so', () => {
    const [farm, seen] = withState('drained', atRest);
    const [worker] = statusJson(farm, drained(seen, 'worker-1', NOTED), NOW).workers;
    expect(worker?.drain).toEqual({
      who: 'sealfarm.yaml',
      when: '2026-02-28T09:00:00Z',
      seconds: 27 * 3600 + 6,
      why: 'state: drained',
      fromFile: true,
    });
  });

  it.each(['a sector', 'a job', 'a task'])('is not over while it has %s', (what) => {
    const [farm, seen] = withState('drained', what === 'a task' ? (worker) => worker : atRest);
    const miner = seen.miner as ObservedMiner;
    const [id = ''] = miner.storage.keys();
    const sectors = new Map([[id, [{ Miner: 1000, Number: 7, SectorFileType: 2 }]]]);
    const jobs = new Map([[sessionOf('worker-1'), [aJob('PC2', 7)]]]);
    const held = what === 'a sector' ? { sectors } : what === 'a job' ? { jobs } : {};
    const [worker] = statusJson(farm, { ...seen, miner: { ...miner, ...held } }, NOW).workers;
    expect(worker?.state).toBe('draining');
  });
});

describe('a worker that has left the file', () => {
  const before = aFarm({ hosts: [aHost({ workers: [aWorker(), aWorker({ name: 'worker-2' })] })] });
  const seen = asDeclared(desire(before, TOKEN, new Map()), desire(farmOf({}), TOKEN, new Map()));

  it('is shown with what it still holds', () => {
    const text = formatStatus(farmOf({}), seen, { style: PLAIN, width: 100, now: NOW });
    expect(text).toMatch(/\nhost-1 +worker-2 +leaving +AP PC1 PC2 C2 +-\n +it is in the file no more: apply/);
    const worker = statusJson(farmOf({}), seen, NOW).workers[1];
    expect(worker).toMatchObject({
      name: 'worker-2',
      state: 'leaving',
      paths: [{ path: '/mnt/nvme0/seal', seal: true, attached: true, sectors: 0 }],
    });
    expect(worker).not.toHaveProperty('declared');
  });

  it('is not leaving where it only has another name', () => {
    const farm = farmOf({ renamedFrom: 'worker-2' });
    expect(statusJson(farm, seen, NOW).workers.map(({ name }) => name)).toEqual(['worker-1']);
  });
});

describe('statusJson', () => {
  it('has the same for machines', () => {
    const { workers, diagnostics, ...rest } = statusJson(FARM, OBSERVATION, NOW);
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
      declared: 'running',
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

describe('a worker that somebody else started', () => {
  const farm = farmOf({});
  const seen = changeWorker(
    inPlace(farm),
    'worker-1',
    startedBy({ starter: { kind: 'tmux', session: '0' } }),
  );
  const host = seen.hosts.get('host-1');
  const bare = {
    ...seen,
    hosts: new Map([...seen.hosts].map(([name, one]) => [name, { ...one, manifest: undefined }] as const)),
  } as unknown as Observation;

  it("is told from those that are sealfarm's by their files", () => {
    expect(host?.reached === true ? host.manifest?.workers : undefined).toContain('worker-1');
    const lines = (observation: Observation): string =>
      formatStatus(farm, observation, { style: PLAIN, width: 200, now: NOW });
    expect(lines(bare)).toMatch(
      /worker-1 .*\n {4}not sealfarm's yet: started by tmux session 0 since .*; apply takes it over, the plan says how\n/,
    );
    expect(lines(seen)).toMatch(/worker-1 .*\n {4}still runs as it was started, by tmux session 0 since /);
    expect(lines(inPlace(farm))).not.toContain('started');
  });

  it('is so for programs, too', () => {
    const ofWorker = (observation: Observation) => statusJson(farm, observation, NOW).workers[0]?.foreign;
    const started = { starter: 'tmux session 0', since: '2026-01-02T03:04:05.000Z' };
    expect(ofWorker(bare)).toEqual({ ...started, adopted: false });
    expect(ofWorker(seen)).toEqual({ ...started, adopted: true });
    expect(ofWorker(inPlace(farm))).toBeUndefined();
  });
});
