import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decode, WORD_FUNCTIONS } from '../../src/observed/asking.js';
import { STRANGERS_FUNCTIONS } from '../../src/observed/strangers-script.js';
import { parseUnmanaged } from '../../src/observed/unmanaged.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

const folders: HostFolder[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** What a function says of process 7, with this cgroup, on a host whose systemd knows each unit as enabled. */
function said([program = '', ...args]: readonly string[], name: string, cgroup: string): string {
  const folder = new HostFolder();
  folders.push(folder);
  folder.write('7/cgroup', `${cgroup}\n`);
  folder.write('1/cgroup', '1:cpu:/\n0::/init.scope\n');
  const functions = STRANGERS_FUNCTIONS.replaceAll('/proc/', `${folder.path}/`);
  const input = `systemctl() { echo "Id=$4"; echo MainPID=7; }\n${functions}\n${name} 7\n`;
  return spawnSync(program, [...args, '-s'], { input, encoding: 'utf8' }).stdout;
}

const RUNS = '/usr/local/bin/lotus-worker --worker-repo /r run';

/** Process 7 as a worker of somebody else, on a host with two users. */
function stranger(
  [program = '', ...args]: readonly string[],
  words: readonly string[],
  env: readonly string[],
  uid: number,
): { readonly repo: string | undefined; readonly user: string } {
  const folder = new HostFolder();
  folders.push(folder);
  folder.write('7/comm', 'lotus-worker\n');
  folder.write('7/cmdline', words.map((word) => `${word}\0`).join(''));
  folder.write('7/environ', env.map((line) => `${line}\0`).join(''));
  folder.write('7/status', `Uid:\t0\t${uid}\t0\t0\n`);
  const users = folder.write('passwd', 'root:x:0:0::/root:/bin/sh\nseal:x:77:77::/home/seal:/bin/sh\n');
  const functions = STRANGERS_FUNCTIONS.replaceAll('/proc/', `${folder.path}/`).replaceAll(
    '/etc/passwd',
    users,
  );
  const asked = 'getent() { return 127; }\nmay_tell() { :; }\nours= ours_too=yes\nstrangers\n';
  const input = `${WORD_FUNCTIONS}\n${functions}\n${asked}`;
  const { stdout } = spawnSync(program, [...args, '-s'], { input, encoding: 'utf8' });
  const [unmanaged = [], told = []] = stdout.split('\n').map((line) => line.split(' ').slice(1));
  return { repo: parseUnmanaged(unmanaged).repo, user: decode(told[3] ?? '-') };
}

/** What stands above process 7, the nearest first: 8, and so on. */
function parentsOf([program = '', ...args]: readonly string[], above: readonly Above[], awk = ''): string {
  const folder = new HostFolder();
  folders.push(folder);
  folder.write('7/status', 'PPid:\t8\n');
  folder.write('7/comm', 'lotus-worker\n');
  folder.write('7/cmdline', RUNS.replaceAll(' ', '\0'));
  for (const [at, { comm = 'bash', words = [], script, open = '255', exe }] of above.entries()) {
    const pid = 8 + at;
    folder.write(`${pid}/status`, `PPid:\t${at + 1 === above.length ? 0 : pid + 1}\n`);
    folder.write(`${pid}/comm`, `${comm}\n`);
    folder.write(`${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
    if (script !== undefined) folder.write(`${pid}/fd/${open}`, script);
    if (exe !== undefined) symlinkSync(exe, join(folder.path, `${pid}/exe`));
  }
  const input = `${awk}\n${STRANGERS_FUNCTIONS.replaceAll('/proc/', `${folder.path}/`)}\nparents 7\n`;
  return spawnSync(program, [...args, '-s'], { input, encoding: 'utf8' }).stdout;
}

interface Above {
  readonly comm?: string;
  readonly words?: readonly string[];
  readonly script?: string;
  readonly open?: string;
  readonly exe?: string;
}

function typed(text: string): Above {
  return { words: ['bash', '-c', text] };
}

function scriptOf(...lines: readonly string[]): Above {
  return { words: ['bash', './seal'], script: ['#!/bin/bash', ...lines, ''].join('\n') };
}

const CALLS_SCRIPT = typed('while true; do ./start-worker.sh; sleep 10; done');
const THE_SCRIPT: Above = { words: ['/bin/bash', './start-worker.sh'] };

describe.each(SHELLS.map((shell) => ({ shell })))('of its parents, by $shell', ({ shell }) => {
  it.each<[what: string, above: Above]>([
    ['for ever', typed(`while :; do ${RUNS}; sleep 5; done`)],
    ['until it ends well', { comm: 'sh', words: ['sh', '-c', `until ${RUNS}; do sleep 5; done`] }],
    ['with a program that a variable names', typed('for ((;;)); do $LW --name x run; done')],
    ['with a command that a variable holds', typed(`CMD="${RUNS}"; while :; do $CMD; done`)],
    ['beside a list', typed(`while :; do for p in a b; do mount "$p"; done; ${RUNS}; done`)],
    ['for each of a list', typed(`while :; do for c in 1 2; do ${RUNS}; done; done`)],
    ['in a script', scriptOf('while true', 'do', `\t${RUNS}`, 'done')],
    [
      'in lines that go on',
      scriptOf('while true; do', '"${LW:-/bin/lw}" \\', '  --name x \\', '  run', 'done'),
    ],
    ['by a function', scriptOf(`worker() { ${RUNS}; }`, 'while true; do worker; done')],
    ['by a function below', scriptOf('main() { while :; do go; done; }', `go()`, '{', RUNS, '}', 'main')],
    [
      'by a function with braces in it',
      scriptOf(
        'go() {',
        `ip=$(hostname -I | awk '{print $1}')`,
        '{ date; } >>log',
        RUNS,
        '}',
        'while :; do go; done',
      ),
    ],
    ['with a tab in its words', typed('while :; do lotus-worker\trun; done')],
    ['what it was told itself', scriptOf('while true; do', '  "$@"', '  sleep 5', 'done')],
    ['what it was told, by another one', scriptOf('while true; do nohup "$@" >>log; done')],
    ['what a function is told', scriptOf('keep() { while :; do "$@"; done; }', `keep ${RUNS}`)],
    [
      'with words that a variable holds',
      typed('A="--worker-repo /r run"; while :; do lotus-worker $A; done'),
    ],
    ['with such words behind nice', typed('while :; do nice -n 5 /usr/bin/lotus-worker --x y $A; done')],
    ['with words that an array holds', typed(`cmd=(${RUNS}); while :; do "\${cmd[@]}"; done`)],
    [
      'with an array of several lines',
      scriptOf('cmd=(/usr/bin/lotus-worker', '  --worker-repo /r', '  run)', 'while :; do "${cmd[*]}"; done'),
    ],
    ['by beginning anew', scriptOf(RUNS, 'sleep 5', 'exec "$0" "$@"')],
    ['by beginning anew in a shell', scriptOf(RUNS, 'exec bash "$0"')],
    [
      'in a script of dash by its own name',
      {
        comm: 'seal',
        words: ['/bin/sh', './seal'],
        script: `while :; do\n${RUNS}\ndone\n`,
        open: '10',
        exe: '/usr/bin/dash',
      },
    ],
  ])('one is told that runs it in a loop %s', (_, above) => {
    expect(parentsOf(shell, [above])).toBe(`8 ${above.comm ?? 'bash'}\nloop 8\n`);
  });

  it.each<[what: string, above: Above]>([
    ['runs it once', typed(`${RUNS}; true`)],
    ['waits before it runs it', typed(`until mountpoint /r; do sleep 1; done; ${RUNS}`)],
    ['waits in a script', scriptOf('while ! [ -d /r ]; do', 'sleep 1', 'done', RUNS)],
    ['says that it is done', typed(`while ! nc -z $MINER 1; do sleep 1; done; ${RUNS}; echo "worker done"`)],
    [
      'has loops before and after it',
      scriptOf('while read -r l; do export "$l"; done <env', RUNS, 'for d in /mnt/*; do umount "$d"; done'),
    ],
    ['runs several, one each', typed(`for c in 1 2; do ${RUNS} & done; wait`)],
    ['looks at its folder in a loop', typed(`${RUNS} & while kill -0 $!; do du -s /r; sleep 60; done`)],
    [
      'has a function that runs it once',
      scriptOf('go() {', RUNS, '}', 'while ! [ -d /r ]; do { sleep 1; }; done', 'go'),
    ],
    ['waits for another one to end', typed(`while pgrep lotus-worker; do sleep 1; done; ${RUNS}`)],
    ['speaks of it in a loop', typed(`while :; do echo "lotus-worker does run"; done & ${RUNS}`)],
    ['has the loop in a comment', scriptOf(`# or so; while :; do ${RUNS}; done`, RUNS)],
    [
      'has a function that tries what it is told',
      scriptOf('retry() { until "$@"; do sleep 1; done; }', 'retry mount /r', RUNS),
    ],
    ['waits for what an array holds', typed(`c=(nc -z m 1); until "\${c[@]}"; do sleep 1; done; ${RUNS}`)],
    ['asks another thing of it in a loop', typed(`${RUNS} & while :; do lotus-worker info $X; done`)],
    ['looks for its name in a loop', typed(`while pgrep lotus-worker $X; do sleep 1; done; ${RUNS}`)],
    ['begins anew before it', scriptOf('[ -n "$BASH" ] || exec bash "$0"', RUNS)],
    ['is a prompt', { words: ['-bash'] }],
    ['is no shell', { comm: 'python3', words: ['python3', '-c', `while 1: do ${RUNS}; done`] }],
    [
      'is no shell and has a text open',
      {
        comm: 'node',
        words: ['node'],
        script: `while :; do ${RUNS}; done`,
        open: '10',
        exe: '/usr/bin/node',
      },
    ],
  ])('none is told that %s', (_, above) => {
    expect(parentsOf(shell, [above])).toBe(`8 ${above.comm ?? 'bash'}\n`);
  });

  it.each<[what: string, above: readonly Above[], told: string]>([
    ['a script', [THE_SCRIPT, CALLS_SCRIPT], '8 bash\n9 bash\nloop 9\n'],
    [
      'a script of another user',
      [THE_SCRIPT, { comm: 'sudo', words: ['sudo', '-u', 'x', './start-worker.sh'] }, CALLS_SCRIPT],
      '8 bash\n9 sudo\n10 bash\nloop 10\n',
    ],
    [
      'its program as another user',
      [
        { comm: 'sudo', words: ['sudo', '-u', 'x', ...RUNS.split(' ')] },
        typed(`while :; do sudo -u x ${RUNS}; done`),
      ],
      '8 sudo\n9 bash\nloop 9\n',
    ],
    [
      'a script with a variable before it',
      [
        THE_SCRIPT,
        { comm: 'sudo', words: ['sudo', 'LOTUS_WORKER_PATH=/mnt/w', './start-worker.sh'] },
        CALLS_SCRIPT,
      ],
      '8 bash\n9 sudo\n10 bash\nloop 10\n',
    ],
    [
      'a script that was found by PATH',
      [
        { comm: 'tini', words: ['/usr/bin/tini', '--', 'start-worker'] },
        typed('while :; do /usr/bin/tini -- start-worker; sleep 5; done'),
      ],
      '8 tini\n9 bash\nloop 9\n',
    ],
    [
      'a script that a shell found by PATH',
      [{ words: ['sh', 'start-worker'] }, typed('while :; do sh other; done; sh start-worker')],
      '8 bash\n9 bash\n',
    ],
    ['another script', [{ words: ['bash', './begin.sh'] }, CALLS_SCRIPT], '8 bash\n9 bash\n'],
    [
      'what goes on when the worker ends',
      [{ comm: 'node', exe: '/usr/bin/node' }, typed(`while :; do node x.js; ${RUNS}; done`)],
      '8 node\n9 bash\n',
    ],
  ])('a loop is looked for above %s', (_, above, told) => {
    expect(parentsOf(shell, above)).toBe(told);
  });

  it.each([
    ['busybox, which has awk', 'awk() { busybox awk "$@"; }', ''],
    ['an awk that cannot read it, as nobody knows then', 'awk() { cat >/dev/null; return 2; }', 'loop 8\n'],
  ])('a loop is known by %s', (_, awk, without) => {
    expect(parentsOf(shell, [typed(`while :; do ${RUNS}; done`)], awk)).toBe('8 bash\nloop 8\n');
    expect(parentsOf(shell, [typed('while :; do lotus-worker $A; done')], awk)).toBe('8 bash\nloop 8\n');
    expect(parentsOf(shell, [typed(RUNS)], awk)).toBe(`8 bash\n${without}`);
  });
});

