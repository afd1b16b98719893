import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processManager } from '../../src/apply/process-manager.js';
import { formatEnvFile } from '../../src/host/env-file.js';
import { workerLayout, type WorkerLayout } from '../../src/host/layout.js';
import type { ExecOutput } from '../../src/remote/remote.js';
import { CANARY, TOKEN } from '../support/farm.js';
import { bootId, processState, SHELLS } from '../support/host-folder.js';
import { until } from '../support/until.js';
import { modeOf, removeFolders, runShell, tempFolder } from './run-shell.js';

/**
 * Tells what it was started with and by which signals it is asked to end. It is no shell script, since a shell
 * cannot catch a SIGINT that it was started to ignore, as everything is that `&` starts; Lotus can.
 */
const FAKE_WORKER = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const marks = process.env.MARKS;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    appendFileSync(marks + '/signals', signal + ' ');
    if (signal !== process.env.DEAF_TO) process.exit(0);
  });
}
setInterval(() => undefined, 1000);
writeFileSync(marks + '/environ', readFileSync('/proc/self/environ'));
writeFileSync(marks + '/argv', JSON.stringify(process.argv.slice(2)));
appendFileSync(marks + '/started', process.pid + '\\n');
`;

/** Waits a hundredth: what the scripts wait for is told in tenths of a second. */
const SHORT_SLEEP = '#!/bin/sh\nexec /bin/sleep 0.001\n';

let folder: string;
let files: WorkerLayout;
let others: ChildProcess[];

beforeEach(() => {
  folder = tempFolder();
  files = workerLayout(
    {
      paths: { config: join(folder, "etc of $HOME's"), state: join(folder, 'state') },
      serviceManager: 'process',
    },
    { name: 'worker-1', repo: join(folder, 'repo') },
  );
  others = [];
  writeProgram('worker', FAKE_WORKER);
});

afterEach(async () => {
  const pids = [...started(), ...others.flatMap(({ pid }) => pid ?? [])];
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  for (const pid of pids) await until(() => !runs(pid), `${pid} has ended`);
  removeFolders();
});

function writeProgram(name: string, text: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', name), text);
  chmodSync(join(folder, 'bin', name), 0o755);
}

function writeEnv(variables: Readonly<Record<string, string>> = {}): void {
  const all = { SEALFARM_BINARY: join(folder, 'bin', 'worker'), MARKS: folder, ...variables };
  mkdirSync(dirname(files.envFile), { recursive: true });
  const entries = Object.entries(all).map(([name, value]) => ({ name, value }));
  writeFileSync(files.envFile, formatEnvFile(entries).reveal(), { mode: 0o600 });
}

/** With the variables of a session around it, which are not the worker's. */
function run(script: string, shell: readonly string[] = ['sh']): ExecOutput {
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  return runShell(script, { shell, env: { PATH: path, HOME: folder, SESSION: CANARY, LANG: 'C' } });
}

function start(shell?: readonly string[]): ExecOutput {
  return run(processManager.startScript(files), shell);
}

function stop(shell?: readonly string[]): ExecOutput {
  return run(processManager.stopScript(files), shell);
}

/** Every process of the fake worker so far; the one that has not told yet is in the pid file. */
function started(): readonly number[] {
  const told = read('started')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  const [pid, start] = pidFile();
  const running = (pid ?? '') !== '' && processState(Number(pid))?.start === start ? [Number(pid)] : [];
  return [...new Set([...told, ...running])];
}

function read(name: string): string {
  return existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
}

function pidFile(): readonly string[] {
  return existsSync(files.pidFile) ? readFileSync(files.pidFile, 'utf8').trimEnd().split(' ') : [];
}

function runs(pid: number): boolean {
  return (processState(pid)?.state ?? 'Z') !== 'Z';
}

/** As a list: `0-3`. */
function cpusOf(pid: number): string {
  const [, list = ''] = /^Cpus_allowed_list:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return list;
}

/** Until the fake worker has told all and listens to signals. */
async function ready(): Promise<number> {
  await until(() => read('started') !== '', 'the worker has started');
  return Number(pidFile()[0]);
}

const DONE = { status: 0, stdout: '', stderr: '' };

describe.each(SHELLS.map((shell) => ({ shell })))('a worker kept by $shell', ({ shell }) => {
  it('runs on with its own environment alone when the shell has ended', async () => {
    const values = { A: 'two words', B: `it's "$HOME" \`id\``, C: 'back\\slash', D: 'é\ttab', E: '' };
    writeEnv({ ...values, MINER_API_INFO: `${TOKEN.reveal()}:/ip4/10.0.0.10/tcp/2345/http` });
    expect(start(shell)).toEqual(DONE);
    expect(runs(await ready())).toBe(true);
    const environ = new Map(
      read('environ')
        .split('\0')
        .filter((entry) => entry !== '')
        .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const),
    );
    for (const [name, value] of Object.entries(values)) expect(environ.get(name)).toBe(value);
    const ofTheShell = ['HOME', 'PATH', 'PWD', 'SHLVL', 'OLDPWD', '_'];
    expect([...environ.keys()].filter((name) => !ofTheShell.includes(name)).sort()).toEqual(
      ['A', 'B', 'C', 'D', 'E', 'MARKS', 'MINER_API_INFO', 'SEALFARM_BINARY'],
    ); // prettier-ignore
    expect(environ.get('HOME')).toBe(folder);
  });

  it('is stopped by SIGINT', async () => {
    writeEnv();
    start(shell);
    const pid = await ready();
    expect(stop(shell)).toEqual(DONE);
    expect(runs(pid)).toBe(false);
    expect(read('signals')).toBe('SIGINT ');
    expect(existsSync(files.pidFile)).toBe(false);
  });
});

