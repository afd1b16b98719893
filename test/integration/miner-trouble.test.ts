import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LotusStub, reply, type StubCall } from '../support/lotus-stub.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

interface State {
  readonly ports: { readonly ssh: number; readonly miner: number };
  readonly processes: { readonly miner: { readonly pid: number } };
}

let farm: SandboxFarm;
let state: State;

beforeAll(async () => {
  farm = await SandboxFarm.up(1);
  state = JSON.parse(await readFile(join(farm.dir, 'sandbox.json'), 'utf8')) as State;
});

afterAll(async () => {
  await farm.down();
});

interface Said {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
}

/** What plan and doctor say of a file that is changed in this way. */
async function said(from: string | RegExp, to: string, env = {}): Promise<readonly (readonly Said[])[]> {
  const before = await farm.readFile();
  await farm.edit((text) => text.replace(from, to));
  const all: Said[][] = [];
  for (const command of ['plan', 'doctor']) {
    const { stdout } = await farm.run([command, '--json'], env);
    all.push((JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics);
  }
  await farm.edit(() => before);
  return all;
}

/** The errors of both, which are the same. */
async function errors(from: string | RegExp, to: string, env = {}): Promise<readonly string[]> {
  const [plan, doctor] = (await said(from, to, env)).map((diagnostics) =>
    diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code)
      // How many files may be opened, and what else the machine that the test runs on is too small for, is no trouble of the miner.
      .filter((code) => code !== 'SF520' && !code.startsWith('SF2')),
  );
  expect(doctor).toEqual(plan);
  return plan ?? [];
}

/** The miner, behind somebody who answers some calls in its place. */
async function behind(own: (call: StubCall, response: ServerResponse) => boolean): Promise<LotusStub> {
  const stub = await LotusStub.start();
  stub.answer = (call, response) => {
    if (own(call, response)) return;
    void passOn(call).then(({ status, body }) => {
      reply(response, body, status);
    });
  };
  return stub;
}

async function passOn({ id, method, params, headers }: StubCall): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.10:${state.ports.miner}/rpc/v0`, {
    method: 'POST',
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
  });
  return { status: answer.status, body: await answer.json() };
}

const SLOW_MS = 10_000;

it('a miner that takes ten seconds for an answer is said to, and what it tells counts', async () => {
  const stub = await behind((call, response) => {
    if (call.method !== 'Filecoin.Version') return false;
    setTimeout(() => {
      void passOn(call).then(({ body }) => {
        reply(response, body);
      });
    }, SLOW_MS);
    return true;
  });
  const all = await said(`127.0.0.10/tcp/${state.ports.miner}`, `127.0.0.1/tcp/${stub.port}`);
  await stub.stop();
  for (const diagnostics of all) {
    expect(diagnostics.filter(({ code }) => code === 'SF591')).toMatchObject([
      { severity: 'warning', message: expect.stringMatching(/took [1-9]\d+ s/) as string },
    ]);
    expect(diagnostics.filter(({ code }) => /^SF5(?:13|9[02-6])$/.test(code))).toEqual([]);
  }
});

it('a miner that takes a call and never answers is an error of its own', async () => {
  const stub = await behind(({ method }) => method === 'Filecoin.WorkerStats');
  expect(await errors(`127.0.0.10/tcp/${state.ports.miner}`, `127.0.0.1/tcp/${stub.port}`)).toEqual([
    'SF591',
  ]);
  await stub.stop();
});

it.each<[string, (call: StubCall, response: ServerResponse) => boolean]>([
  [
    'does not know a call',
    ({ id, method }, response) => {
      if (method !== 'Filecoin.StorageGetLocks') return false;
      reply(response, {
        jsonrpc: '2.0',
        id,
        error: { code: -32_601, message: `method '${method}' not found` },
      });
      return true;
    },
  ],
  [
    'answers in another form',
    ({ id, method }, response) => {
      if (method !== 'Filecoin.WorkerStats') return false;
      reply(response, { jsonrpc: '2.0', id, result: [{ Name: 'worker-1' }] });
      return true;
    },
  ],
])('a miner of another API, which %s, is said to be one', async (_, own) => {
  const stub = await behind(own);
  expect(await errors(`127.0.0.10/tcp/${state.ports.miner}`, `127.0.0.1/tcp/${stub.port}`)).toEqual([
    'SF594',
  ]);
  await stub.stop();
});

it('each trouble with the miner is said by a code of its own, by plan and doctor alike', async () => {
  const { ssh, miner } = state.ports;
  const token = 'token: { env: WRONG }';
  expect(await errors(/token: \{ file: .* \}/, token, { WRONG: 'not-a-token' })).toEqual(['SF592']);
  // A program that is no miner is at that address.
  expect(await errors(`127.0.0.10/tcp/${miner}`, `127.0.0.11/tcp/${ssh}`)).toEqual(['SF593']);
  expect(await errors('sectorSize: 32GiB', 'sectorSize: 64GiB')).toEqual(['SF513']);
  process.kill(state.processes.miner.pid, 'SIGKILL');
  expect(await errors('farm: sandbox', 'farm: sandbox # and its miner is down')).toEqual(['SF590']);
});
