import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietAll } from '../../src/apply/quiet-all.js';
import { moveKeyScript, rotateKey } from '../../src/apply/rotate-key.js';
import { failure, success } from '../../src/diagnostic/result.js';
import { keyFile, TOKEN_KEY } from '../../src/lotus/keystore.js';
import type { Remote } from '../../src/remote/remote.js';
import { SHELLS } from '../support/host-folder.js';
import { notAsked } from './not-asked.js';
import { Scene } from './scene.js';

const KEY = keyFile(TOKEN_KEY);
const KEPT = keyFile('auth-jwt-private-before');

describe.each(SHELLS.map((shell) => ({ shell })))('the key of all tokens, moved by $shell', ({ shell }) => {
  let repo: string;
  beforeEach(() => {
    repo = join(mkdtempSync(join(tmpdir(), 'sealfarm-test-')), "the miner's");
  });
  afterEach(() => {
    rmSync(join(repo, '..'), { recursive: true });
  });

  function move() {
    const [program = 'sh', ...args] = shell;
    return spawnSync(program, args, {
      input: moveKeyScript(repo, 'auth-jwt-private-before'),
      encoding: 'utf8',
    });
  }

  it('stays beside others under a name that Lotus can read, for nobody else', () => {
    mkdirSync(join(repo, 'keystore'), { recursive: true });
    writeFileSync(join(repo, 'keystore', KEY), 'secret', { mode: 0o640 });
    writeFileSync(join(repo, 'keystore', 'NRUWE4BSOAWWQ33TOQ'), 'host');
    expect(move()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(repo, 'keystore')).sort()).toEqual([KEPT, 'NRUWE4BSOAWWQ33TOQ'].sort());
    expect(statSync(join(repo, 'keystore', KEPT)).mode & 0o777).toBe(0o600);
  });

  it('is away already where an earlier run was cut off', () => {
    mkdirSync(join(repo, 'keystore'), { recursive: true });
    expect(move().status).toBe(0);
    expect(existsSync(join(repo, 'keystore', KEPT))).toBe(false);
  });

  it('is looked for in a repo alone', () => {
    expect(move()).toMatchObject({ status: 1, stderr: `${repo}/keystore is not there\n` });
  });
});

describe('workers that are to be quiet together', () => {
  const workers = [1, 2].map((n) => ({
    host: `host-${n}`,
    worker: `worker-${n}`,
    tasks: ['PC1', 'PC2'] as const,
  }));

  it('are left with their tasks off', async () => {
    const scene = new Scene();
    expect(await quietAll(scene.context, workers)).toMatchObject({ ok: true });
    expect([scene.tasksOf('worker-1'), scene.tasksOf('worker-2')]).toEqual([[], []]);
  });

  it('go on with their work where nobody can tell when a proof is due', async () => {
    const scene = new Scene();
    const { context } = scene;
    const scripts: string[] = [];
    const remote: Remote = {
      host: 'miner-1',
      ...notAsked(['stream', 'dial', 'notes', 'close', 'isOpen']),
      exec: (script) => {
        scripts.push(script);
        const stdout = 'sealfarm-proving 1\ninfo 1 =no\nsealfarm-proving end\n';
        return Promise.resolve(success({ stdout, stderr: '', status: 0 }));
      },
    };
    const version = () => Promise.resolve(success({ Version: '1.36.2', APIVersion: 131840, BlockDelay: 30 }));
    const asked = {
      ...context,
      miner: { ...context.miner, version },
      remote: (host: string) => (host === 'miner-1' ? remote : context.remote(host)),
    };
    const rotated = await rotateKey(asked, {
      host: 'miner-1',
      action: {
        kind: 'restart-miner',
        miner: { repo: '/srv/lotus' },
        pid: 7,
        by: { unit: 'lotus-miner.service' },
        margin: 600_000,
        ownWorkers: [],
      },
      workers,
      keptAs: 'auth-jwt-private-before',
      onWait: () => undefined,
      meet: () => Promise.resolve(failure({ code: 'SF407', severity: 'error', message: 'refused' })),
    });
    expect(rotated).toMatchObject({ ok: false, diagnostic: { code: 'SF586' } });
    expect(scene.calls).toEqual([]);
    expect(scripts).toHaveLength(1);
  });

  it('all work again where one does not get quiet', async () => {
    const scene = new Scene();
    const [session = ''] = [...scene.observation.miner.workers]
      .filter(([, { Info }]) => Info.Hostname === 'worker-2')
      .map(([name]) => name);
    const Sector = { Miner: 1000, Number: 3 };
    const job = { ID: { Sector, ID: 'call' }, Sector, Task: 'seal/v0/precommit/1', RunWait: 0, Start: '2026-01-02T03:00:00Z', Hostname: 'worker-2' }; // prettier-ignore
    scene.changeMiner({ jobs: new Map([[session, [job]]]) });
    expect(await quietAll(scene.context, workers)).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF604' },
    });
    expect([scene.tasksOf('worker-1'), scene.tasksOf('worker-2')]).toEqual([
      ['PC1', 'PC2'],
      ['PC1', 'PC2'],
    ]);
  });
});
