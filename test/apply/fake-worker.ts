import { success, type Result } from '../../src/diagnostic/result.js';
import { task, taskByRpc, type TaskCode } from '../../src/lotus/task.js';
import type { WorkerLive } from '../../src/observed/observed.js';
import type { WorkerApi } from '../../src/rpc/worker-api.js';
import { notAsked } from './not-asked.js';
import type { Scene } from './scene.js';

/** A worker of the scene: it does what it is told, and the scene shows it. */
export function fakeWorker(scene: Scene, worker: string): WorkerApi {
  const live = (): WorkerLive => {
    const now = scene.live(worker);
    if (now === undefined) throw new Error(`${worker} was called while it does not answer`);
    return now;
  };
  const tell = (
    what: string,
    change: (before: WorkerLive) => Partial<WorkerLive>,
  ): Promise<Result<undefined>> =>
    scene.call(`${worker} ${what}`, undefined, () => {
      scene.changeLive(worker, change);
    });
  const switched = (rpc: string, on: boolean): Promise<Result<undefined>> => {
    const code = codeOf(rpc);
    return tell(`${on ? 'enable' : 'disable'} ${code}`, ({ tasks }) => ({
      tasks: new Set(on ? [...tasks, code] : [...tasks].filter((task) => task !== code)),
    }));
  };
  const without = (path: string) => (before: WorkerLive) => ({
    paths: before.paths.filter(({ LocalPath }) => LocalPath !== path),
  });
  return {
    ...notAsked(['version', 'info', 'session', 'processSession', 'shutdown']),
    taskTypes: () => Promise.resolve(success([...live().tasks].map((code) => task(code).rpc))),
    paths: () => Promise.resolve(success(live().paths)),
    taskEnable: (rpc) => switched(rpc, true),
    taskDisable: (rpc) => switched(rpc, false),
    storageAddLocal: (path) =>
      tell(`add ${path}`, ({ paths }) => ({
        paths: [
          ...paths,
          { ID: `id-of-${path}`, LocalPath: path, Weight: 10, CanSeal: true, CanStore: false },
        ],
      })),
    storageDetachLocal: (path) => tell(`detach ${path}`, without(path)),
    storageDetachAll: () => tell('detach-all', () => ({ paths: [] })),
    storageRedeclareLocal: (id, dropMissing) =>
      tell(`redeclare ${id} drop-missing=${String(dropMissing)}`, () => ({})),
  };
}

function codeOf(rpc: string): TaskCode {
  const found = taskByRpc(rpc);
  if (found === undefined) throw new Error(`no task ${rpc}`);
  return found.code;
}
