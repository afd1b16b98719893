import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { STRANGERS_FUNCTIONS } from '../../src/observed/strangers-script.js';
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

/** Its parents, where process 7 is of a process with these words, or with this script open as such a number. */
function parentsOf(
  [program = '', ...args]: readonly string[],
  { comm = 'bash', words = [], script, open = '255' }: Shell,
): string {
  const folder = new HostFolder();
  folders.push(folder);
  folder.write('7/status', 'PPid:\t9\n');
  folder.write('9/status', 'PPid:\t0\n');
  folder.write('9/comm', `${comm}\n`);
  folder.write('9/cmdline', words.map((word) => `${word}\0`).join(''));
  if (script !== undefined) folder.write(`9/fd/${open}`, script);
  const input = `${STRANGERS_FUNCTIONS.replaceAll('/proc/', `${folder.path}/`)}\nparents 7\n`;
  return spawnSync(program, [...args, '-s'], { input, encoding: 'utf8' }).stdout;
}

interface Shell {
  readonly comm?: string;
  readonly words?: readonly string[];
  readonly script?: string;
  readonly open?: string;
}

describe.each(SHELLS.map((shell) => ({ shell })))('of its parents, by $shell', ({ shell }) => {
  it.each<[what: string, seen: Shell]>([
    ['for ever', { words: ['bash', '-c', `while :; do ${RUNS}; sleep 5; done`] }],
    ['until it ends well', { comm: 'sh', words: ['sh', '-c', `until ${RUNS}; do sleep 5; done`] }],
    [
      'with a program that a variable names',
      { words: ['bash', '-c', 'for ((;;)); do $LW --name x run; done'] },
    ],
    ['in a script', { words: ['bash', './seal'], script: `#!/bin/bash\nwhile true\ndo\n\t${RUNS}\ndone\n` }],
    [
      'in a script of dash by its own name',
      { comm: 'seal', words: ['/bin/sh', './seal'], script: `while :; do\n${RUNS}\ndone\n`, open: '10' },
    ],
  ])('one is told that runs it in a loop %s', (_, seen) => {
    expect(parentsOf(shell, seen)).toBe(`9 ${seen.comm ?? 'bash'}\nloop 9\n`);
  });

  it.each<[what: string, seen: Shell]>([
    ['runs it once', { words: ['bash', '-c', `${RUNS}; true`] }],
    ['waits before it runs it', { words: ['bash', '-c', `until mountpoint /r; do sleep 1; done; ${RUNS}`] }],
    [
      'waits in a script',
      { words: ['bash', 'x'], script: `while ! [ -d /r ]; do\nsleep 1\ndone\n${RUNS}\n` },
    ],
    ['is a prompt', { words: ['-bash'] }],
    ['is no shell', { comm: 'python3', words: ['python3', '-c', `while 1: do ${RUNS}; done`] }],
  ])('none is told that %s', (_, seen) => {
    expect(parentsOf(shell, seen)).toBe(`9 ${seen.comm ?? 'bash'}\n`);
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

  it('its cgroups, and those of the first process', () => {
    expect(said(shell, 'cgroups', '1:cpu:/docker/0123\n0::/docker/0123')).toBe(
      'Cgroup:1:cpu:/docker/0123 0::/docker/0123 \nCgroupOfInit:1:cpu:/ 0::/init.scope \n',
    );
  });
});