describe('a start', () => {
  it('writes down process id, start time and boot', async () => {
    writeEnv();
    start();
    const pid = await ready();
    expect(started()).toEqual([pid]);
    expect(pidFile()).toEqual([String(pid), processState(pid)?.start, bootId()]);
    expect(readdirSync(dirname(files.pidFile))).toEqual(['worker-1.pid']);
  });

  it('gives no secret and nothing but "run" to the command line', async () => {
    writeEnv({ MINER_API_INFO: CANARY });
    start();
    const pid = await ready();
    expect(JSON.parse(read('argv'))).toEqual(['run']);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(CANARY);
  });

  it('gives the worker a session of its own, and its words to the log', async () => {
    writeProgram('worker', FAKE_WORKER.replace('setInterval', `console.error('to the log');\nsetInterval`));
    writeEnv();
    start();
    const pid = await ready();
    // Fields 5 and 6 of stat: process group and session.
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    expect(words.slice(2, 4)).toEqual([String(pid), String(pid)]);
    await until(() => readFileSync(files.logFile, 'utf8').includes('to the log\n'), 'the log is written');
  });

  it('lets the worker open as many files as it may', async () => {
    // A shell, since Node raises its limit by itself.
    writeProgram(
      'lotus',
      '#!/bin/sh\nulimit -S -n >"$MARKS/limit"; ulimit -H -n >>"$MARKS/limit"\nexec worker\n',
    );
    writeEnv({ SEALFARM_BINARY: join(folder, 'bin', 'lotus') });
    run(`ulimit -S -n 100\n${processManager.startScript(files)}`);
    await ready();
    const [soft, hard] = read('limit').split('\n');
    expect(soft).not.toBe('100');
    expect([hard, '1048576']).toContain(soft);
  });

  it('keeps the worker to the CPUs that its file names', async () => {
    const last = /\d+$/.exec(cpusOf(process.pid))?.[0] ?? '';
    writeEnv({ SEALFARM_CPUS: last });
    expect(start()).toEqual(DONE);
    expect(cpusOf(await ready())).toBe(last);
  });

  it('leaves the worker all CPUs where its file names none', async () => {
    writeEnv();
    start();
    expect(cpusOf(await ready())).toBe(cpusOf(process.pid));
  });

  it('binds the memory of the worker to the nodes that its file names, beside its CPUs', async () => {
    writeProgram('numactl', '#!/bin/sh\necho "$1 $2" >"$MARKS/numactl"\nshift\nexec "$@"\n');
    writeEnv({ SEALFARM_NUMA_NODES: '0,1', SEALFARM_CPUS: '0' });
    expect(start()).toEqual(DONE);
    expect(cpusOf(await ready())).toBe('0');
    expect(read('numactl')).toBe('--membind=0,1 taskset\n');
  });

  it('makes the worker a folder for temporary files and a repo, and leaves one that is there', async () => {
    const [TMPDIR, LOTUS_WORKER_PATH] = [join(folder, 'tmp of a', 'worker-1'), join(folder, 'repo')];
    mkdirSync(LOTUS_WORKER_PATH, { mode: 0o755 });
    writeEnv({ TMPDIR, LOTUS_WORKER_PATH });
    start();
    await ready();
    expect([TMPDIR, LOTUS_WORKER_PATH].map(modeOf)).toEqual(['700', '755']);
  });

  it.runIf(process.getuid?.() === 0)('starts the worker as the user that its file names', async () => {
    const TMPDIR = join(folder, 'tmp');
    writeEnv({ SEALFARM_USER: 'nobody', TMPDIR, MARKS: TMPDIR });
    expect(start()).toEqual(DONE);
    await until(() => read('tmp/started') !== '', 'the worker has started');
    const pid = Number(pidFile()[0]);
    const ids = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(ids).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(ids).toMatch(/^Gid:\t65534\t/m);
    expect(started()).toEqual([pid]);
    expect(statSync(TMPDIR).uid).toBe(65534);
    expect(read('tmp/environ')).toContain('HOME=/nonexistent\0');
    // It is root that sees to it.
    expect(statSync(files.pidFile).uid).toBe(0);
    expect(stop()).toEqual(DONE);
    expect(runs(pid)).toBe(false);
  });

  it('does not take place where the folder cannot be made', async () => {
    writeProgram('sleep', SHORT_SLEEP);
    writeFileSync(join(folder, 'file'), '');
    writeEnv({ TMPDIR: join(folder, 'file', 'tmp') });
    start();
    await until(() => readFileSync(files.logFile, 'utf8').includes('tmp'), 'the log says why');
    expect(read('started')).toBe('');
  });

  it('of a running worker does nothing', async () => {
    writeEnv();
    start();
    const pid = await ready();
    expect(start()).toEqual(DONE);
    expect(Number(pidFile()[0])).toBe(pid);
    expect(read('started')).toBe(`${pid}\n`);
  });

  it('takes the place of a worker that has ended', async () => {
    writeEnv();
    start();
    const first = await ready();
    process.kill(first, 'SIGKILL');
    await until(() => !runs(first), 'the first has ended');
    expect(start()).toEqual(DONE);
    await until(() => started().length === 2, 'a second has started');
    expect(runs(Number(pidFile()[0]))).toBe(true);
  });

  it('starts nothing that nobody would know again when the disk is full', () => {
    writeProgram('worker', '#!/bin/sh\nmkdir "$MARKS/ran"\nexec sleep 5\n');
    writeEnv();
    run(`trap '' XFSZ; ulimit -f 0\n${processManager.startScript(files)}`);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    expect(readdirSync(dirname(files.pidFile))).toEqual([]);
  });

  it('leaves no pid file without an environment file, and the reason in the log', () => {
    writeProgram('sleep', SHORT_SLEEP);
    expect(start()).toEqual(DONE);
    expect(existsSync(files.pidFile)).toBe(false);
    expect(readFileSync(files.logFile, 'utf8')).toContain('worker.env');
  });
});

