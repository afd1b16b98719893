import { describe, expect, it } from 'vitest';
import { comeToRest, type AtRest } from '../../src/apply/come-to-rest.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { DueProof } from '../../src/drain/snapshot.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { aDiagnostic, aJob, sessionOf } from '../support/observation.js';
import { Scene, START } from './scene.js';

const DUE: DueProof = { index: 7, isOpen: true, over: START };

/** A worker with these tasks, and what the miner's machine answers, one after the other and then the last for ever. */
class Rest {
  readonly scene: Scene;
  readonly verdicts: string[] = [];
  asked = 0;
  readonly #tasks: readonly TaskCode[];
  readonly #answers: Result<DueProof | undefined>[];

  constructor(tasks: readonly TaskCode[], ...answers: Result<DueProof | undefined>[]) {
    this.#tasks = tasks;
    this.#answers = answers;
    const worker = aWorker({ name: 'worker-1', tasks, storage: [] });
    this.scene = new Scene(aFarm({ hosts: [aHost({ name: 'host-1', workers: [worker] })] }));
  }

  come(): Promise<Result<AtRest>> {
    const proofDue = (): Promise<Result<DueProof | undefined>> => {
      const answer = this.#answers[Math.min(this.asked, this.#answers.length - 1)];
      this.asked += 1;
      return Promise.resolve(answer ?? success(undefined));
    };
    const context = { ...this.scene.context, ...(this.#answers.length === 0 ? {} : { proofDue }) };
    return comeToRest(context, {
      host: 'host-1',
      worker: 'worker-1',
      goal: 'quiet',
      tasks: this.#tasks,
      deadline: 20_000,
      drains: false,
      onLook: ({ verdict, blockers }) =>
        this.verdicts.push([verdict, ...blockers.map(({ kind }) => kind)].join(' ')),
    });
  }
}

describe('a worker for WindowPoSt comes to rest', () => {
  it('when no proof is due any more', async () => {
    const rest = new Rest(['WDP'], success(DUE), success(DUE), success(undefined));
    expect(await rest.come()).toMatchObject({ ok: true });
    expect(rest.verdicts).toEqual(['working proof-due', 'working proof-due', 'done']);
  });

  it('not in time where one is due all the time, and says which', async () => {
    const late = await new Rest(['WDP'], success(DUE)).come();
    expect(late).toMatchObject({ diagnostic: { code: 'SF604' } });
    expect(JSON.stringify(late)).toContain('still there: the WindowPoSt of deadline 7');
  });

  it('and nobody is asked as long as it works', async () => {
    const rest = new Rest(['WDP'], success(undefined));
    rest.scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('WDP', 0)]]]) });
    rest.scene.before = (call) => {
      if (call === 'sleep 1500') rest.scene.changeMiner({ jobs: new Map() });
    };
    expect(await rest.come()).toMatchObject({ ok: true });
    expect(rest.verdicts).toEqual(['working job', 'working job', 'done']);
    expect(rest.asked).toBe(1);
  });

  it('not where the miner cannot tell, which may change', async () => {
    const untold = failure(aDiagnostic('no node'));
    expect(await new Rest(['WDP'], untold).come()).toEqual(untold);
    expect(await new Rest(['WDP'], untold, success(undefined)).come()).toMatchObject({ ok: true });
  });

  it('at once where the file does not say on which machine the miner is', async () => {
    expect(await new Rest(['WDP']).come()).toMatchObject({ ok: true });
  });
});

it('another worker comes to rest without a question', async () => {
  const rest = new Rest(['WNP'], success(DUE));
  expect(await rest.come()).toMatchObject({ ok: true });
  expect(rest.asked).toBe(0);
});
