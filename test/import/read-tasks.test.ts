import { describe, expect, it } from 'vitest';
import { readTasks } from '../../src/import/read-tasks.js';
import type { Loss } from '../../src/import/report.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { aFoundHost } from '../support/found-host.js';

/** Of a worker that was started with these flags, and takes these tasks now. */
function tasksOf(args: readonly string[], now: readonly TaskCode[] | undefined) {
  const [worker] = aFoundHost([{ args }]).workers;
  if (worker === undefined) throw new Error('no worker');
  const { tasks: _, ...rest } = worker;
  const losses: Loss[] = [];
  const tasks = readTasks(
    {
      worker: now === undefined ? rest : { ...rest, tasks: new Set(now) },
      run: readWorkerRun(args, {}),
    },
    (loss) => losses.push(loss),
  );
  return { tasks, said: losses.map(({ code, message }) => `${code} ${message}`) };
}

const PC = ['run', '--no-default', '--addpiece', '--precommit1', '--precommit2'];

describe('tasks of a running worker', () => {
  it('are those it was started with, where nobody has switched any', () => {
    const kept: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C1', 'FIN', 'GET'];
    expect(tasksOf(PC, kept)).toEqual({ tasks: ['addpiece', 'precommit1', 'precommit2'], said: [] });
  });

  it('are those it takes now, where somebody has', () => {
    const { tasks, said } = tasksOf(PC, ['PC2', 'C2', 'C1', 'FIN']);
    expect(tasks).toEqual(['precommit2', 'commit']);
    expect(said).toEqual([
      'SF669 addpiece and precommit1 switched off and commit switched on by hand since it was started: so it is in the file, too',
    ]);
    expect(tasksOf(PC, ['C1']).tasks).toEqual([]);
  });

  it('that nobody can switch are as it was told', () => {
    const post = ['run', '--windowpost'];
    expect(tasksOf(post, [])).toEqual({ tasks: ['windowpost'], said: [] });
  });

  it('are those it was started with where it could not be asked, which is said', () => {
    const { tasks, said } = tasksOf(PC, undefined);
    expect(tasks).toEqual(['addpiece', 'precommit1', 'precommit2']);
    expect(said).toMatchObject([expect.stringMatching(/^SF690 .*could not be asked/)]);
  });
});
