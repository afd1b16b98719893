import type { WrittenHost } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Host, Worker } from '../farm/farm.js';
import { differingKeys } from './differing.js';
import type { Imported } from './imported.js';
import { listed } from './report.js';

/** SF692 */
export function differences(name: string, farm: Farm, found: Farm): readonly Diagnostic[] {
  return (hostIn(farm, name)?.workers ?? []).flatMap((declared): Diagnostic[] => {
    const runs = workerIn(found, name, declared.name);
    const keys = runs === undefined ? [] : differingKeys(shown(declared, runs), runs);
    if (keys.length === 0) return [];
    return [
      {
        code: 'SF692',
        severity: 'note',
        message: `${declared.name} runs with another ${listed(keys)} than the file says; that stays as it is`,
        place: { kind: 'host', host: name, worker: declared.name },
        help: '`sealfarm plan` shows what apply would do about it.',
      },
    ];
  });
}

/** Of workers of the file, where that is not what the file says anyway. */
export function switchedOfKnown({ diagnostics }: Imported, farm: Farm, found: Farm): readonly Diagnostic[] {
  return diagnostics.flatMap((one): Diagnostic[] => {
    const { host = '', worker = '' } = one.place?.kind === 'host' ? one.place : {};
    const [declared, runs] = [workerIn(farm, host, worker), workerIn(found, host, worker)];
    if (declared === undefined || runs === undefined) return [];
    if (one.code === 'SF695') return [one];
    if (one.code === 'SF690') return [{ ...one, severity: 'note', message: NOT_ASKED }];
    if (one.code !== 'SF669' || !differingKeys(shown(declared, runs), runs).includes('tasks')) return [];
    const message = one.message.replace(/: so it is in the file, too$/, ', and the file says otherwise');
    return [
      {
        ...one,
        message,
        help: 'Apply goes by the file: write into `tasks` what is to stay, or use `sealfarm drain`.',
      },
    ];
  });
}

const NOT_ASKED =
  'whether tasks were switched by hand is not known, as it could not be asked: looked at is what it was started with';

/** Whatever it takes while it is drained, and to whom it opens its paths then. */
function shown(declared: Worker, { tasks, storage }: Worker): Worker {
  return declared.state === 'running' ? declared : { ...declared, state: 'running', tasks, storage };
}

export function withoutWorkers(host: string): Diagnostic {
  return {
    code: 'SF667',
    severity: 'warning',
    message: `${host} left out: no lotus-worker runs there that could be taken into the file`,
    place: { kind: 'host', host },
    help: 'Look with `pgrep -l lotus-worker` there; as another user than root say --sudo.',
  };
}

export function notPut(host: string, { workers = {} }: WrittenHost): Diagnostic {
  return {
    code: 'SF693',
    severity: 'warning',
    message: `${listed(Object.keys(workers))} left out: ${host} has no entry of its own in the file to write it into`,
    place: { kind: 'host', host },
    help: 'Take the host out of its range or alias, and update again.',
  };
}

export const NOWHERE: Diagnostic = {
  code: 'SF693',
  severity: 'warning',
  message:
    'all that is new left out: `hosts` or `storageGroups` of the file is an alias, or has nothing in it',
  help: 'Give both a mapping of their own in the file, and update again.',
};

export function hostIn({ hosts }: Farm, name: string): Host | undefined {
  return hosts.find((host) => host.name === name);
}

export function workerIn(farm: Farm, host: string, name: string): Worker | undefined {
  return hostIn(farm, host)?.workers.find((worker) => worker.name === name);
}
