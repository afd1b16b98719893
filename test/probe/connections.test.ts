import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { Host } from '../../src/farm/farm.js';
import { Connections } from '../../src/probe/connections.js';
import type { Remote } from '../../src/remote/remote.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, CANARY, TOKEN } from '../support/farm.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { aDiagnostic } from '../support/observation.js';
import { FakeRemote, output } from './fake-remote.js';

let stub: LotusStub;
let remotes: Map<string, FakeRemote>;
let connected: string[];
let connections: Connections;

vi.mock(import('../../src/remote/connect.js'), () => ({
  connect: ({ name }: Host): Promise<Result<Remote>> => {
    connected.push(name);
    return Promise.resolve(success(fake(name)));
  },
}));

beforeEach(async () => {
  stub = await LotusStub.start();
  stub.answer = ({ id }, response) => {
    reply(response, { jsonrpc: '2.0', id, result: 'f01000' });
  };
  connected = [];
  const hosts = ['host-1', 'host-2', 'host-3'].map((name) => aHost({ name, workers: [] }));
  remotes = new Map(hosts.map(({ name }) => [name, new FakeRemote(name)]));
  for (const remote of remotes.values()) remote.onDial = stub.dial;
  connections = open(hosts);
});

afterEach(() => stub.stop());

function open(hosts: readonly Host[]): Connections {
  return new Connections(aFarm({ hosts }), success(TOKEN), { environment: {}, homeDir: '/' });
}

function fake(name: string): FakeRemote {
  const found = remotes.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function cannotDial(...names: readonly string[]): void {
  for (const [name, remote] of remotes) {
    remote.onDial = names.includes(name)
      ? () => Promise.resolve(failure(aDiagnostic(`not from ${name}`)))
      : stub.dial;
  }
}

/** How often each host was asked to dial. */
function dials(): readonly number[] {
  return [...remotes.values()].map(({ dialled }) => dialled.length);
}

const ANSWER = { ok: true, value: 'f01000' };

describe('the miner', () => {
  it('is dialled through the first host, at the address the farm names', async () => {
    expect(await connections.miner.actorAddress()).toEqual(ANSWER);
    expect(fake('host-1').dialled).toEqual(['10.0.0.10:2345']);
    expect(dials()).toEqual([1, 0, 0]);
    expect(stub.calls[0]?.headers.authorization).toBe(`Bearer ${CANARY}`);
  });

  it('is dialled through the first host that can, which is remembered', async () => {
    cannotDial('host-1');
    expect(await connections.miner.actorAddress()).toEqual(ANSWER);
    expect(dials()).toEqual([1, 1, 0]);
    await connections.miner.actorAddress();
    await connections.miner.actorAddress();
    expect(dials()).toEqual([1, 3, 0]);
  });

  it('is dialled through another when the remembered one can no more', async () => {
    cannotDial('host-1');
    await connections.miner.actorAddress();
    cannotDial('host-1', 'host-2');
    expect(await connections.miner.actorAddress()).toEqual(ANSWER);
    expect(dials()).toEqual([2, 2, 1]);
    await connections.miner.actorAddress();
    expect(dials()).toEqual([2, 2, 2]);
  });

  it('is out of reach when no host can, and each was tried once', async () => {
    cannotDial('host-1', 'host-2', 'host-3');
    expect(await connections.miner.actorAddress()).toMatchObject({
      ok: false,
      diagnostic: { message: 'not from host-3' },
    });
    expect(dials()).toEqual([1, 1, 1]);
  });

  it('is out of reach for the reason that says most of it: where a host was told one', async () => {
    const reasons = ['SF404', 'SF407', 'SF419', 'SF404'] as const;
    const hosts = reasons.map((_, index) => aHost({ name: `host-${index + 1}`, workers: [] }));
    remotes = new Map(hosts.map(({ name }) => [name, new FakeRemote(name)]));
    reasons.forEach((code, index) => {
      const message = `not from host-${index + 1}`;
      fake(`host-${index + 1}`).onDial = () => Promise.resolve(failure({ code, severity: 'error', message }));
    });
    expect(await open(hosts).miner.actorAddress()).toMatchObject({
      ok: false,
      diagnostic: { message: 'not from host-2' },
    });
  });

  it('is sent nothing where its token cannot be had', async () => {
    const refused = failure(aDiagnostic('no token'));
    const hosts = [aHost({ name: 'host-1', workers: [] })];
    const without = new Connections(aFarm({ hosts }), refused, { environment: {}, homeDir: '/' });
    expect(await without.miner.actorAddress()).toMatchObject({
      ok: false,
      diagnostic: { message: 'no token' },
    });
    expect([dials(), stub.calls]).toEqual([[0, 0, 0], []]);
    // The hosts can be asked all the same.
    fake('host-1').onExec = () => Promise.resolve(output('here'));
    expect(await without.remote('host-1').exec('a')).toEqual(output('here'));
  });

  it('is out of reach when there are no hosts', async () => {
    expect(await open([]).miner.actorAddress()).toMatchObject({ ok: false, diagnostic: { code: 'SF511' } });
  });
});

describe('connections', () => {
  it('are opened when first needed, one for each host', async () => {
    expect(connected).toEqual([]);
    fake('host-2').onExec = () => Promise.resolve(output('here'));
    await connections.remote('host-2').exec('a');
    expect(await connections.remote('host-2').exec('b')).toEqual(output('here'));
    expect(connected).toEqual(['host-2']);
    expect(() => connections.remote('host-9')).toThrow('no host host-9');
  });

  it('lead to a worker from its own host', async () => {
    const address = { host: '10.0.0.12', port: 3456 };
    const api = connections.worker('host-2', 'worker-2', address, new Secret('worker-token'));
    expect(await api.session()).toEqual(ANSWER);
    expect(fake('host-2').dialled).toEqual(['10.0.0.12:3456']);
    expect(stub.calls[0]?.headers.authorization).toBe('Bearer worker-token');
    stub.answer = (_, response) => response.writeHead(401).end();
    expect(await api.session()).toMatchObject({
      diagnostic: { code: 'SF413', place: { kind: 'host', host: 'host-2', worker: 'worker-2' } },
    });
  });

  it('are all closed at the end, those that were opened', async () => {
    await connections.remote('host-1').exec('a');
    await connections.miner.actorAddress();
    await connections.remote('host-3').exec('a');
    await connections.close();
    expect([...remotes.values()].map(({ closed }) => closed)).toEqual([1, 0, 1]);
  });
});
