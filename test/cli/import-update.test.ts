import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { updateFile } from '../../src/cli/commands/import-update.js';
import { failure, success } from '../../src/diagnostic/result.js';
import type { Host } from '../../src/farm/farm.js';
import { FakeRemote, output } from '../probe/fake-remote.js';
import { CANARY } from '../support/farm.js';
import { foundAnswer } from '../support/found-answer.js';
import { LotusStub, reply } from '../support/lotus-stub.js';

const MINER = '/ip4/10.0.0.10/tcp/2345/http';
const TEXT = `version: 1
farm: x
sectorSize: 32GiB
miner: { api: ${MINER}, token: { env: T } }
hosts: # ours
  seal-1:
    address: 10.0.0.1
    workers:
      one: { tasks: [addpiece], listen: '10.0.0.1:3456' }
`;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-update-'));
  file = join(folder, 'sealfarm.yaml');
  writeFileSync(file, TEXT);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

interface Said {
  readonly changed: boolean;
  readonly hosts: readonly string[];
  readonly text: string;
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}

/** Asks hosts, each of which has one worker and is 10.0.0.2 where nothing else is said. */
async function update({
  listens = '10.0.0.2',
  miner = MINER,
  check = false,
  meanwhile = (): void => undefined,
  asks = ['10.0.0.2'],
  json = true,
  unreached = [] as readonly string[],
  more = '',
  dial = undefined as FakeRemote['onDial'] | undefined,
}): Promise<{ code: number; said: Said; out: string; err: string; reached: readonly Host[] }> {
  let [out, err] = ['', ''];
  const reached: Host[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const remote = new FakeRemote('10.0.0.2');
  const env = `MINER_API_INFO=${CANARY}:${miner}\0LOTUS_WORKER_NAME=two\0LOTUS_WORKER_NO_DEFAULT=true\0${more}`;
  remote.onExec = () => {
    meanwhile();
    return Promise.resolve(output(foundAnswer(env, `/ip4/${listens}/tcp/3456/http`)));
  };
  const away = failure({ code: 'SF407', severity: 'error', message: 'refused' } as const);
  remote.onDial = dial ?? (() => Promise.resolve(away));
  const options = { config: file, json, color: false, name: 'farm', update: true, check };
  const connect = (host: Host) => {
    reached.push(host);
    return Promise.resolve(unreached.includes(host.name) ? away : success(remote));
  };
  const code = await updateFile(asks, options, { connect });
  const said = json ? (JSON.parse(out) as Said) : { changed: false, hosts: [], text: '', diagnostics: [] };
  return { code, said, out, err, reached };
}

function codes({ diagnostics }: Said): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

describe('import --update', () => {
  it('writes what is new, whole and without a secret', async () => {
    const { code, said, out } = await update({});
    expect(code).toBe(0);
    expect(said.changed).toBe(true);
    expect(said.hosts).toHaveLength(1);
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(said.text);
    expect(text.startsWith(TEXT.trimEnd())).toBe(true);
    expect(text).toContain('address: 10.0.0.2');
    expect(text + out).not.toContain(CANARY);
    expect(readdirSync(folder)).toEqual(['sealfarm.yaml']);
    // It did not say which tasks it takes.
    expect(codes(said)).toEqual(['SF690']);
  });

  it('shows it alone where that is asked for', async () => {
    const { code, said } = await update({ check: true });
    expect(code).toBe(1);
    expect(said.changed).toBe(true);
    expect(said.text).toContain('10.0.0.2');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });

  it('writes nothing that would not be valid', async () => {
    const { code, said } = await update({ listens: '10.0.0.1' });
    expect(code).toBe(1);
    expect(said.changed).toBe(false);
    expect(codes(said).at(-1)).toBe('SF694');
    expect(codes(said).length).toBeGreaterThan(2);
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });

  it('overwrites nothing that somebody wrote meanwhile', async () => {
    const theirs = `${TEXT}# mine\n`;
    const { code, said } = await update({
      meanwhile: () => {
        writeFileSync(file, theirs);
      },
    });
    expect(code).toBe(1);
    expect(codes(said)).toContain('SF696');
    expect(readFileSync(file, 'utf8')).toBe(theirs);
  });

  it('leaves out workers of another miner, and says so', async () => {
    const { code, said } = await update({ miner: '/ip4/10.0.0.66/tcp/2345/http' });
    expect([code, said.changed, said.text]).toEqual([0, false, TEXT]);
    expect(codes(said)).toEqual(['SF695', 'SF667']);
    const [first] = said.diagnostics;
    expect(first?.message).toContain(
      `a worker left out: it goes by a miner at /ip4/10.0.0.66/tcp/2345/http, and the file has ${MINER}`,
    );
    const { out } = await update({ miner: '/ip4/10.0.0.66/tcp/2345/http', json: false });
    expect(out).toBe(`${file} is as it was.\n`);
    const guessed = TEXT.replace(MINER, '')
      .replace('api: ,', '')
      .replace('token: { env: T }', 'token: { fromMiner: true }, host: seal-1');
    writeFileSync(file, guessed);
    const unsure = await update({ miner: '/ip4/10.0.0.66/tcp/2345/http' });
    expect([unsure.code, unsure.said.changed]).toEqual([0, true]);
    expect(codes(unsure.said)).not.toContain('SF695');
  });

  it('has of a new worker the tasks that it takes now, and says which somebody switched off', async () => {
    const lotus = await LotusStub.start();
    lotus.answer = ({ id, method }, response) => {
      const result = method === 'Filecoin.Paths' ? [] : { 'seal/v0/fetch': {} };
      reply(response, { jsonrpc: '2.0', id, result });
    };
    writeFileSync(file, TEXT.replace('10.0.0.1\n', '10.0.0.9\n').replace('10.0.0.1:', '10.0.0.9:'));
    const { code, said } = await update({ dial: lotus.dial, more: 'LOTUS_WORKER_PRECOMMIT1=true\0' });
    await lotus.stop();
    expect([code, codes(said)]).toEqual([0, ['SF669']]);
    expect(said.diagnostics[0]?.message).toContain('precommit1 switched off by hand');
    expect(said.text).toMatch(/# precommit1 switched off by hand[^]*tasks: \[\]/);
    expect(said.text).not.toContain(CANARY);
  });

  it('reaches hosts of the file as the file says, by name or address, and others as its defaults say', async () => {
    const own = '    address: 10.0.0.1\n    ssh: { port: 2222, user: ops, sudo: true }\n';
    const defaults = 'defaults: { ssh: { user: usual, sudo: false } }\nhosts: # ours';
    writeFileSync(file, TEXT.replace('    address: 10.0.0.1\n', own).replace('hosts: # ours', defaults));
    const asks = ['seal-1', '10.0.0.1:2222', 'me@seal-1', '10.0.0.1', '10.0.0.9'];
    const { reached } = await update({ asks, unreached: asks });
    const declared = { address: '10.0.0.1', ssh: { port: 2222, user: 'ops', sudo: true } };
    expect(reached).toMatchObject([
      declared,
      declared,
      { ...declared, ssh: { ...declared.ssh, user: 'me' } },
      { address: '10.0.0.1', ssh: { user: 'usual' } },
      { address: '10.0.0.9', ssh: { user: 'usual', sudo: false } },
    ]);
    expect(reached[3]?.ssh.port).toBeUndefined();
  });

  it('does not say that all is there where a host was not reached, or has nothing', async () => {
    const asks = ['10.0.0.2'];
    const { code, out, err } = await update({ asks, unreached: asks, json: false });
    expect([code, out]).toEqual([1, `${file} is as it was.\n`]);
    expect(err).toContain('refused');
    const both = await update({ asks: ['10.0.0.1', '10.0.0.2'], unreached: asks });
    expect(both.code).toBe(3);
  });

  it('leaves a file that is not UTF-8 alone, and says so', async () => {
    const latin = Buffer.from(TEXT.replace('ours', 'für uns'), 'latin1');
    writeFileSync(file, latin);
    const { code, err, reached } = await update({ json: false });
    expect([code, reached]).toEqual([78, []]);
    expect(err).toContain('it is not UTF-8');
    expect(readFileSync(file)).toEqual(latin);
  });

  it.runIf(process.getuid?.() === 0)('keeps the mode, the owner and the group of the file', async () => {
    for (const [uid, gid] of [
      [0, 1234],
      [1234, 0],
    ] as const) {
      writeFileSync(file, TEXT);
      chownSync(file, uid, gid);
      chmodSync(file, 0o660);
      await update({});
      const { mode, ...owner } = statSync(file);
      expect([mode & 0o777, owner.uid, owner.gid]).toEqual([0o660, uid, gid]);
      expect(readFileSync(file, 'utf8')).toContain('10.0.0.2');
    }
  });
});
