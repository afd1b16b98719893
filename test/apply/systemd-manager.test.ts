import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { managerOf } from '../../src/apply/service-manager.js';
import { systemdManager } from '../../src/apply/systemd-manager.js';
import { workerLayout } from '../../src/host/layout.js';
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
    ['LoadState=loaded\nNeedDaemonReload=no\n', []],
    ['NeedDaemonReload=no\nLoadState=loaded\n', []],
    ['LoadState=loaded\nNeedDaemonReload=yes\n', ['daemon-reload']],
    ['LoadState=not-found\nNeedDaemonReload=no\n', ['daemon-reload']],
  ])('%j: read anew only where systemd does not know it as it is', (shown, before) => {
    expect(run(systemdManager.startScript(files), shown)).toEqual({
      status: 0,
      calls: [...before, ...start],
    });
  });

  it('or it is said that it was not', () => {
    program('systemctl', '[ "$1" != start ]');
    expect(run(systemdManager.startScript(files)).status).toBe(1);
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

it('its log is the journal', () => {
  program('journalctl', `echo "$*"; yes x | head -c 5000`);
  const { stdout } = runShell(`PATH=${folder}:$PATH\n${systemdManager.logScript(files)}`);
  expect(stdout).toHaveLength(4000);
  program('journalctl', `echo "$*"`);
  expect(runShell(`PATH=${folder}:$PATH\n${systemdManager.logScript(files)}`).stdout).toBe(
    `--quiet --no-pager -o cat -n 20 -u ${UNIT}\n`,
  );
});

it('keeps the workers of hosts with systemd alone', () => {
  const without = workerLayout({ paths: PATHS, serviceManager: 'process' }, { name: 'w-1', repo: '/r' });
  expect(managerOf(files)).toBe(systemdManager);
  expect(managerOf(without)).not.toBe(systemdManager);
  expect(() => systemdManager.startScript(without)).toThrow('systemd does not keep');
});
