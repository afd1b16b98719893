import { expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import { withDistinctIds } from '../../src/plan/distinct-ids.js';
import { waveNow } from '../../src/plan/wave-now.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from '../support/farm.js';
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

it('each of them has a turn of its own, and keeps it', () => {
  const farm = aFarm({
    hosts: ['host-1', 'host-2'].map((name) =>
      aHost({ name, workers: [aWorker({ storage: [aStorage({ path: `/mnt/${name}` })] })] }),
    ),
  });
  const empty = { ...farm, hosts: farm.hosts.map((host) => ({ ...host, workers: [] })) };
  const seen = left(inPlace(farm), ['worker-1'], farm);
  const { waves } = plan(empty, seen);
  const turns = (of: typeof waves): readonly (readonly string[])[] =>
    of.flatMap((wave) => wave.turns.map(({ host, steps }) => [host, ...steps]));
  const own = ['host-1', 'host-2'].map((host) => [host, `${host}/worker-1/remove-worker`]);
  expect(turns(waves)).toEqual(own);
  const both = { canary: false, turns: waves.flatMap((wave) => wave.turns) };
  expect(turns(waveNow(both, desire(empty, TOKEN, new Map()), seen).waves)).toEqual(own);
});