describe.each(SHELLS.map((shell) => ({ shell })))('of a process it is told, by $shell', ({ shell }) => {
  it('what systemd says of its unit', () => {
    expect(said(shell, 'unit_of', '0::/system.slice/seal.service')).toBe(
      'Id=seal.service\nMainPID=7\nOtherWorkers=0\n',
    );
  });

  it('the name alone of a unit of a user', () => {
    const cgroup = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/seal.service';
    expect(said(shell, 'unit_of', cgroup)).toBe('Id=seal.service\n');
  });

  const NO_HOME = ['PATH=/bin', 'MINER_API_INFO=x'];

  it.each<[what: string, flags: readonly string[], env: readonly string[], uid: number, repo?: string]>([
    ['by its home', [], ['HOME=/h'], 77, '/h/.lotusworker'],
    ['by that of its user where nothing says it', [], NO_HOME, 77, '/home/seal/.lotusworker'],
    ['by that of root', ['--worker-repo=~/x'], NO_HOME, 0, '/root/x'],
    ['not where its user has none', ['--worker-repo=~/x'], NO_HOME, 78],
    ['not where its environment may not be read', [], [], 0],
  ])('its repo, %s', (_, flags, env, uid, repo) => {
    expect(stranger(shell, ['lotus-worker', ...flags, 'run'], env, uid).repo).toBe(repo);
  });

  it('its user by whose rights it has, and without a name the number', () => {
    const userOf = (uid: number): string => stranger(shell, ['lotus-worker', 'run'], NO_HOME, uid).user;
    expect([0, 77, 78].map(userOf)).toEqual(['root', 'seal', '78']);
  });

  it('its cgroups, and those of the first process', () => {
    expect(said(shell, 'cgroups', '1:cpu:/docker/0123\n0::/docker/0123')).toBe(
      'Cgroup:1:cpu:/docker/0123 0::/docker/0123 \nCgroupOfInit:1:cpu:/ 0::/init.scope \n',
    );
  });
});
