import { expect, describe, it } from 'vitest';
import type { Observation } from '../../src/observed/observed.js';
import { guideFarm } from '../support/farm.js';
import {
  aDiagnostic,
  changeMiner,
  changeProcess,
  changeWorker,
  inPlace,
  stopped,
  workerStats,
} from '../support/observation.js';
import { steps } from '../../src/plan/plan.js';
import { codes, plan, summary } from '../support/plan.js';
import { Secret } from '../../src/secret/secret.js';

const FARM = guideFarm();

/** The guide's farm, in which host-3 cannot connect to the miner. */
function cut(observation: Observation): Observation {
  const hosts = [...observation.hosts].map(([name, host]) =>
    name === 'host-3' && host.reached
      ? ([name, { ...host, noWayToMiner: aDiagnostic('host-3 cannot connect to 10.0.0.10:2345') }] as const)
      : ([name, host] as const),
  );
  return { ...observation, hosts: new Map(hosts) };
}

/** Without worker-3 among those that the miner knows. */
function unregistered(): ReturnType<typeof inPlace> {
  const seen = inPlace(FARM);
  const workers = [...seen.miner.workers].filter(([, { Info }]) => Info.Hostname !== 'worker-3');
  return changeMiner(seen, { workers: new Map(workers) });
}

const older = changeProcess((process) => ({
  ...process,
  environ: new Map([...process.environ, ['LOTUS_WORKER_LISTEN', new Secret('10.0.0.13:1')]]),
}));

describe('a host that does not reach the miner', () => {
  it('is said to, and no worker is started there', () => {
    const seen = changeWorker(changeWorker(unregistered(), 'worker-3', stopped), 'worker-2', stopped);
    expect(summary(plan(FARM, seen))).toHaveLength(2);
    const made = plan(FARM, cut(seen));
    expect(codes(made)).toEqual(['SF595 error']);
    expect(made.diagnostics[0]).toMatchObject({
      message: 'its workers do not reach the miner, which others do: host-3 cannot connect to 10.0.0.10:2345',
      place: { kind: 'host', host: 'host-3' },
    });
    expect(steps(made).map(({ worker }) => worker)).toEqual(['worker-2']);
  });

  it('has no worker restarted', () => {
    const seen = changeWorker(unregistered(), 'worker-3', older);
    expect(summary(plan(FARM, seen))).toHaveLength(1);
    expect(summary(plan(FARM, cut(seen)))).toEqual([]);
  });

  it('is not told of where nothing is to be started', () => {
    expect(codes(plan(FARM, cut(unregistered())))).toEqual([]);
  });

  it('does not reach it where its registered worker talks to another address', () => {
    const elsewhere = changeProcess((process) => ({
      ...process,
      environ: new Map([
        ...process.environ,
        ['MINER_API_INFO', new Secret('token:/ip4/10.0.0.9/tcp/1/http')],
      ]),
    }));
    const seen = changeWorker(inPlace(FARM), 'worker-3', elsewhere);
    expect(codes(plan(FARM, cut(seen)))).toEqual(['SF595 error']);
    expect(summary(plan(FARM, cut(seen)))).toEqual([]);
  });

  it('reaches it after all where one of its workers is registered', () => {
    const seen = changeWorker(inPlace(FARM), 'worker-3', older);
    expect(codes(plan(FARM, cut(seen)))).toEqual([]);
    expect(summary(plan(FARM, cut(seen)))).toEqual(summary(plan(FARM, seen)));
  });

  it('does not reach it where the miner has its worker disabled', () => {
    const disabled = { ...workerStats('worker-3', []), Enabled: false };
    const seen = unregistered();
    const known = changeMiner(changeWorker(seen, 'worker-3', older), {
      workers: new Map([...seen.miner.workers, ['s3', disabled]]),
    });
    expect(codes(plan(FARM, cut(known)))).toEqual(['SF595 error']);
  });
});
