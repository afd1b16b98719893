import { expect, it } from 'vitest';
import { withDistinctIds } from '../../src/plan/distinct-ids.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { left } from '../support/leaving.js';
import { changeWorker, inPlace, stopped } from '../support/observation.js';
import { plan } from '../support/plan.js';

it('steps for a name that two hosts remember are told apart, and no others', () => {
  const gone = ['worker-1', 'worker-2'];
  const farm = aFarm({
    hosts: gone.map((name, index) => aHost({ name: `host-${index + 1}`, workers: [aWorker({ name })] })),
  });
  const empty = { ...farm, hosts: farm.hosts.map((host) => ({ ...host, workers: [] })) };
  const seen = gone.reduce((before, name) => changeWorker(before, name, stopped), inPlace(farm));
  const { hosts } = plan(empty, left(seen, gone, farm));
  const ids = (of: typeof hosts): readonly string[] => of.flatMap(({ steps }) => steps.map(({ id }) => id));
  expect(ids(withDistinctIds(hosts))).toEqual(['worker-1/remove-worker', 'worker-2/remove-worker']);
  const one = 'worker-9/remove-worker';
  const same = hosts.map((host) => ({ ...host, steps: host.steps.map((step) => ({ ...step, id: one })) }));
  expect(ids(withDistinctIds(same))).toEqual([`host-1/${one}`, `host-2/${one}`]);
});
