import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disableScript, enableScript } from '../../src/apply/boot-scripts.js';
import { stopForeignScript } from '../../src/apply/stop-foreign.js';
import { workerLayout } from '../../src/host/layout.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';

const UNIT = 'sealfarm-worker@w-1.service';
const files = workerLayout(
  { paths: { config: '/c', state: '/s' }, serviceManager: 'systemd' },
  { name: 'w-1', repo: '/r' },
);

let folder: string;
let child: ChildProcess | undefined;

/** A systemctl that writes down what it is asked; `is-enabled` and `stop` do what the test says, `show` tells of the main process. */
function systemctl(isEnabled = true, stop = ':', main = 0): void {
  const body = `echo "$*" >>${folder}/calls
case "$*" in *is-enabled*) ${isEnabled} ;; stop*) ${stop} ;; show*) echo MainPID=${main} ;; esac`;
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

beforeEach(() => {
  folder = tempFolder();
  systemctl();
});

afterEach(async () => {
  removeFolders();
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

function run(script: string): { readonly status: number; readonly calls: readonly string[] } {
  const { status } = runShell(`PATH=${folder}:$PATH\n${script}`);
  const file = join(folder, 'calls');
  return { status, calls: existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [] };
}

describe('a unit', () => {
  it('is enabled and not started', () => {
    expect(run(enableScript(files))).toEqual({ status: 0, calls: [`--quiet --no-reload enable ${UNIT}`] });
  });

  it('of somebody else is disabled and not stopped', () => {
    expect(run(disableScript('seal.service')).calls).toEqual([
      '--quiet is-enabled seal.service',
      '--quiet disable seal.service',
    ]);
  });

  it('that is not enabled, or gone, is let be', () => {
    systemctl(false);
    expect(run(disableScript('seal.service'))).toEqual({
      status: 0,
      calls: ['--quiet is-enabled seal.service'],
    });
  });
});

describe('a worker that somebody else started', () => {
  /** One that ends on these signals alone, once it says that it is there. */
  async function aProcess(
    ends: readonly string[],
  ): Promise<{ readonly pid: number; readonly ticks: string }> {
    const traps = ['INT', 'TERM'].map(
      (name) => `trap '${ends.includes(name) ? `echo ${name}; exit` : ''}' ${name}`,
    );
    child = spawn('sh', ['-c', `${traps.join('\n')}\necho here\nwhile :; do sleep 0.05; done`]);
    if (child.stdout !== null) await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return { pid, ticks: stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] ?? '' };
  }

  it('ends by the signal that Lotus handles', async () => {
    const { pid, ticks } = await aProcess(['INT']);
    const [said] = await Promise.all([
      child?.stdout === null ? [] : once(child?.stdout ?? process, 'data'),
      Promise.resolve(run(stopForeignScript({ pid, ticks }))),
    ]);
    expect(String(said)).toBe('INT\n');
  });

  it('is let be where its number is that of another process by now', async () => {
    const { pid, ticks } = await aProcess(['INT', 'TERM']);
    expect(run(stopForeignScript({ pid, ticks: `${ticks}0` }))).toEqual({ status: 0, calls: [] });
    expect(child?.exitCode).toBeNull();
  });

  it('ends by its unit, which would bring it back', async () => {
    const { pid, ticks } = await aProcess([]);
    systemctl(true, `kill -9 ${pid}`, pid);
    expect(run(stopForeignScript({ pid, ticks, unit: 'seal.service' }))).toEqual({
      status: 0,
      calls: ['show -p MainPID seal.service', 'stop seal.service'],
    });
  });

  it('ends by its unit where that keeps the one that started it', async () => {
    const { pid, ticks } = await aProcess([]);
    systemctl(true, `kill -9 ${pid}`, process.pid);
    expect(run(stopForeignScript({ pid, ticks, unit: 'seal.service' })).status).toBe(0);
  });

  it.each([0, 1, 2 ** 22 + 1])('is let be where its unit keeps process %i by now', async (main) => {
    const { pid, ticks } = await aProcess(['INT', 'TERM']);
    systemctl(true, ':', main);
    expect(run(stopForeignScript({ pid, ticks, unit: 'seal.service' }))).toEqual({
      status: 1,
      calls: ['show -p MainPID seal.service'],
    });
    expect(child?.exitCode).toBeNull();
  });

  it('has no unit stopped where it has ended since it was seen', async () => {
    const { pid, ticks } = await aProcess(['INT', 'TERM']);
    systemctl(true, ':', pid);
    expect(run(stopForeignScript({ pid, ticks: `${ticks}0`, unit: 'seal.service' }))).toEqual({
      status: 1,
      calls: [],
    });
  });

  it('is not ended where its unit keeps others, too', async () => {
    const { pid, ticks } = await aProcess(['INT', 'TERM']);
    expect(run(stopForeignScript({ pid, ticks, unit: 'seal.service', shared: true }))).toEqual({
      status: 1,
      calls: [],
    });
    expect(child?.exitCode).toBeNull();
  });

  it('is not ended where something would start it again', async () => {
    const { pid, ticks } = await aProcess(['INT', 'TERM']);
    const { status } = run(stopForeignScript({ pid, ticks, again: 'supervisord (process 7)' }));
    expect([status, child?.exitCode]).toEqual([1, null]);
  });

  it('is not taken for ended where its unit cannot be stopped', async () => {
    const { pid, ticks } = await aProcess(['INT']);
    systemctl(true, 'exit 4', pid);
    expect(run(stopForeignScript({ pid, ticks, unit: 'seal.service' })).status).toBe(4);
    expect(child?.exitCode).toBeNull();
  });

  it('is nothing to end where it has ended', () => {
    expect(run(stopForeignScript({ pid: 2 ** 22 + 1, ticks: '1' }))).toEqual({ status: 0, calls: [] });
  });
});
