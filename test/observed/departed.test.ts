import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { removeFileScript } from '../../src/apply/remove-file-script.js';
import { tasksOf, withoutTasks } from '../../src/desired/worker-env.js';
import { formatEnvFile } from '../../src/host/env-file.js';
import { hostLayout } from '../../src/host/layout.js';
import { formatManifest } from '../../src/host/manifest.js';
import type { DepartedWorker, ObservedHost } from '../../src/observed/observed.js';
import { assembleHost, parseAnswer } from '../../src/observed/parse-answer.js';
import { CANARY } from '../support/farm.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

const folders: HostFolder[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** A host whose manifest names these workers beside the declared one. */
function hostWith(names: readonly string[]): HostFolder {
  const folder = new HostFolder();
  folders.push(folder);
  const workers = ['worker-1', ...names];
  folder.write(
    hostLayout(folder.host.paths).manifest,
    formatManifest({ version: 1, farm: 'example', workers, intents: {} }),
  );
  return folder;
}

/** Gives a worker an environment file that names this repo. */
function putEnv(folder: HostFolder, name: string, repo: string): string {
  const env = [
    { name: 'LOTUS_WORKER_LISTEN', value: '10.0.0.11:3456' },
    { name: 'LOTUS_WORKER_PATH', value: repo },
  ];
  return folder.write(`etc/workers/${name}/worker.env`, formatEnvFile(env).reveal(), 0o600);
}

function seen(folder: HostFolder, shell: readonly string[]): ObservedHost {
  const answer = parseAnswer('host-1', folder.probe(shell));
  if (!answer.ok) throw new Error(answer.diagnostic.message);
  return assembleHost(folder.host, answer.value, new Map());
}

function departed(folder: HostFolder, shell: readonly string[], name: string): DepartedWorker {
  const found = seen(folder, shell).departed?.get(name);
  if (found === undefined) throw new Error(`${name} was not seen`);
  return found;
}

describe.each(SHELLS.map((shell) => ({ shell })))(
  'a worker that the file names no more, in $shell',
  ({ shell }) => {
    it.each(['repo-old', 'with blanks, "quotes" and \\ $HOME `x`'])(
      'shows its repo and paths: %s',
      (repoName) => {
        const folder = hostWith(['old']);
        const repo = join(folder.path, repoName);
        const path = folder.makeFolder('old-seal');
        folder.write('old-seal/sectorstore.json', '{"ID":"x"}');
        folder.write('old-seal/sealed/s-t01000-7', '');
        putEnv(folder, 'old', repo);
        folder.write(join(repo, 'storage.json'), JSON.stringify({ StoragePaths: [{ Path: path }] }));
        folder.write(join(repo, 'api'), '/ip4/10.0.0.11/tcp/3456/http');
        const worker = departed(folder, shell, 'old');
        expect(worker).toMatchObject({ repo, listen: '10.0.0.11:3456', envFile: { mode: '600' } });
        expect([...worker.storage].map(([where, { entries }]) => [where, entries])).toEqual([
          [path, ['sealed/s-t01000-7']],
        ]);
        expect(worker.files).toMatchObject({ apiFile: join(repo, 'api'), serviceManager: 'process' });
        expect(worker.process).toBeUndefined();
      },
    );

    it('is only one that the manifest names, and none that is declared', () => {
      const folder = hostWith([]);
      putEnv(folder, 'stranger', join(folder.path, 'elsewhere'));
      putEnv(folder, 'worker-1', join(folder.path, 'repo'));
      expect(seen(folder, shell).departed).toBeUndefined();
    });

    it('may have no file any more', () => {
      const worker = departed(hostWith(['old']), shell, 'old');
      expect(worker).toMatchObject({ envFile: { state: 'absent' }, storageJson: { state: 'absent' } });
      expect(worker).not.toHaveProperty('repo');
    });

    it('never runs what its file says', () => {
      const folder = hostWith(['old']);
      const file = join(folder.path, 'proof');
      folder.write('etc/workers/old/worker.env', `LOTUS_WORKER_PATH="$(touch ${file})"\nA=b touch ${file}\n`);
      seen(folder, shell);
      expect(existsSync(file)).toBe(false);
    });

    it('whose repo was not looked at is not taken for one without paths', () => {
      const folder = hostWith(['old']);
      // systemd takes quotes away that the script does not know.
      folder.write('etc/workers/old/worker.env', `LOTUS_WORKER_PATH='/mnt/repo'\n`);
      expect(departed(folder, shell, 'old').storageJson).toEqual({
        state: 'unreadable',
        why: 'it was not looked at',
      });
    });

    it('leaves a backup of its file without the secret, and no folder', () => {
      const folder = hostWith(['old']);
      const env = folder.write('etc/workers/old/worker.env', `MINER_API_INFO=${CANARY}:/ip4/1\nA=b\n`, 0o600);
      const backups = join(folder.path, 'state/backups/old');
      const written = folder.write('state/written', `${'0'.repeat(64)}  ${env}\n${'1'.repeat(64)}  /etc/x\n`);
      for (const time of ['first', 'second']) {
        const run = spawnSync(shell[0] ?? '', [...shell.slice(1), '-s'], {
          input: removeFileScript(env, { backups, written }),
        });
        expect([time, run.status]).toEqual([time, 0]);
      }
      expect(existsSync(join(folder.path, 'etc/workers/old'))).toBe(false);
      expect(readFileSync(written, 'utf8')).toBe(`${'1'.repeat(64)}  /etc/x\n`);
      const [kept = '', ...more] = readdirSync(backups);
      expect(more).toEqual([]);
      expect(readFileSync(join(backups, kept), 'utf8')).toBe('MINER_API_INFO=(secret)\nA=b\n');
    });
  },
);

describe('the tasks of an environment', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['none by default', { LOTUS_WORKER_NO_DEFAULT: 'true' }, ''],
    ['only those', { LOTUS_WORKER_NO_DEFAULT: 'true', LOTUS_WORKER_PRECOMMIT1: 'true' }, 'PC1'],
    ['all by default', {}, 'AP DC PC1 PC2 C2 UNS RU PR2 GSK'],
    ['all but one', { LOTUS_WORKER_ADDPIECE: 'false' }, 'PC1 PC2 C2 UNS RU PR2 GSK'],
    ['a post', { LOTUS_WORKER_WINDOWPOST: 'true' }, 'WDP'],
  ])('%s', (_, environ, expected) => {
    expect(tasksOf(new Map(Object.entries(environ))).join(' ')).toBe(expected);
  });

  it('are off in what is written for a worker that leaves; all else stays', () => {
    const environ = new Map([
      ['LOTUS_WORKER_PRECOMMIT1', 'true'],
      ['NOTE', 'a b'],
    ]);
    const left = new Map(withoutTasks(environ).map(({ name, value }) => [name, String(value)]));
    expect([...left]).toEqual([
      ['LOTUS_WORKER_NO_DEFAULT', 'true'],
      ['NOTE', 'a b'],
    ]);
    expect(tasksOf(left)).toEqual([]);
  });
});
