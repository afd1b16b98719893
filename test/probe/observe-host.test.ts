import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { Event } from '../../src/event/event.js';
import type { Host } from '../../src/farm/farm.js';
import { sectorStoreFile, workerLayout } from '../../src/host/layout.js';
import type { ObservedWorker } from '../../src/observed/observed.js';
import { PROBE_END, PROBE_HEAD, probeScript } from '../../src/observed/probe-script.js';
import { Connections } from '../../src/probe/connections.js';
import { observeFarm } from '../../src/probe/observe-farm.js';
import { observeHost } from '../../src/probe/observe-host.js';
import type { Remote } from '../../src/remote/remote.js';
import { aFarm, aHost, aStorage, aWorker, CANARY, TOKEN } from '../support/farm.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { aDiagnostic } from '../support/observation.js';
import { FakeRemote, output } from './fake-remote.js';

const host = aHost({ workers: [aWorker({ storage: [aStorage({ path: '/mnt/seal' })] })] });
const files = workerLayout(host, aWorker());
const PATH = { ID: 'id-1', Weight: 10, LocalPath: '/mnt/seal', CanSeal: true, CanStore: false };

let stub: LotusStub;
let remotes: Map<string, FakeRemote>;
/** Files of every host, by path. */
let texts: Map<string, string>;
let running: boolean;
/** What systemctl shows. */
let units: string;

beforeEach(async () => {
  stub = await LotusStub.start();
  stub.answer = ({ id, method, headers }, response) => {
    const results: Record<string, unknown> = {
      'Filecoin.Session': 'session-1',
      'Filecoin.TaskTypes': { 'seal/v0/precommit/1': {}, 'seal/v0/fetch': {}, 'seal/v9/unknown': {} },
      'Filecoin.Paths': [PATH],
      'Filecoin.WorkerStats': {},
      'Filecoin.WorkerJobs': {},
      'Filecoin.StorageList': {},
      'Filecoin.StorageGetLocks': { Locks: null },
    };
    if (headers.authorization !== `Bearer ${CANARY}`) response.writeHead(401).end();
    else reply(response, { jsonrpc: '2.0', id, result: results[method] });
  };
  remotes = new Map();
  running = true;
  units = '';
  texts = new Map([
    [files.envFile, 'A=1\n'],
    [files.apiFile, `/ip4/10.0.0.11/tcp/3456/http\n`],
    [files.tokenFile, `${CANARY}\n`],
    [sectorStoreFile('/mnt/seal'), '{}'],
  ]);
});

afterEach(() => stub.stop());

vi.mock(import('../../src/remote/connect.js'), () => ({
  connect: ({ name }: Host): Promise<Result<Remote>> => Promise.resolve(success(fake(name))),
}));

/** What a host prints that holds `texts`. */
function answer(): string {
  const word = (text: string): string => Buffer.from(text).toString('base64') || '-';
  const listed = [...texts].map(([path, text]) => `file ${word(path)} present 600 ${word(text)}`);
  const process = `process ${word(files.pidFile)} 4711 ${word('A=1\0')}`;
  const lines = [
    ...listed,
    ...(running ? [process] : []),
    `units ${word(units)} 0`,
    `storage ${word('/mnt/seal')} present mount`,
  ];
  return [PROBE_HEAD, ...lines, PROBE_END, ''].join('\n');
}

/** The connection to a host. */
function fake(name: string): FakeRemote {
  const known = remotes.get(name);
  if (known !== undefined) return known;
  const made = new FakeRemote(name);
  made.onExec = () => Promise.resolve(output(answer()));
  made.onDial = () => stub.dial();
  remotes.set(name, made);
  return made;
}

function connections(hosts: readonly Host[] = [host]): Connections {
  return new Connections(aFarm({ hosts }), success(TOKEN), { environment: {}, homeDir: '/' });
}

async function observe(): Promise<{ worker: ObservedWorker; apis: readonly string[] }> {
  const { observation, apis } = await observeHost(host, connections());
  const worker = observation.reached ? observation.workers.get('worker-1') : undefined;
  if (worker === undefined) throw new Error('not observed');
  return { worker, apis: [...apis.keys()] };
}

