import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { oneAtATime } from '../../src/apply/one-at-a-time.js';
import { perform } from '../../src/apply/perform.js';
import { removeFileScript } from '../../src/apply/remove-file-script.js';
import { restartWorker } from '../../src/apply/restart-worker.js';
import type { Result } from '../../src/diagnostic/result.js';
import type { Action, Step } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';
import { aDiagnostic, aJob, aUnit, file, sessionOf, stopped } from '../support/observation.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };

let scene: Scene;
/** How often the worker was started, and what becomes of it then. */
let starts: number;
let onStart: (nth: number) => void;

beforeEach(() => {
  scene = new Scene();
  starts = 0;
  onStart = () => undefined;
  scene.before = (call) => {
    // It is up by the next look, so that what happens to it happens then.
    if (call === 'host-1 start worker-1') starts += 1;
    else if (call === 'look host-1' && starts > 0) onStart(starts);
  };
});

afterEach(removeFolders);

function written(path: string, before?: string): Step {
  const replaces = before === undefined ? {} : { replaces: 'x', before: new Secret(before) };
  const action: Action = {
    kind: 'write-file',
    path,
    mode: '600',
    content: new Secret(`new ${CANARY}`),
    backups: '/b',
    ...replaces,
  };
  return {
    id: `worker-1/write-file:${path}`,
    ...TARGET,
    action,
    disruption: 'none',
    reason: 'config-changed',
    changes: [],
  };
}

function restart(done: readonly Step[]): Promise<Result<undefined>> {
  const action = {
    kind: 'restart',
    service: scene.layout('worker-1'),
    expect: scene.expectation('worker-1'),
  } as const;
  return restartWorker(scene.context, TARGET, action, done, () => undefined);
}

/** What this run wrote for the worker. */
function files() {
  const { envFile, unit } = scene.layout('worker-1');
  return [
    written(envFile, 'the old one'),
    written(unit.dropIn),
    written('/mnt/seal-1/sectorstore.json', '{}'),
  ];
}

function message(result: Result<undefined>): string | undefined {
  return result.ok ? undefined : result.diagnostic.message;
}

