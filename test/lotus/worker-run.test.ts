import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWorkerRun, type WorkerRun } from '../../src/lotus/worker-run.js';
import { DECLARABLE_TASKS, type TaskCode } from '../../src/lotus/task.js';

const ALWAYS: TaskCode[] = ['C1', 'FIN', 'FUS', 'FRU', 'GET', 'PR1'];
const run = (line: string, env: Record<string, string> = {}): WorkerRun =>
  readWorkerRun(line.split(' '), env);

describe('a worker that was told', () => {
  it('nothing has what Lotus gives it', () => {
    expect(run('run')).toEqual({
      listen: '0.0.0.0:3456',
      noLocalStorage: false,
      noSwap: false,
      gpuProving: true,
      parallelFetchLimit: 5,
      postParallelReads: 32,
      postReadTimeout: '0s',
      timeout: '30m',
      httpServerTimeout: '30s',
      tasks: ['AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU', 'PR2', 'GSK', 'DC', ...ALWAYS],
    });
  });

  it.each<[how: string, line: string, env: Record<string, string>, found: Partial<WorkerRun>]>([
    ['by a flag', '--worker-repo=/w run --listen 10.0.0.1:1', {}, { repo: '/w', listen: '10.0.0.1:1' }],
    ['with one dash', '-worker-repo /w run -name=a', {}, { repo: '/w', name: 'a' }],
    ['by a variable', 'run', { LOTUS_WORKER_PATH: '/w', LOTUS_WORKER_NAME: 'a' }, { repo: '/w', name: 'a' }],
    ['both, by the flag', 'run --name b', { LOTUS_WORKER_NAME: 'a' }, { name: 'b' }],
    [
      'in words of former times',
      '--workerrepo /w run --address 10.0.0.1:1',
      {},
      { repo: '/w', listen: '10.0.0.1:1' },
    ],
    ['by a variable of former times', 'run', { WORKER_PATH: '/w' }, { repo: '/w' }],
    [
      'by an old flag and a new variable',
      '--workerrepo /old run',
      { LOTUS_WORKER_PATH: '/new' },
      { repo: '/old' },
    ],
    ['an empty variable, nothing', 'run', { LOTUS_WORKER_LISTEN: '' }, { listen: '0.0.0.0:3456' }],
    ['to do without a GPU', '--enable-gpu-proving=false run', {}, { gpuProving: false }],
    ['how much to fetch', 'run --parallel-fetch-limit 2', {}, { parallelFetchLimit: 2 }],
    [
      'some tasks',
      'run --no-default --precommit1',
      { LOTUS_WORKER_COMMIT: 'true' },
      { tasks: ['PC1', 'C2', ...ALWAYS] },
    ],
  ])('%s', (_, line, env, found) => {
    expect(run(line, env)).toMatchObject(found);
  });

  it.each([
    ['a flag that Lotus does not know', 'run --no-such', 'not defined: -no-such'],
    ['a number that is none', 'run --parallel-fetch-limit many', 'could not parse "many"'],
    ['to do something else', '--worker-repo run info', 'does not run a worker: info'],
    ['nothing to do', '--worker-repo /w', 'does not run a worker: no command'],
  ])('%s is refused', (_, line, message) => {
    expect(() => run(line)).toThrow(message);
  });

  it('the same by flags or by variables does the same', () => {
    const flags = DECLARABLE_TASKS.filter(({ code, kind }) => kind === 'sealing' && code !== 'DC');
    fc.assert(
      fc.property(fc.subarray(flags), fc.boolean(), fc.boolean(), (chosen, noDefault, value) => {
        const words = chosen.map(({ name }) => `--${name}=${value}`);
        const env = Object.fromEntries(chosen.map(({ variable = '' }) => [variable, String(value)]));
        const byFlags = readWorkerRun(['run', `--no-default=${noDefault}`, ...words], {});
        expect(byFlags).toEqual(
          readWorkerRun(['run'], { ...env, LOTUS_WORKER_NO_DEFAULT: String(noDefault) }),
        );
      }),
    );
  });
});
