import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeFolders, tempFolder } from './apply/run-shell.js';

const SCRIPT = join(import.meta.dirname, '..', 'scripts', 'prepare.mjs');

let clone: string;

/** A clone whose node_modules are older than what is locked, and an npm that only leaves a mark. */
beforeEach(() => {
  clone = join(tempFolder(), 'clone');
  for (const folder of ['scripts', 'bin', '../others']) mkdirSync(join(clone, folder), { recursive: true });
  copyFileSync(SCRIPT, join(clone, 'scripts', 'prepare.mjs'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(join(clone, 'bin', 'npm'), `#!/bin/sh\necho "$@" >'${clone}/npm-ran'\nexit 7\n`, {
    mode: 0o755,
  });
});

afterEach(removeFolders);

function prepare(): SpawnSyncReturns<string> {
  const env = { ...process.env, PATH: `${join(clone, 'bin')}:${process.env['PATH'] ?? ''}` };
  return spawnSync(process.execPath, [join(clone, 'scripts', 'prepare.mjs')], { env, encoding: 'utf8' });
}

it('installs what is locked where that is newer', () => {
  mkdirSync(join(clone, 'node_modules'));
  writeFileSync(join(clone, 'node_modules', '.package-lock.json'), '{}');
  utimesSync(join(clone, 'node_modules', '.package-lock.json'), 0, 0);
  expect(prepare().status).toBe(7);
  expect(existsSync(join(clone, 'npm-ran'))).toBe(true);
});

it.each(['../others', '../nowhere'])('lets npm empty nothing that node_modules leads to: %s', (target) => {
  symlinkSync(target, join(clone, 'node_modules'));
  const { status, stderr } = prepare();
  expect(status).toBe(1);
  expect(stderr).toBe('node_modules is a symbolic link: remove the link, then run this again.\n');
  expect(existsSync(join(clone, 'npm-ran'))).toBe(false);
});
