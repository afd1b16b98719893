import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietAll } from '../../src/apply/quiet-all.js';
import { restartMinerScript } from '../../src/apply/restart-miner-script.js';
import { aroundRestart, keyStandsScript, rotateKey } from '../../src/apply/rotate-key.js';
import { failure, success } from '../../src/diagnostic/result.js';
import { keyFile, TOKEN_KEY } from '../../src/lotus/keystore.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';
import { SHELLS } from '../support/host-folder.js';
import { notAsked } from './not-asked.js';
import { Scene, START } from './scene.js';

const KEY = keyFile(TOKEN_KEY);
const KEPT = keyFile('auth-jwt-private-before');
const REFUSED = { code: 'SF407', severity: 'error', message: 'refused' } as const;

const word = (text: string): string => Buffer.from(text).toString('base64');
const ROWS = Array.from({ length: 48 }, (_, at) => `${at}  0  0 (0)  0`).join('\n');
const INFO =
  'Current Epoch: 1010\nProving Period Start: 1000 (02 Jan 26 02:59 UTC, x)\nDeadline Index: 0\nDeadline Open: 1000 (x)\nDeadline Close: 1060 (x)\nDeadline Challenge: 980 (x)';
const NOTHING_DUE = `sealfarm-proving 1\ninfo 0 ${word(INFO)}\ndeadlines 0 ${word(ROWS)}\nclock ${Date.parse(START) / 1000}\nsealfarm-proving end\n`;

