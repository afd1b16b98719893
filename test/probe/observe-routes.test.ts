import { expect, it } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { Observation } from '../../src/observed/observed.js';
import { Connections } from '../../src/probe/connections.js';
import { withRoutes } from '../../src/probe/observe-routes.js';
import type { Remote } from '../../src/remote/remote.js';
import { dialRefused } from '../../src/remote/remote-error.js';
import { guideFarm, TOKEN } from '../support/farm.js';
import { LotusStub } from '../support/lotus-stub.js';
import { inPlace, unreached } from '../support/observation.js';
import { until } from '../support/until.js';
import { FakeRemote } from './fake-remote.js';

const FARM = guideFarm();
const REFUSED = dialRefused('host-2', '10.0.0.10', 2345, new Error('connection refused'));

/** What each host is found to have to say of the miner; by what its dialling comes to. */
async function found(
  dials: Readonly<Record<string, FakeRemote['onDial']>>,
  observation: Observation = inPlace(FARM),
): Promise<readonly (readonly [string, string | undefined])[]> {
  const remotes = new Map<string, FakeRemote>();
  const connect = ({ name }: { readonly name: string }): Promise<Result<Remote>> => {
    const remote = new FakeRemote(name);
    const dial = dials[name];
    if (dial !== undefined) remote.onDial = dial;
    remotes.set(name, remote);
    return Promise.resolve(success(remote));
  };
  const context = { environment: {}, homeDir: '/' };
  const connections = new Connections(FARM, success(TOKEN), context, { connect });
  const probe = await withRoutes({ observation, apis: new Map() }, connections);
  for (const { dialled } of remotes.values()) expect(dialled).toEqual(['10.0.0.10:2345']);
  return [...probe.observation.hosts].map(([name, host]) => [
    name,
    host.reached ? host.noWayToMiner?.code : 'not reached',
  ]);
}

it('each host tries for itself, and what keeps it from trying says nothing', async () => {
  const stub = await LotusStub.start();
  const lost = failure({ code: 'SF405', severity: 'error', message: 'lost' });
  expect(
    await found({
      'host-1': stub.dial,
      'host-2': () => Promise.resolve(failure(REFUSED)),
      'host-3': () => Promise.resolve(lost),
    }),
  ).toEqual([
    ['host-1', undefined],
    ['host-2', 'SF407'],
    ['host-3', undefined],
  ]);
  await until(async () => (await stub.openConnections()) === 0, 'the connection is closed');
  await stub.stop();
});

it('nobody is asked where the miner is out of reach, or the host is', async () => {
  expect(await found({}, { ...inPlace(FARM), miner: unreached() })).toHaveLength(3);
  const away = new Map([...inPlace(FARM).hosts].map(([name]) => [name, unreached()] as const));
  expect(await found({}, { ...inPlace(FARM), hosts: away })).toEqual(
    ['host-1', 'host-2', 'host-3'].map((name) => [name, 'not reached']),
  );
});