describe('a host', () => {
  it('is asked by one script alone, and its worker through the same connection', async () => {
    const { worker, apis } = await observe();
    expect(fake('host-1').scripts).toEqual([probeScript(host)]);
    expect(fake('host-1').dialled).toEqual(Array.from({ length: 3 }, () => '10.0.0.11:3456'));
    expect(worker.process?.pid).toBe(4711);
    expect(worker.process?.live).toEqual({
      reached: true,
      session: 'session-1',
      tasks: new Set(['PC1', 'GET']),
      paths: [PATH],
    });
    expect(apis).toEqual(['worker-1']);
  });

  it('with a worker that we did not start and that answers all the same', async () => {
    running = false;
    const { worker, apis } = await observe();
    expect(worker).not.toHaveProperty('process');
    expect(worker.startedElsewhere).toBe(true);
    expect(worker.envFile.state).toBe('present');
    expect(apis).toEqual([]);
  });

  it('with a worker that answers while its unit is between two tries', async () => {
    running = false;
    units = 'Id=sealfarm-worker@worker-1.service\nMainPID=0\nActiveState=activating\nSubState=auto-restart\n';
    const { worker } = await observe();
    expect(worker).not.toHaveProperty('startedElsewhere');
    expect(worker.unit).toMatchObject({ active: 'activating' });
  });

  it.each(['apiFile', 'tokenFile'] as const)(
    'with a worker that has not written its %s yet',
    async (name) => {
      texts.delete(files[name]);
      const { worker, apis } = await observe();
      expect(worker.process?.live).toMatchObject({
        reached: false,
        diagnostic: { code: 'SF508', place: { kind: 'host', host: 'host-1', worker: 'worker-1' } },
      });
      expect(apis).toEqual([]);
    },
  );

  it('with a worker that wrote no address', async () => {
    texts.set(files.apiFile, 'nonsense');
    expect((await observe()).worker.process?.live).toMatchObject({ diagnostic: { code: 'SF508' } });
  });

  it('with a worker that has another token', async () => {
    texts.set(files.tokenFile, 'old-token');
    const { worker, apis } = await observe();
    expect(worker.process?.live).toMatchObject({ reached: false, diagnostic: { code: 'SF413' } });
    expect(JSON.stringify(worker.process?.live)).not.toContain('old-token');
    expect(apis).toEqual(['worker-1']);
  });

  it('with a worker that does not listen', async () => {
    fake('host-1').onDial = () => Promise.resolve(failure(aDiagnostic('refused')));
    expect((await observe()).worker.process?.live).toMatchObject({ diagnostic: { message: 'refused' } });
  });

  it('that cannot be reached says why', async () => {
    fake('host-1').onExec = () => Promise.resolve(failure(aDiagnostic('no route')));
    const { observation, apis } = await observeHost(host, connections());
    expect(observation).toEqual({ reached: false, diagnostic: aDiagnostic('no route') });
    expect(apis.size).toBe(0);
  });

  it('whose answer is cut off was not seen', async () => {
    fake('host-1').onExec = () => Promise.resolve(output(answer().replace(PROBE_END, '')));
    const { observation } = await observeHost(host, connections());
    expect(observation).toMatchObject({ reached: false, diagnostic: { code: 'SF501' } });
  });
});

describe('a farm', () => {
  const other = aHost({ name: 'host-2', workers: [] });
  const farm = aFarm({ hosts: [host, other] });

  it('is looked at host by host, and each is told', async () => {
    fake('host-2').onExec = () => Promise.resolve(failure(aDiagnostic('no route')));
    const events: Event[] = [];
    const probe = await observeFarm(farm, connections([host, other]), (event) => events.push(event));
    expect([...probe.observation.hosts].map(([name, { reached }]) => [name, reached])).toEqual([
      ['host-1', true],
      ['host-2', false],
    ]);
    expect(events).toContainEqual({ type: 'host-observed', host: 'host-1' });
    expect(events).toContainEqual({
      type: 'host-unreached',
      host: 'host-2',
      diagnostic: aDiagnostic('no route'),
    });
    expect(events).toHaveLength(2);
    expect([...probe.apis.keys()]).toEqual(['worker-1']);
    const none = new Map();
    const miner = { reached: true, workers: none, jobs: none, sectors: none, storage: none, locks: [] };
    expect(probe.observation.miner).toEqual({ ...miner, answeredMs: expect.any(Number) as number });
  });

  it('is looked at only where it is asked for', async () => {
    const probe = await observeFarm(farm, connections([host, other]), () => undefined, [other]);
    expect([...probe.observation.hosts.keys()]).toEqual(['host-2']);
    expect(fake('host-1').scripts).toEqual([]);
  });
});