describe('a worker that does not come up', () => {
  beforeEach(() => {
    onStart = (nth) => {
      if (nth === 1) scene.change('worker-1', stopped);
    };
  });

  it('gets the files back that it had, but for the settings of its paths, and starts with them', async () => {
    const result = await restart(files());
    const { envFile, unit } = scene.layout('worker-1');
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF603' } });
    expect(message(result)).toBe(
      'worker-1 did not come up as declared: its process ended; the files of before were put back, and it works with them again',
    );
    const [back, gone] = scene.scripts;
    expect(scene.changes.slice(-5)).toEqual([
      'host-1 log worker-1',
      `host-1 script ${envFile}`,
      `host-1 script ${unit.dropIn}`,
      'host-1 start worker-1',
      'host-1 journal',
    ]);
    expect(back).toContain(Buffer.from('the old one').toString('base64'));
    expect(back).toContain(createHash('sha256').update(`new ${CANARY}`).digest('hex'));
    expect(gone).toContain('rm -f "$target"');
    expect(scene.scripts).toHaveLength(2);
  });

  it('gets them when nobody else of the run writes on the host: each reads the record before it writes', async () => {
    let other = (): void => undefined;
    const ended = new Promise<void>((resolve) => (other = resolve));
    void oneAtATime(scene.context, 'host-1', () => ended);
    onTestFinished(other);
    const restarted = restart(files());
    await new Promise(setImmediate);
    expect(scene.changes.at(-1)).toBe('host-1 log worker-1');
    expect(scene.scripts).toEqual([]);
    other();
    await restarted;
    expect(scene.scripts).toHaveLength(2);
  });

  it('is left alone where this run wrote nothing for it', async () => {
    expect(message(await restart([]))).toBe('worker-1 did not come up as declared: its process ended');
    expect(scene.scripts).toEqual([]);
    expect(starts).toBe(1);
  });

  describe('whose files an earlier run wrote', () => {
    const [RAN_WITH, LEFT] = ['A=1\nMINER_API_INFO=old\n', `A=2\nMINER_API_INFO=${CANARY}\n`];
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const BACK =
      'the files of before a run that changed them and did not start it with that were put back, and it works with them again';

    function entry(path: string, before = sha256(RAN_WITH), after = sha256(LEFT)): string {
      const change = { path, before, after, mode: '600', backups: '/b', stamp: 's' };
      return JSON.stringify({ at: '2026-01-01T00:00:00Z', who: 'bob', run: 'cut', ...change });
    }

    /** A run that was cut off has changed the environment file, which is there as it left it, or as somebody else did. */
    function cutOff(present = LEFT, ...more: readonly string[]): string {
      const { envFile } = scene.layout('worker-1');
      scene.outputs.set('host-1 read journal', { stdout: [entry(envFile), ...more].join('\n') });
      const kept = RAN_WITH.replace('old', '(secret)');
      scene.outputs.set('host-1 read versions', { stdout: `0 .${base64(present)} .${base64(kept)}\n` });
      return envFile;
    }

    it.each(['restart', 'start'] as const)(
      'gets them back at its %s, with the secrets of now',
      async (kind) => {
        const envFile = cutOff();
        const service = scene.layout('worker-1');
        const action = { kind, service, expect: scene.expectation('worker-1') } as const;
        const step = { ...written('/x'), id: `worker-1/${kind}`, action } as Step;
        expect(message(await perform(scene.context, [], step, '/state/lock'))).toContain(`; ${BACK}`);
        expect(scene.changes.slice(-3, -1)).toEqual([`host-1 script ${envFile}`, 'host-1 start worker-1']);
        expect(scene.scripts).toEqual([expect.stringContaining(base64(RAN_WITH.replace('old', CANARY)))]);
        expect(scene.scripts[0]).toContain(sha256(LEFT));
      },
    );

    describe('and which shall take nothing by now', () => {
      const OFF = 'LOTUS_WORKER_NO_DEFAULT=true\n';
      const ON = `${OFF}LOTUS_WORKER_PRECOMMIT1=true\n`;
      /** @param texts of the environment file: what it was, and what it is */
      const startEmpty = (...[was, is]: readonly [string, string]): Promise<Result<undefined>> => {
        const { envFile } = scene.layout('worker-1');
        scene.outputs.set('host-1 read journal', { stdout: entry(envFile, sha256(was), sha256(is)) });
        scene.outputs.set('host-1 read versions', { stdout: `0 .${base64(is)} .${base64(was)}\n` });
        const expectation = scene.expectation('worker-1', { tasks: [] });
        const action = { kind: 'start', service: scene.layout('worker-1'), expect: expectation } as const;
        return perform(scene.context, [], { ...written('/x'), id: 'worker-1/start', action }, '/state/lock');
      };

      it('is started with all that it had but its tasks', async () => {
        expect(message(await startEmpty(`A=1\n${ON}`, `A=2\n${OFF}`))).toContain(
          'were put back but for PC1, which is off by now and stays off, and it works with them again',
        );
        expect(scene.scripts).toEqual([expect.stringContaining(`${base64(`A=1\n${OFF}`)}\nEND`)]);
      });

      it('is left as it is where nothing else was changed', async () => {
        expect(message(await startEmpty(ON, OFF))).not.toContain('put back');
        expect(scene.scripts).toEqual([]);
        expect(starts).toBe(1);
      });

      it('gets no task that it did not have then either', async () => {
        await startEmpty(`A=1\n${ON}`, `A=2\n${OFF}LOTUS_WORKER_PRECOMMIT2=true\n`);
        expect(scene.scripts).toEqual([expect.stringContaining(`${base64(`A=1\n${OFF}`)}\nEND`)]);
      });
    });

    it('has that start in the journal: what was changed before it is settled', async () => {
      cutOff();
      await restart([]);
      expect(scene.journal).toEqual([expect.objectContaining({ step: 'worker-1/start', outcome: 'done' })]);
    });

    it('loses a drop-in that was not there, in the version that was written', async () => {
      const { unit } = scene.layout('worker-1');
      cutOff(LEFT, entry(unit.dropIn, 'absent'));
      expect(message(await restart([]))).toContain(BACK);
      expect(scene.scripts).toHaveLength(2);
      expect(scene.scripts[1]).toContain(`target='${unit.dropIn}'`);
      expect(scene.scripts[1]).toContain(`[ "$seen" = ${sha256(LEFT)} ]`);
    });

    it('gets those of before that run, where those of before this one do not help', async () => {
      cutOff();
      onStart = (nth) => {
        if (nth < 3) scene.change('worker-1', stopped);
      };
      expect(message(await restart(files()))).toMatch(
        new RegExp(`with them it is not up either: worker-1 did not come up .*; ${BACK}$`),
      );
      expect(starts).toBe(3);
    });

    it.each([
      ['somebody changed them', 'A=3\n', 'somebody changed it since'],
      ['a secret is nowhere', 'A=2\n', 'the value of MINER_API_INFO was not kept'],
    ])('is not started again where %s', async (_, present, why) => {
      const envFile = cutOff(present);
      scene.outputs.set('host-1 read journal', {
        stdout: entry(envFile, undefined, sha256(why.startsWith('the') ? present : LEFT)),
      });
      const said = message(await restart([]));
      expect(said).toContain('; what it had before could not be put back: ');
      expect(said).toContain(why);
      expect(scene.scripts).toEqual([]);
      expect(starts).toBe(1);
    });

    describe('and nothing tells what it ran with', () => {
      const helpOf = (result: Result<undefined>): string => (result.ok ? '' : (result.diagnostic.help ?? ''));
      const NAMED = '`sealfarm rollback host-1 --to 1`';

      it('is told where that run has done all that it meant to', async () => {
        const envFile = cutOff();
        const done = {
          at: '2026-01-01T00:00:01Z',
          who: 'bob',
          run: 'cut',
          command: 'apply',
          outcome: 'done',
        };
        const stdout = `${entry(envFile)}\n${JSON.stringify(done)}`;
        scene.outputs.set('host-1 read journal', { stdout });
        expect(helpOf(await restart([]))).toContain(NAMED);
        expect(scene.scripts).toEqual([]);
      });

      it.each([
        ['it was another file', '/etc/other', 0],
        ['nobody can tell', undefined, 1],
      ])('is told nothing where %s', async (_, path, status) => {
        const stdout = entry(path ?? scene.layout('worker-1').envFile);
        scene.outputs.set('host-1 read journal', { stdout, status });
        const result = await restart([]);
        expect(result.ok).toBe(false);
        expect(helpOf(result)).not.toContain('rollback');
        expect(scene.scripts).toEqual([]);
      });
    });
  });

  it('keeps a file that somebody changed meanwhile, and is not started', async () => {
    const { envFile } = scene.layout('worker-1');
    scene.outputs.set(`host-1 script ${envFile}`, { status: 3, stderr: 'not the file' });
    expect(message(await restart(files()))).toContain(
      `what it had before could not be put back: cannot put ${envFile} back on host-1: not the file`,
    );
    expect(starts).toBe(1);
  });

  it('is said to be down where the old files do not help either', async () => {
    onStart = () => {
      scene.change('worker-1', stopped);
    };
    expect(message(await restart(files()))).toContain(
      'with them it is not up either: worker-1 did not come up as declared: its process ended',
    );
  });

  it('that answers and never registers is stopped before its files are put back', async () => {
    const { workers } = scene.observation.miner;
    onStart = (nth) => {
      scene.changeMiner({ workers: nth === 1 ? new Map() : workers });
    };
    expect(message(await restart(files()))).toBe(
      'worker-1 did not come up as declared: it is not registered with the miner; the files of before were put back, and it works with them again',
    );
    expect(scene.changes.filter((call) => call === 'host-1 stop worker-1')).toHaveLength(2);
  });

  it('is left as it is, with its paths, where somebody has taken the lock away by then', async () => {
    onStart = () => {
      scene.changeMiner({ workers: new Map() });
      scene.outputs.set('host-1 look at lock', { stdout: '' });
    };
    expect(message(await restart(files()))).toContain('it is left as it is');
    expect(scene.changes.filter((call) => call === 'worker-1 detach-all')).toHaveLength(1);
    expect(scene.scripts).toEqual([]);
  });

  it('that systemd starts again and again is stopped before its files are put back', async () => {
    onStart = (nth) => {
      if (nth > 1) return;
      const unit = aUnit();
      scene.change('worker-1', (one) => ({ ...stopped(one), unit }));
      scene.changeMiner({ workers: new Map() });
    };
    await restart(files());
    expect(scene.changes.slice(-6, -4)).toEqual([
      'host-1 systemd stop worker-1',
      'host-1 systemd remove worker-1',
    ]);
  });
});

