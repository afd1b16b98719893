import { describe, expect, it } from 'vitest';
import { comeToRest, type AtRest, type RestRequest } from '../../src/apply/come-to-rest.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { DueProof } from '../../src/drain/snapshot.js';
import type { StorageDeclaration } from '../../src/farm/farm.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { aDiagnostic, idOf, sessionOf, workerStats } from '../support/observation.js';
import { Scene, START } from './scene.js';

const DUE: DueProof = { index: 7, isOpen: true, over: START };

/** A worker with these tasks, and what the miner's machine answers, one after the other and then the last for ever. */
class Rest {
  readonly scene: Scene;
  readonly verdicts: string[] = [];
  asked = 0;
  rules: { readonly detach?: boolean } = {};
  readonly #tasks: readonly TaskCode[];
  readonly #answers: Result<DueProof | undefined>[];

  constructor(
    tasks: readonly TaskCode[],
    storage: readonly StorageDeclaration[],
    ...answers: Result<DueProof | undefined>[]
  ) {
    this.#tasks = tasks;
    this.#answers = answers;
    const worker = aWorker({ name: 'worker-1', tasks, storage });
    this.scene = new Scene(aFarm({ hosts: [aHost({ name: 'host-1', workers: [worker] })] }));
  }

  come(more: Partial<Pick<RestRequest, 'despiteProofs' | 'deadline'>> = {}): Promise<Result<AtRest>> {
    const proofDue = (): Promise<Result<DueProof | undefined>> => {
      const answer = this.#answers[Math.min(this.asked, this.#answers.length - 1)];
      this.asked += 1;
      return Promise.resolve(answer ?? success(undefined));
    };
    const { context: usual } = this.scene;
    const rules = { ...usual.rules, ...this.rules };
    const context = { ...usual, rules, ...(this.#answers.length === 0 ? {} : { proofDue }) };
    return comeToRest(context, {
      host: 'host-1',
      worker: 'worker-1',
      goal: 'quiet',
      tasks: this.#tasks,
      deadline: 20_000,
      drains: false,
      ...more,
      onLook: ({ verdict, blockers }) =>
        this.verdicts.push([verdict, ...blockers.map(({ kind }) => kind)].join(' ')),
    });
  }
}

describe('a worker for WindowPoSt comes to rest', () => {
  it('when no proof is due any more', async () => {
    const rest = new Rest(['WDP'], [], success(DUE), success(DUE), success(undefined));
    expect(await rest.come()).toMatchObject({ ok: true });
    expect(rest.verdicts).toEqual(['working proof-due', 'working proof-due', 'done']);
  });

  it('not in time where one is due all the time, and says which', async () => {
    const late = await new Rest(['WDP'], [], success(DUE)).come();
    expect(late).toMatchObject({ diagnostic: { code: 'SF604' } });
    expect(JSON.stringify(late)).toContain('still there: the WindowPoSt of deadline 7');
  });

  it('and nobody is asked as long as it computes one', async () => {
    const rest = new Rest(['WDP'], [], success(undefined));
    const proves = (count: number): void => {
      const stats = { ...workerStats('worker-1', ['WDP']), TaskCounts: { '8:post/v0/windowproof': count } };
      rest.scene.changeMiner({ workers: new Map([[sessionOf('worker-1'), stats]]) });
    };
    proves(1);
    rest.scene.before = (call) => {
      if (call === 'sleep 1500') proves(0);
    };
    expect(await rest.come()).toMatchObject({ ok: true });
    expect(rest.verdicts).toEqual(['working post', 'working post', 'done']);
    expect(rest.asked).toBe(1);
  });

  it('not where the miner cannot tell, which may change; a detached command does not wait for that', async () => {
    const untold = failure({ ...aDiagnostic('no node'), code: 'SF586' });
    const rest = new Rest(['WDP'], [], untold);
    rest.rules = { detach: true };
    expect(await rest.come()).toEqual(untold);
    expect(rest.asked).toBe(1);
    expect(await new Rest(['WDP'], [], untold).come()).toEqual(untold);
    expect(await new Rest(['WDP'], [], untold, success(undefined)).come()).toMatchObject({ ok: true });
    const late = new Rest(['WDP'], [], untold);
    expect(await late.come({ deadline: 1000 })).toEqual(untold);
    expect(late.scene.passed).toBeLessThan(late.scene.context.times.patience);
  });

  it('where a person wants it stopped, as soon as it computes none', async () => {
    const rest = new Rest(['WDP'], [], success(DUE));
    expect(await rest.come({ despiteProofs: true })).toMatchObject({ ok: true });
    expect(rest.asked).toBe(0);
  });

  it('and says how the wait ends where one is due for ever', async () => {
    const { over: _, ...always } = DUE;
    const late = JSON.stringify(await new Rest(['WDP'], [], success(always)).come());
    expect(late).toContain('miner.restartMargin');
    expect(late).toContain('--on-deadline stop');
  });

  it('at once where the file does not say on which machine the miner is', async () => {
    expect(await new Rest(['WDP'], []).come()).toMatchObject({ ok: true });
  });
});

it('a worker from whose long-term storage proofs are read comes to rest when none is due', async () => {
  const store = aStorage({ path: '/mnt/store', seal: false, store: true });
  const rest = new Rest([], [store], success(DUE), success(undefined));
  const finished = [{ Miner: 1000, Number: 7, SectorFileType: FILE_TYPES.sealed | FILE_TYPES.cache }];
  rest.scene.changeMiner({ sectors: new Map([[idOf('host-1', '/mnt/store'), finished]]) });
  expect(await rest.come()).toMatchObject({ ok: true });
  expect(rest.verdicts).toEqual(['working proof-due', 'done']);
});

it('another worker comes to rest without a question', async () => {
  const rest = new Rest(['WNP'], [], success(DUE));
  expect(await rest.come()).toMatchObject({ ok: true });
  expect(rest.asked).toBe(0);
});
