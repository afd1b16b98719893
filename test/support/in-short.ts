import type { WrittenStoragePath, WrittenWorker } from '../../src/config/written.gen.js';
import type { Proposal } from '../../src/propose/proposal.js';

/** Each worker of a proposal in one line, by `HOST/WORKER`; a host without one by its name. */
export function inShort({ farm }: Proposal): Readonly<Record<string, string>> {
  const entries = Object.entries(farm.hosts).flatMap(([host, { workers }]): [string, string][] =>
    workers === undefined
      ? [[host, 'no worker']]
      : Object.entries(workers).map(([name, worker]) => [`${host}/${name}`, workerWords(worker)]),
  );
  return Object.fromEntries(entries);
}

const CODES: Readonly<Record<string, string>> = {
  addpiece: 'AP',
  precommit1: 'PC1',
  precommit2: 'PC2',
  commit: 'C2',
};

function workerWords({ tasks = [], limits = {}, resources = {}, ...worker }: WrittenWorker): string {
  const done = tasks.map((name) => {
    const code = CODES[name] ?? name;
    const most = limits[code] === undefined ? '' : `x${limits[code]}`;
    const threads = resources[code]?.maxParallelism;
    return `${code}${most}${threads === undefined ? '' : `/${threads}`}`;
  });
  const { gpus, cpus, multicoreSdr } = worker;
  return [
    ...done,
    ...(multicoreSdr === undefined
      ? []
      : [multicoreSdr === true ? 'sdr' : `sdr ${JSON.stringify(multicoreSdr)}`]),
    ...(gpus === undefined ? [] : [`gpus ${typeof gpus === 'string' ? gpus : gpus.join(',')}`]),
    ...(cpus === undefined ? [] : [`cpus ${cpus}`]),
    ...[worker.parentCache, worker.parameterCache].flatMap((folder) => folder ?? []),
    ...(worker.storage ?? []).map(pathWords),
  ].join(' ');
}

function pathWords({ path, groups = [], allowTo = [], mount }: WrittenStoragePath): string {
  const lists = groups.length + allowTo.length === 0 ? '' : `{${groups.join(',')}>${allowTo.join(',')}}`;
  return `${path}${lists}${mount === undefined ? '' : ` ${mount}`}`;
}
