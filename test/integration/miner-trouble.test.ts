import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** The errors that plan and doctor say of a file that is changed in this way. */
async function errors(from: string | RegExp, to: string, env = {}): Promise<readonly string[]> {
  const before = await farm.readFile();
  await farm.edit((text) => text.replace(from, to));
  const said: string[][] = [];
  for (const command of ['plan', 'doctor']) {
    const { stdout } = await farm.run([command, '--json'], env);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; severity: string }[] };
    const codes = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    // How many files may be opened is a matter of the machine that the test runs on.
    said.push(codes.filter((code) => code !== 'SF520'));
  }
  await farm.edit(() => before);
  expect(said[1]).toEqual(said[0]);
  return said[0] ?? [];
}

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