it('leaves a worker as it is that came up otherwise and has been given work', async () => {
  onStart = (nth) => {
    if (nth !== 1) return;
    scene.changeLive('worker-1', () => ({ tasks: new Set(['PC1']) }));
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
  };
  const result = await restart(files());
  expect(message(result)).toMatch(
    /^worker-1 did not come up as declared: PC2 is off; it is left as it is: worker-1 is not quiet in time; still there: PC1 of s-t01000-7/,
  );
  expect(scene.scripts).toEqual([]);
  expect(scene.changes.filter((call) => call === 'host-1 stop worker-1')).toHaveLength(1);
  expect(scene.tasksOf('worker-1')).toEqual(['PC1']);
});

it('gives one its tasks again that came up otherwise and does not end', async () => {
  onStart = (nth) => {
    if (nth > 1) return;
    starts += 1;
    scene.changeLive('worker-1', () => ({ tasks: new Set(['PC1']) }));
    scene.outputs.set('host-1 stop worker-1', { status: 1, stderr: 'process 12 does not end' });
  };
  expect(message(await restart(files()))).toContain('it is left as it is: cannot stop worker-1');
  expect(scene.tasksOf('worker-1')).toEqual(['PC1']);
});

describe('a list of paths on which one is new', () => {
  const listOf = (...paths: readonly string[]): string =>
    JSON.stringify({ StoragePaths: paths.map((Path) => ({ Path })) });
  const NEW = '/mnt/new';

  /** What was listed before, what was written, and what stands there when it has not come up. */
  interface Lists {
    readonly before?: readonly string[];
    readonly now?: string;
    readonly since?: string;
  }

  function listed(
    entries: readonly string[] | undefined,
    then = (): void => undefined,
    { before = ['/mnt/seal-1'], now = listOf(...before, NEW), since = now }: Lists = {},
  ): Promise<Result<undefined>> {
    onStart = (nth) => {
      if (nth > 1) return;
      then();
      scene.change('worker-1', (one) => {
        const [[, path] = []] = [...one.storage];
        if (path === undefined) throw new Error('no path');
        const storage = new Map(one.storage).set(NEW, { ...path, entries: entries ?? [] });
        const storageJson = file(since);
        return stopped(entries === undefined ? { ...one, storageJson } : { ...one, storage, storageJson });
      });
    };
    const path = scene.layout('worker-1').storageJson;
    const action: Action = {
      kind: 'write-file',
      path,
      mode: 'keep',
      content: new Secret(now),
      replaces: 'x',
      before: new Secret(listOf(...before)),
      backups: '/b',
    };
    return restart([{ ...written(path), action }]);
  }

  const writtenPaths = (): unknown => {
    const texts = scene.scripts.flatMap((script) =>
      (script.match(/[A-Za-z0-9+/=\n]{40,}/g) ?? []).map((word) => Buffer.from(word, 'base64').toString()),
    );
    const list = texts.find((text) => text.includes('StoragePaths')) ?? '{}';
    return (JSON.parse(list) as { StoragePaths: { Path: string }[] }).StoragePaths.map(({ Path }) => Path);
  };

  it.each([
    ['goes where nothing came there', [], ['/mnt/seal-1'], 'the files of before were put back'],
    [
      'stays where a sector came there',
      ['sealed/s-t01000-7'],
      ['/mnt/seal-1', NEW],
      `but for ${NEW}, which may hold sectors and stays listed,`,
    ],
    [
      'stays where nobody can see it',
      undefined,
      ['/mnt/seal-1', NEW],
      `but for ${NEW}, which may hold sectors and stays listed,`,
    ],
  ])('%s', async (_, entries, paths, words) => {
    expect(message(await listed(entries))).toContain(words);
    expect(writtenPaths()).toEqual(paths);
  });

  const noList = (): void => {
    expect(scene.changes.filter((call) => call.includes('storage.json'))).toEqual([]);
  };

  it('is left where Lotus added to it since', async () => {
    const since = listOf('/mnt/seal-1', NEW, '/mnt/attached');
    expect(message(await listed([], undefined, { since }))).toContain('it works with them again');
    noList();
  });

  it('is left where none is new on it, and the worker is not stopped for it', async () => {
    const twice = { before: ['/mnt/seal-1', '/mnt/seal-1'], now: listOf('/mnt/seal-1') };
    expect(message(await listed([], undefined, twice))).not.toContain('the files of before');
    noList();
    expect(starts).toBe(1);
  });

  it('is left where nobody can look', async () => {
    const fails = (): void =>
      void scene.failing.set('miner sectors', { code: 'SF411', severity: 'error', message: 'no answer' });
    expect(message(await listed([], fails))).toContain('what it had before could not be put back: no answer');
  });
});