describe.each(SHELLS.map((shell) => ({ shell })))('the key of all tokens, moved by $shell', ({ shell }) => {
  let repo: string;
  beforeEach(() => {
    repo = join(mkdtempSync(join(tmpdir(), 'sealfarm-test-')), "the miner's");
  });
  afterEach(() => {
    rmSync(join(repo, '..'), { recursive: true });
  });

  function run(input: string) {
    const [program = 'sh', ...args] = shell;
    return spawnSync(program, args, { input, encoding: 'utf8' });
  }

  /** @param restart a line of shell that stands for what restarts the miner */
  function move(restart = 'true') {
    const command = ['sh', '-c', restart, repo];
    const around = aroundRestart(repo, 'auth-jwt-private-before');
    return run(restartMinerScript({ pid: process.pid, by: { command } }, around));
  }

  const stands = (): boolean => run(keyStandsScript(repo, 'auth-jwt-private-before')).status === 0;

  function withKey(): void {
    mkdirSync(join(repo, 'keystore'), { recursive: true });
    writeFileSync(join(repo, 'keystore', KEY), 'before', { mode: 0o600 });
  }

  it('comes back where the restart fails, so that the next start goes by it', () => {
    withKey();
    expect(stands()).toBe(true);
    expect(move('echo no such unit >&2; exit 7')).toMatchObject({ status: 7, stderr: 'no such unit\n' });
    expect(readdirSync(join(repo, 'keystore'))).toEqual([KEY]);
    expect(stands()).toBe(true);
  });

  it('gives way to a new one that was made before the restart failed', () => {
    withKey();
    expect(move(`echo new >"$0/keystore/${KEY}"; exit 1`).status).toBe(1);
    expect(readFileSync(join(repo, 'keystore', KEY), 'utf8')).toBe('new\n');
    expect(readFileSync(join(repo, 'keystore', KEPT), 'utf8')).toBe('before');
    expect(stands()).toBe(false);
  });

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
    const { scene, rotated, scripts } = await rotate({
      proving: 'sealfarm-proving 1\ninfo 1 =no\nsealfarm-proving end\n',
    });
    expect(rotated).toMatchObject({ ok: false, diagnostic: { code: 'SF586' } });
    expect(scene.calls).toEqual([]);
    expect(scripts).toHaveLength(1);
  });

  it('go on with their work where the restart fails and the key of before stands', async () => {
    const { scene, rotated } = await rotate({ restart: 1, stands: true });
    expect(rotated).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF651',
        message: 'cannot restart lotus-miner on miner-1: Result=exit-code',
        help: expect.stringContaining('all workers take work again') as string,
      },
    });
    expect([scene.tasksOf('worker-1'), scene.tasksOf('worker-2')]).toEqual([
      ['PC1', 'PC2'],
      ['PC1', 'PC2'],
    ]);
  });

  it('are named where they cannot be told to go on', async () => {
    const { rotated } = await rotate({ restart: 1, stands: true, deaf: 'worker-2' });
    expect(!rotated.ok && rotated.diagnostic).toMatchObject({
      message: expect.stringMatching(/Result=exit-code; tasks stay off: worker-2$/) as string,
      help: expect.stringContaining('`sealfarm apply` switches the tasks on') as string,
    });
  });

  it('stay as they are, and are named, where the miner may go by another key', async () => {
    for (const asked of [{ restart: 1, stands: false }, { restart: 0 }]) {
      const { scene, rotated } = await rotate(asked);
      expect(!rotated.ok && rotated.diagnostic).toMatchObject({
        code: 'SF651',
        message: expect.stringMatching(/; tasks stay off: worker-1, worker-2$/) as string,
      });
      expect([scene.tasksOf('worker-1'), scene.tasksOf('worker-2')]).toEqual([[], []]);
    }
  });

  interface Asked {
    /** What the miner's machine says of deadlines; nothing is due without it. */
    readonly proving?: string;
    /** Status of the restart; after 0 no process is there. */
    readonly restart?: number;
    readonly stands?: boolean;
    /** A worker that takes no task any more. */
    readonly deaf?: string;
    /** The run that holds the lock of the miner's machine. */
    readonly lockedBy?: string;
  }

  async function rotate({
    proving = NOTHING_DUE,
    restart = 0,
    stands = false,
    deaf,
    lockedBy = 'run-1',
  }: Asked) {
    const scene = new Scene();
    const { context } = scene;
    const scripts: string[] = [];
    const exec = (script: string): ExecOutput => {
      scripts.push(script);
      if (script.startsWith('lock='))
        return { stdout: `b 1\n{"run":"${lockedBy}"}\n`, stderr: '', status: 0 };
      if (script.includes('sealfarm-proving')) return { stdout: proving, stderr: '', status: 0 };
      if (script.includes('systemctl restart'))
        return { stdout: '', stderr: 'Result=exit-code', status: restart };
      if (script.includes('sealfarm-miner-processes'))
        return {
          stdout: 'sealfarm-miner-processes 1\nsealfarm-miner-processes end\n',
          stderr: '',
          status: 0,
        };
      return { stdout: '', stderr: '', status: stands ? 0 : 1 };
    };
    const remote: Remote = {
      host: 'miner-1',
      ...notAsked(['stream', 'dial', 'notes', 'close', 'isOpen']),
      exec: (script) => Promise.resolve(success(exec(script))),
    };
    const version = () => Promise.resolve(success({ Version: '1.36.2', APIVersion: 131840, BlockDelay: 30 }));
    if (deaf !== undefined) scene.failing.set(`${deaf} enable PC1`, REFUSED);
    const asked = {
      ...context,
      miner: { ...context.miner, version },
      remote: (host: string) => (host === 'miner-1' ? remote : context.remote(host)),
    };
    const rotated = await rotateKey(asked, {
      host: 'miner-1',
      lock: '/state/lock',
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
      meet: () => Promise.resolve(failure(REFUSED)),
    });
    return { scene, rotated, scripts };
  }

  it('stays, and all work again, where somebody has taken away the lock of its machine', async () => {
    const { scene, rotated, scripts } = await rotate({ lockedBy: 'run-2', stands: true });
    expect(rotated).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
    expect(scripts.filter((script) => script.includes('systemctl restart'))).toEqual([]);
    expect([scene.tasksOf('worker-1'), scene.tasksOf('worker-2')]).toEqual([
      ['PC1', 'PC2'],
      ['PC1', 'PC2'],
    ]);
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
