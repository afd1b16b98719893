import { afterEach, describe, expect, it } from 'vitest';
import { success } from '../../src/diagnostic/result.js';
import { Connections } from '../../src/probe/connections.js';
import { observeFarm } from '../../src/probe/observe-farm.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm } from '../support/farm.js';
import { bootId, HostFolder, processState } from '../support/host-folder.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { aContext, makeSshFolder, startKnownServer } from '../support/ssh-farm.js';

const ANSWERS: Readonly<Record<string, unknown>> = {
  'Filecoin.Session': '11111111-2222-3333-4444-555555555555',
  'Filecoin.TaskTypes': { 'seal/v0/addpiece': {} },
  'Filecoin.Paths': [],
  'Filecoin.StorageGetLocks': { Locks: [] },
  'Filecoin.ActorAddress': 'f01000',
  'Filecoin.ActorSectorSize': 34_359_738_368,
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Answers all calls, but none before so many have come. */
async function lotusThatWaitsFor(calls: number): Promise<LotusStub> {
  const stub = await LotusStub.start();
  cleanUps.push(() => stub.stop());
  const held: (() => void)[] = [];
  stub.answer = ({ id, method }, response) => {
    held.push(() => {
      reply(response, { jsonrpc: '2.0', id, result: ANSWERS[method] ?? {} });
    });
    if (stub.calls.length >= calls) for (const answer of held.splice(0)) answer();
  };
  return stub;
}

/** A host with one worker that runs, for which this very process stands. */
function hostWithWorker(name: string, lotus: LotusStub): HostFolder {
  const folder = new HostFolder(['seal'], name, { name: `worker-of-${name}` });
  cleanUps.push(() => {
    folder.remove();
  });
  const start = processState(process.pid)?.start ?? '';
  folder.write(folder.files.pidFile, `${process.pid} ${start} ${bootId()}\n`);
  folder.write(folder.files.apiFile, `/ip4/127.0.0.1/tcp/${lotus.port}/http`);
  folder.write(folder.files.tokenFile, 'token-of-a-worker');
  return folder;
}

describe('one look at a farm', () => {
  it('is one connection and one script for each host, with all questions to Lotus at once beside it', async () => {
    const keys = await makeSshFolder();
    cleanUps.push(() => keys.remove());
    const worker = await lotusThatWaitsFor(3);
    const miner = await lotusThatWaitsFor(5);
    const servers = await Promise.all([0, 1].map(() => startKnownServer(keys)));
    cleanUps.push(() => Promise.all(servers.map(({ server }) => server.stop())));
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('no servers');
    const busy = hostWithWorker('host-1', worker);
    const idle = new HostFolder(['seal'], 'host-2');
    cleanUps.push(() => {
      idle.remove();
    });
    const farm = aFarm({
      hosts: [
        { ...busy.host, address: first.server.address, ssh: first.host.ssh },
        { ...idle.host, name: 'host-2', workers: [], address: second.server.address, ssh: second.host.ssh },
      ],
    });
    const withMiner = {
      ...farm,
      miner: { ...farm.miner, address: { host: '127.0.0.1', port: miner.port } },
    };
    const { jumps: _, answers: __, ...context } = aContext(keys.homeDir);
    const connections = new Connections(withMiner, success(new Secret('token')), context);
    cleanUps.push(() => connections.close());

    const { observation } = await observeFarm(withMiner, connections, () => undefined);

    expect(observation.miner.reached).toBe(true);
    const seen = observation.hosts.get('host-1');
    const working = seen?.reached === true ? seen.workers.get('worker-of-host-1') : undefined;
    expect(working?.process?.live).toMatchObject({ reached: true, session: ANSWERS['Filecoin.Session'] });
    expect(observation.hosts.get('host-2')).toMatchObject({ reached: true });
    for (const { server } of servers) {
      expect(server.connections).toBe(1);
      expect(server.commands).toHaveLength(1);
    }
    // One after the other these would still wait for the first answer.
    expect(worker.calls.map(({ method }) => method).sort()).toEqual([
      'Filecoin.Paths',
      'Filecoin.Session',
      'Filecoin.TaskTypes',
    ]);
    // The size of its sectors is asked by its address; how fast it is, by its version.
    expect(miner.calls).toHaveLength(7);
  });
});
