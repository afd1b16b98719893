import { beforeEach, describe, expect, it } from 'vitest';
import { expectedIn } from '../../src/apply/expected-end.js';
import type { DrainJob } from '../../src/drain/snapshot.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { aJob, sessionOf } from '../support/observation.js';
import { Scene } from './scene.js';

const MINUTE = 60_000;
let scene: Scene;
let asked: number;

beforeEach(() => {
  scene = new Scene();
  asked = 0;
});

/** In minutes from now; of jobs that began now. */
async function expectedOf(codes: readonly TaskCode[], before: readonly (readonly [TaskCode, number])[] = []) {
  const context = {
    ...scene.context,
    pastDurations: () => {
      asked += 1;
      return Promise.resolve(new Map(before.map(([code, minutes]) => [code, [minutes * MINUTE]] as const)));
    },
  };
  const blockers = codes.map((task) => ({ kind: 'job', job: aDrainJob(task) }) as const);
  const decision = { disable: [], enable: [], blockers, verdict: 'working' } as const;
  const expected = await expectedIn(context, decision, scene.observation.miner);
  return expected === undefined ? undefined : (Date.parse(expected) - context.now().getTime()) / MINUTE;
}

function aDrainJob(task: TaskCode): DrainJob {
  return { task, sector: 's-t01000-7', state: 'running', since: scene.context.now().toISOString() };
}

/** A look at a job that has gone by the next. */
async function seeOneEnd(task: TaskCode, minutes: number): Promise<void> {
  const Start = scene.context.now().toISOString();
  scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob(task, 9, { Start })]]]) });
  await expectedOf([]);
  await scene.context.sleep(minutes * MINUTE);
  scene.changeMiner({ jobs: new Map() });
  await expectedOf([]);
}

describe('the end of what is waited for', () => {
  it('is known from the first look on where the past tells of it', async () => {
    expect(await expectedOf(['PC1'], [['PC1', 200]])).toBe(200); // prettier-ignore
    expect(await expectedOf(['PC1', 'C2'], [['PC1', 200]])).toBeUndefined(); // prettier-ignore
    expect(asked).toBe(2);
  });

  it('goes by what was seen, and asks nobody then', async () => {
    await seeOneEnd('PC1', 30);
    expect(await expectedOf(['PC1'], [['PC1', 200]])).toBe(30); // prettier-ignore
    expect(asked).toBe(0);
    expect(await expectedOf(['PC1', 'PC2'], [['PC1', 200], ['PC2', 20]])).toBe(30); // prettier-ignore
    expect(asked).toBe(1);
  });

  it('is not said once it is over', async () => {
    const job = aDrainJob('PC1');
    await scene.context.sleep(MINUTE);
    const context = {
      ...scene.context,
      pastDurations: () => Promise.resolve(new Map([['PC1', [MINUTE]]] as const)),
    };
    const decision = {
      disable: [],
      enable: [],
      blockers: [{ kind: 'job', job }],
      verdict: 'working',
    } as const;
    expect(await expectedIn(context, decision, scene.observation.miner)).toBeUndefined();
  });

  it('is known to nobody while the miner is away', async () => {
    const away = {
      reached: false,
      diagnostic: { code: 'SF511', severity: 'error', message: 'gone' },
    } as const;
    const blockers = [{ kind: 'job', job: aDrainJob('PC1') }] as const;
    const decision = { disable: [], enable: [], blockers, verdict: 'working' } as const;
    expect(await expectedIn(scene.context, decision, away)).toBeUndefined();
  });
});
