import { beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { Host } from '../../src/farm/farm.js';
import { FACTS_END, FACTS_HEAD, factsScript } from '../../src/observed/facts-script.js';
import { Connections } from '../../src/probe/connections.js';
import { observeFacts, observeVersions } from '../../src/probe/observe-facts.js';
import type { Remote } from '../../src/remote/remote.js';
import type { MinerApi } from '../../src/rpc/miner-api.js';
import type { WorkerApi } from '../../src/rpc/worker-api.js';
import { aFarm, aHost, TOKEN } from '../support/farm.js';
import { aDiagnostic } from '../support/observation.js';
import { FakeRemote, output } from './fake-remote.js';

const hosts = ['host-1', 'host-2', 'host-3'].map((name) => aHost({ name }));
const ANSWER = [
  FACTS_HEAD,
  'clock 1000',
  'user 0',
  'cpus 8',
  'memory 1024 0',
  'files 100',
  FACTS_END,
  '',
].join('\n');

let remotes: Map<string, FakeRemote>;

vi.mock(import('../../src/remote/connect.js'), () => ({
  connect: ({ name }: Host): Promise<Result<Remote>> => Promise.resolve(success(fake(name))),
}));

beforeEach(() => {
  remotes = new Map(hosts.map(({ name }) => [name, new FakeRemote(name)]));
  for (const remote of remotes.values()) remote.onExec = () => Promise.resolve(output(ANSWER));
});

function fake(name: string): FakeRemote {
  const found = remotes.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function connections(): Connections {
  return new Connections(aFarm({ hosts }), success(TOKEN), { environment: {}, homeDir: '/' });
}

describe('facts', () => {
  it('are asked of each host by one script', async () => {
    const answers = await observeFacts(hosts, connections(), () => 1_000_500);
    expect([...answers].map(([host, answer]) => [host, answer.ok])).toEqual(
      hosts.map(({ name }) => [name, true]),
    );
    expect(fake('host-1').scripts).toEqual([factsScript(hosts[0] ?? aHost())]);
    expect(answers.get('host-1')).toMatchObject({ value: { hardware: { cpus: 8 }, clockAhead: 0 } });
  });

  it('are asked only where they are wanted', async () => {
    expect([...(await observeFacts(hosts.slice(1, 2), connections(), () => 0)).keys()]).toEqual(['host-2']);
    expect(fake('host-1').scripts).toEqual([]);
  });

  it('say why a host does not tell', async () => {
    fake('host-1').onExec = () => Promise.resolve(failure(aDiagnostic('no route')));
    fake('host-2').onExec = () => Promise.resolve(output(ANSWER.replace(FACTS_END, '')));
    const answers = await observeFacts(hosts, connections(), () => 0);
    expect(answers.get('host-1')).toMatchObject({ ok: false, diagnostic: { message: 'no route' } });
    expect(answers.get('host-2')).toMatchObject({ ok: false, diagnostic: { code: 'SF501' } });
    expect(answers.get('host-3')?.ok).toBe(true);
  });

  it('allow for the time between question and answer', async () => {
    const times = [1_000_000, 1_300_000];
    fake('host-1').onExec = () => Promise.resolve(output(ANSWER.replace('clock 1000', 'clock 1320')));
    const answers = await observeFacts(hosts.slice(0, 1), connections(), () => times.shift() ?? NaN);
    // Answered at 1300 s at the latest.
    expect(answers.get('host-1')).toMatchObject({ value: { clockAhead: 20 } });
  });
});

describe('versions', () => {
  const miner = (answer: Awaited<ReturnType<MinerApi['version']>>): MinerApi =>
    ({ version: () => Promise.resolve(answer) }) as Partial<MinerApi> as MinerApi;
  const worker = (answer: Result<number>): WorkerApi =>
    ({ version: () => Promise.resolve(answer) }) as Partial<WorkerApi> as WorkerApi;

  it('are those of all who answer', async () => {
    const apis = new Map([
      ['worker-1', worker(success(0x010700))],
      ['worker-2', worker(failure(aDiagnostic('away')))],
    ]);
    const version = success({ Version: '1.36.2+mainnet', APIVersion: 0x010500 });
    expect(await observeVersions(miner(version), apis)).toEqual({
      miner: '1.36.2+mainnet',
      workers: new Map([['worker-1', 0x010700]]),
    });
  });

  it('may be known of nobody', async () => {
    expect(await observeVersions(miner(failure(aDiagnostic('away'))), new Map())).toEqual({
      workers: new Map(),
    });
  });
});