describe('a file that goes only in the version that was written', () => {
  function remove(path: string, text: string) {
    const folder = tempFolder();
    writeFileSync(join(folder, 'f'), text);
    const record = { backups: join(folder, 'backups'), written: join(folder, 'written') };
    const replaces = createHash('sha256').update('ours').digest('hex');
    return { folder, ...runShell(removeFileScript(join(folder, path), record, replaces)) };
  }

  it('goes', () => {
    const { folder, status } = remove('f', 'ours');
    expect(status).toBe(0);
    expect(existsSync(join(folder, 'f'))).toBe(false);
  });

  it('is gone already', () => {
    expect(remove('other', 'ours').status).toBe(0);
  });

  it('stays with what somebody else wrote', () => {
    const { folder, status, stderr } = remove('f', 'theirs');
    expect(status).toBe(3);
    expect(stderr).toContain('is not the file that was written');
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('theirs');
  });
});

it('says of one that is left as it is that its tasks may be off where they cannot be switched on', async () => {
  scene.failing.set('worker-1 enable PC1', aDiagnostic('refused'));
  onStart = (nth) => {
    if (nth !== 1) return;
    scene.changeLive('worker-1', () => ({ tasks: new Set(['PC1']) }));
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
  };
  const result = await restart(files());
  expect(message(result)).toContain('it is left as it is');
  expect(result.ok ? '' : result.diagnostic.help).toContain(
    'The tasks of worker-1 may be off still: apply again',
  );
});