describe('a stop', () => {
  it('asks by SIGTERM a worker that is deaf to SIGINT', async () => {
    writeProgram('sleep', SHORT_SLEEP);
    writeEnv({ DEAF_TO: 'SIGINT' });
    start();
    const pid = await ready();
    expect(stop()).toEqual(DONE);
    expect(runs(pid)).toBe(false);
    expect(read('signals')).toBe('SIGINT SIGTERM ');
  }, 20_000);

  it('fails and keeps the pid file when the worker does not end', async () => {
    writeProgram('sleep', SHORT_SLEEP);
    writeProgram('worker', FAKE_WORKER.replace(/if \(signal.*/, ''));
    writeEnv();
    start();
    const pid = await ready();
    const { status, stderr } = stop();
    expect(status).toBe(1);
    expect(stderr).toBe(`process ${pid} does not end\n`);
    expect(runs(pid)).toBe(true);
    expect(pidFile()[0]).toBe(String(pid));
  }, 20_000);

  it('leaves one alone that was started meanwhile, and its pid file', async () => {
    writeProgram('sleep', SHORT_SLEEP);
    const next = spawn('/bin/sleep', ['600'], { stdio: 'ignore' });
    others.push(next);
    const line = `${next.pid ?? ''} ${processState(next.pid ?? 0)?.start ?? ''} ${bootId()}\n`;
    const swap = `writeFileSync(${JSON.stringify(files.pidFile)}, ${JSON.stringify(line)});`;
    writeProgram('worker', FAKE_WORKER.replace('appendFileSync(', `${swap}\n    appendFileSync(`));
    writeEnv();
    start();
    const pid = await ready();
    expect(stop()).toEqual(DONE);
    expect([runs(pid), runs(next.pid ?? 0), next.signalCode]).toEqual([false, true, null]);
    expect(readFileSync(files.pidFile, 'utf8')).toBe(line);
  }, 20_000);

  it('does nothing where nothing runs', () => {
    expect(stop()).toEqual(DONE);
  });
});

describe('a pid file', () => {
  /** A process that is not the worker, and a pid file that names it. */
  function stranger(start: (own: string) => string, boot: string): ChildProcess {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    others.push(child);
    const own = processState(child.pid ?? 0)?.start ?? '';
    mkdirSync(dirname(files.pidFile), { recursive: true });
    writeFileSync(files.pidFile, `${child.pid ?? ''} ${start(own)} ${boot}\n`);
    return child;
  }

  const recycled = [
    { why: 'another start time', start: (own: string) => `${Number(own) - 1}`, boot: bootId() },
    { why: 'no start time', start: () => '', boot: '' },
    { why: 'another boot', start: (own: string) => own, boot: '00000000-0000-0000-0000-000000000000' },
  ];

  it.each(recycled)('with $why harms no other process', ({ start: startOf, boot }) => {
    const child = stranger(startOf, boot);
    expect(stop()).toEqual(DONE);
    expect(runs(child.pid ?? 0)).toBe(true);
    expect(child.signalCode).toBeNull();
    expect(existsSync(files.pidFile)).toBe(false);
  });

  it.each(recycled)('with $why does not keep the worker from starting', async ({ start: startOf, boot }) => {
    const child = stranger(startOf, boot);
    writeEnv();
    expect(start()).toEqual(DONE);
    await ready();
    expect(pidFile()[0]).not.toBe(String(child.pid));
    expect(runs(child.pid ?? 0)).toBe(true);
  });

  it.each(['', '\n', 'no number at all\n', '-1 0 0\n', '; rm 1 1\n'])('of %j names nobody', (text) => {
    mkdirSync(dirname(files.pidFile), { recursive: true });
    writeFileSync(files.pidFile, text);
    expect(stop()).toEqual(DONE);
    expect(existsSync(files.pidFile)).toBe(false);
  });
});
