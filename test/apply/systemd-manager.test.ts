import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { managerOf } from '../../src/apply/service-manager.js';
import { systemdManager } from '../../src/apply/systemd-manager.js';
import { workerLayout, type WorkerLayout } from '../../src/host/layout.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';

const PATHS = { config: '/c', state: '/s' };
const files = workerLayout({ paths: PATHS, serviceManager: 'systemd' }, { name: 'w-1', repo: '/r' });
const UNIT = 'sealfarm-worker@w-1.service';

let folder: string;

/** A systemctl that writes down what it is asked, and says of the unit what the test wants. */
beforeEach(() => {
  folder = tempFolder();
  program('systemctl', `echo "$*" >>${folder}/calls; [ "$1" != show ] || cat ${folder}/shown`);
});

afterEach(removeFolders);

function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

function run(script: string, shown = ''): { readonly status: number; readonly calls: readonly string[] } {
  writeFileSync(join(folder, 'shown'), shown);
  const { status } = runShell(`PATH=${folder}:$PATH\n${script}`);
  const file = join(folder, 'calls');
  const calls = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return { status, calls: calls.filter((call) => !call.startsWith('show ')) };
}

describe('a unit is started', () => {
  const start = [`--quiet --no-reload enable ${UNIT}`, `reset-failed ${UNIT}`, `start ${UNIT}`];

  it.each([
    ['SubState=dead\nLoadState=loaded\nNeedDaemonReload=no\n', []],
    ['NeedDaemonReload=no\nLoadState=loaded\nSubState=running\n', []],
    ['LoadState=loaded\nNeedDaemonReload=yes\n', ['daemon-reload']],
    ['LoadState=not-found\nNeedDaemonReload=no\n', ['daemon-reload']],
    ['', ['daemon-reload']],
    // systemd would count it as one more try.
    ['NeedDaemonReload=no\nLoadState=loaded\nSubState=auto-restart\n', [`stop ${UNIT}`]],
    ['SubState=auto-restart\nNeedDaemonReload=yes\nLoadState=loaded\n', [`stop ${UNIT}`, 'daemon-reload']],
  ])('%j: read anew only where systemd does not know it as it is', (shown, before) => {
    expect(run(systemdManager.startScript(files), shown)).toEqual({
      status: 0,
      calls: [...before, ...start],
    });
  });

  it('or it is said how it ended', () => {
    program(
      'systemctl',
      `[ "$1" != show ] || printf 'Result=exit-code\\nExecMainStatus=203\\n'; [ "$1" != start ]`,
    );
    const { status, stderr } = runShell(`PATH=${folder}:$PATH\n${systemdManager.startScript(files)}`);
    expect([status, stderr.trim()]).toEqual([1, 'Result=exit-code ExecMainStatus=203']);
  });
});

describe('what is left of a unit', () => {
  let layout: WorkerLayout;

  beforeEach(() => {
    const dropIn = join(folder, `${UNIT}.d/10-sealfarm.conf`);
    mkdirSync(join(folder, `${UNIT}.d`));
    writeFileSync(dropIn, 'mine');
    layout = { ...files, unit: { ...files.unit, dropIn }, backups: join(folder, 'backups') };
  });

  it('goes: it comes back no more, and its drop-in is kept aside', () => {
    const calls = [`--quiet is-enabled ${UNIT}`, `--quiet --no-reload disable ${UNIT}`];
    expect(run(systemdManager.removeScript(layout), 'MainPID=0')).toEqual({ status: 0, calls });
    expect(existsSync(join(folder, `${UNIT}.d`))).toBe(false);
    const [backup = ''] = readdirSync(layout.backups);
    expect(readFileSync(join(layout.backups, backup), 'utf8')).toBe('mine');
    expect(run(systemdManager.removeScript(layout), 'MainPID=0').status).toBe(0);
  });

  it('stays where somebody else has files', () => {
    writeFileSync(join(folder, `${UNIT}.d/20-own.conf`), '');
    expect(run(systemdManager.removeScript(layout), 'MainPID=0').status).toBe(0);
    expect(readdirSync(join(folder, `${UNIT}.d`))).toEqual(['20-own.conf']);
  });

  it('is tried no more', () => {
    program(
      'systemctl',
      `echo "$*" >>${folder}/calls; case "$*" in *SubState*) echo SubState=auto-restart ;; *MainPID*) echo MainPID=0 ;; esac`,
    );
    expect(run(systemdManager.removeScript(layout)).calls[0]).toBe(`stop ${UNIT}`);
  });

  it('is left alone once it has a process', () => {
    expect(run(systemdManager.removeScript(layout), 'MainPID=7')).toEqual({ status: 1, calls: [] });
    expect(existsSync(layout.unit.dropIn)).toBe(true);
  });
});

it('a unit that is stopped for a restart comes back after a reboot', () => {
  expect(run(systemdManager.stopScript(files))).toEqual({ status: 0, calls: [`stop ${UNIT}`] });
});

describe('a unit that is forgotten', () => {
  it('stays down over reboots', () => {
    const calls = [`--quiet is-enabled ${UNIT}`, `--quiet --no-reload disable ${UNIT}`];
    expect(run(systemdManager.forgetScript(files))).toEqual({ status: 0, calls });
  });

  it('may never have been there', () => {
    program('systemctl', 'exit 1');
    expect(run(systemdManager.forgetScript(files)).status).toBe(0);
  });
});

it('its log is the journal, of systemd itself only what is wrong', () => {
  program('journalctl', `echo "$*"; yes x | head -c 5000`);
  const { stdout } = runShell(`PATH=${folder}:$PATH\n${systemdManager.logScript(files)}`);
  expect(stdout).toHaveLength(4000);
  program('journalctl', `echo "$*"`);
  expect(runShell(`PATH=${folder}:$PATH\n${systemdManager.logScript(files)}`).stdout).toBe(
    `--quiet --no-pager -o cat -n 20 _SYSTEMD_UNIT=${UNIT} + UNIT=${UNIT} PRIORITY=3 + UNIT=${UNIT} PRIORITY=4\n`,
  );
});

it('keeps the workers of hosts with systemd alone', () => {
  const without = workerLayout({ paths: PATHS, serviceManager: 'process' }, { name: 'w-1', repo: '/r' });
  expect(managerOf(files)).toBe(systemdManager);
  expect(managerOf(without)).not.toBe(systemdManager);
});
