import { expect, it } from 'vitest';
import { workerLayout } from '../../src/host/layout.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { withDeclaredNames } from '../../src/observed/declared-names.js';
import type { DepartedWorker, Observation } from '../../src/observed/observed.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import {
  aJob,
  changeMiner,
  changeWorker,
  inPlace,
  sessionOf,
  stopped,
  workerStats,
} from '../support/observation.js';
import { codes, plan, summary } from '../support/plan.js';

const farmOf = (name: string, renamedFrom?: string) =>
  aFarm({
    hosts: [
      aHost({
        workers: [
          aWorker({ name, repo: '/data/repo', ...(renamedFrom === undefined ? {} : { renamedFrom }) }),
        ],
      }),
    ],
  });

/** The host as it is with what is left of a worker of another name in the same repo. */
function withDeparted(seen: Observation, departed: DepartedWorker): Observation {
  const host = seen.hosts.get('host-1');
  if (host?.reached !== true) throw new Error('no host');
  return { ...seen, hosts: new Map([['host-1', { ...host, departed: new Map([['worker-1', departed]]) }]]) };
}

it('a worker that is renamed while it runs as somebody else started it goes on, and its old files go', () => {
  const farm = farmOf('worker-2', 'worker-1');
  const placed = inPlace(farm);
  const told = { told: { run: readWorkerRun(['run', '--name', 'worker-1'], {}) } };
  const running = changeWorker(placed, 'worker-2', startedBy(told));
  const session = sessionOf('worker-2');
  const busy = changeMiner(running, {
    workers: new Map([[session, workerStats('worker-1', [])]]),
    jobs: new Map([[session, [aJob('PC1', 1)]]]),
  });
  const seen = { ...busy, miner: withDeclaredNames(busy.hosts, busy.miner) };
  const host = placed.hosts.get('host-1');
  const own = host?.reached === true ? host.workers.get('worker-2') : undefined;
  if (own === undefined) throw new Error('no worker');
  const files = workerLayout(aHost(), { name: 'worker-1', repo: '/data/repo' });
  const made = plan(
    farm,
    withDeparted(seen, { ...stopped(own), files, repo: '/data/repo', listen: '10.0.0.11:3456' }),
  );
  expect(codes(made)).toEqual([]);
  expect(summary(made)).toEqual(['remove-worker: none, removed-from-config']);
  expect(made.foreign?.map(({ worker, pending }) => [worker, pending.map(({ field }) => field)])).toEqual([
    ['worker-2', ['name', 'TMPDIR']],
  ]);
});
