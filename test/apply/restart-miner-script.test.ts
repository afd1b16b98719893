import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartMinerScript } from '../../src/apply/restart-miner-script.js';
import { UNIT_FUNCTION } from '../../src/observed/miner-script.js';
import { fileId, SHELLS } from '../support/host-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A program in PATH that does this. */
function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

function run([shell = 'sh', ...args]: readonly string[], script: string) {
  return spawnSync(shell, args, {
    input: script,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder },
  });
}

/** Knows one unit with one main process. */
const SYSTEMCTL = `echo "$*" >>"$HOME/asked"
case "$1 $2 $3 $4" in
  'show -p MainPID lotus-miner.service') echo MainPID=4711 ;;
  'show -p MainPID '*) echo MainPID=0 ;;
  'show '*) printf 'Result=exit-code\\nExecMainStatus=1\\n' ;;
  'restart lotus-miner.service '*) [ ! -e "$HOME/broken" ] ;;
  *) exit 5 ;;
esac`;

function asked(): string {
  return readFileSync(join(folder, 'asked'), 'utf8');
}

describe.each(SHELLS.map((shell) => ({ shell })))('a restart by $shell', ({ shell }) => {
  it('is one of the unit', () => {
    program('systemctl', SYSTEMCTL);
    expect(run(shell, restartMinerScript({ pid: 4711, by: { unit: 'lotus-miner.service' } }))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(asked()).toContain('restart lotus-miner.service\n');
  });

  it('is none of a unit that has another main process by now', () => {
    program('systemctl', SYSTEMCTL);
    const { status, stderr } = run(
      shell,
      restartMinerScript({ pid: 4712, by: { unit: 'lotus-miner.service' } }),
    );
    expect([status, stderr]).toEqual([1, 'lotus-miner.service has another main process than 4712 by now\n']);
    expect(asked()).not.toContain('restart');
  });

  it('says how the unit ended', () => {
    program('systemctl', SYSTEMCTL);
    writeFileSync(join(folder, 'broken'), '');
    const { status, stderr } = run(
      shell,
      restartMinerScript({ pid: 4711, by: { unit: 'lotus-miner.service' } }),
    );
    expect([status, stderr.trim()]).toEqual([1, 'Result=exit-code ExecMainStatus=1']);
  });

  it('is one by a program, with its arguments as they are', () => {
    program('again', 'printf "%s|" "$@" >"$HOME/got"');
    const command = ['again', "it's", '$HOME', 'two words'];
    expect(run(shell, restartMinerScript({ pid: process.pid, by: { command } })).status).toBe(0);
    expect(readFileSync(join(folder, 'got'), 'utf8')).toBe("it's|$HOME|two words|");
  });

  it('says what the program said last', () => {
    program('again', 'echo one; echo "no such unit" >&2; exit 7');
    const { status, stderr } = run(
      shell,
      restartMinerScript({ pid: process.pid, by: { command: ['again'] } }),
    );
    expect([status, stderr]).toEqual([7, 'no such unit\n']);
  });

  it('keeps the status of the program, but for the one that says that something changed', () => {
    program('again', 'exit 3');
    const by = { command: ['again'] };
    expect(run(shell, restartMinerScript({ pid: process.pid, by })).status).toBe(1);
  });

  describe('by the program on disk', () => {
    let miner: ChildProcess;
    const file = (): string => join(folder, 'lotus-miner');
    beforeEach(() => {
      copyFileSync('/bin/dash', file());
      miner = spawn(file(), ['-c', 'read -r line'], { stdio: ['pipe', 'ignore', 'ignore'] });
    });
    afterEach(() => {
      miner.kill();
    });

    function restart(seen: string): readonly [number | null, string, boolean] {
      program('again', 'echo >"$HOME/got"');
      const around = { first: 'echo >"$HOME/first"\n', undo: ':\n' };
      const action = { pid: miner.pid ?? 0, by: { command: ['again'] }, program: seen };
      const { status, stderr } = run(shell, restartMinerScript(action, around));
      const isDone = existsSync(join(folder, 'got'));
      expect(existsSync(join(folder, 'first'))).toBe(isDone);
      return [status, stderr, isDone];
    }

    it('is done where that is the one that was seen', () => {
      expect(restart(fileId(file()))).toEqual([0, '', true]);
    });

    it.each<[string, () => void]>([
      [
        'another one took its place',
        () => {
          copyFileSync('/bin/dash', join(folder, 'new'));
          renameSync(join(folder, 'new'), file());
        },
      ],
      [
        'none is there',
        () => {
          rmSync(file());
        },
      ],
    ])('is none where %s', (_, change) => {
      const seen = fileId(file());
      change();
      expect(restart(seen)).toEqual([3, 'its program on disk is another one by now\n', false]);
    });
  });

  describe('with something that belongs to it', () => {
    const around = { first: 'echo first >>"$HOME/done"\n', undo: 'echo undone >>"$HOME/done"\n' };
    const done = (): string =>
      existsSync(join(folder, 'done')) ? readFileSync(join(folder, 'done'), 'utf8') : '';
    const restart = 'echo restarted >>"$HOME/done"; [ ! -e "$HOME/broken" ]';

    it.each([
      ['a unit', { unit: 'lotus-miner.service' }, 4711, 4712],
      ['a program', { command: ['again'] }, process.pid, 2 ** 30],
    ] as const)('does that before, by %s, and takes it back where it fails', (_, by, pid, other) => {
      program('systemctl', `case $1 in restart) ${restart}; exit ;; esac\n${SYSTEMCTL}`);
      program('again', restart);
      expect(run(shell, restartMinerScript({ pid, by }, around)).status).toBe(0);
      expect(done()).toBe('first\nrestarted\n');
      rmSync(join(folder, 'done'));
      writeFileSync(join(folder, 'broken'), '');
      expect(run(shell, restartMinerScript({ pid, by }, around)).status).toBe(1);
      expect(done()).toBe('first\nrestarted\nundone\n');
      rmSync(join(folder, 'done'));
      expect(run(shell, restartMinerScript({ pid: other, by }, around)).status).toBe(1);
      expect(done()).toBe('');
    });
  });

  it('is none of a process that has ended', async () => {
    program('again', 'echo >"$HOME/got"');
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    const { status, stderr } = run(
      shell,
      restartMinerScript({ pid: child.pid ?? 0, by: { command: ['again'] } }),
    );
    expect([status, stderr]).toEqual([1, `process ${child.pid ?? 0} runs no more\n`]);
  });

  it.each([
    ['of version 2', '0::/system.slice/lotus-miner.service', 'lotus-miner.service'],
    ['of version 1', '3:cpu:/\n1:name=systemd:/system.slice/lotus-miner.service\n', 'lotus-miner.service'],
    ['with a part of its own', '0::/system.slice/lotus-miner.service/payload\n', 'lotus-miner.service'],
    ['within a slice', '0::/lotus.slice/lotus-miner.service\n', 'lotus-miner.service'],
    ['of a login', '0::/user.slice/user-0.slice/session-3.scope\n', ''],
    [
      'of a manager of a user',
      '0::/user.slice/user-7.slice/user@7.service/app.slice/lotus-miner.service\n',
      '',
    ],
    ['of a unit whose main process is another', '0::/system.slice/ssh.service\n', ''],
    ['of a container', '0::/system.slice/docker-0123.scope\n', ''],
    ['of none', '0::/\n', ''],
  ])('finds the unit of a process in a control group %s', (_, cgroup, unit) => {
    program('systemctl', SYSTEMCTL);
    const proc = join(folder, '4711');
    run(shell, `mkdir '${proc}'`);
    writeFileSync(join(proc, 'cgroup'), cgroup);
    expect(run(shell, `${UNIT_FUNCTION}\nunit_of '${proc}'\n`)).toMatchObject({
      status: 0,
      stdout: unit,
      stderr: '',
    });
  });
});
