import type { DesiredWorker } from '../../src/desired/desired.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import type { ForeignStart, ObservedProcess } from '../../src/observed/observed.js';
import type { Starter } from '../../src/observed/starter.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { changeProcess } from './observation.js';

/** What a worker was told by somebody else. */
export interface ToldWorker {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly starter?: Starter;
  readonly told?: Partial<ForeignStart>;
  /** It has not written yet where it listens. */
  readonly waits?: true;
}

/** With nothing that sealfarm alone writes. */
export function withoutOurs(env: DesiredWorker['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env
      .filter(({ name }) => !name.startsWith('SEALFARM_'))
      .map(({ name, value }) => [name, reveal(value)] as const),
  );
}

/** The same process, as somebody else started it. */
export function startedBy({ args = ['run'], env = {}, starter, told, waits }: ToldWorker) {
  return changeProcess((process: ObservedProcess): ObservedProcess => {
    const environ = new Map(Object.entries(env).map(([name, value]) => [name, new Secret(value)]));
    return {
      ...process,
      manager: 'foreign',
      environ,
      told: {
        args,
        program: '/usr/local/bin/lotus-worker',
        environ,
        cwd: '/root',
        user: 'root',
        hostname: 'seal-1',
        cpus: '0-63',
        allCpus: '0-63',
        files: 1_048_576,
        starter: starter ?? { kind: 'tmux', session: '0' },
        since: 1_767_323_045,
        ticks: '4711',
        run: readWorkerRun(args, env),
        ...(waits === true ? {} : { listens: '10.0.0.11:3456' }),
        ...told,
      },
    };
  });
}
