import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { backupPath } from '../../src/apply/backup-script.js';
import { parseVersions, readVersionsScript } from '../../src/apply/versions-script.js';
import { SHELLS } from '../support/host-folder.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';

afterEach(removeFolders);

describe.each(SHELLS.map((shell) => ({ shell })))('versions of files in $shell', ({ shell }) => {
  it('are read whole, and what is not there is told apart from what is empty', () => {
    const folder = tempFolder();
    const backups = join(folder, "it's kept");
    mkdirSync(backups);
    const text = 'é $x `y` \\\n'.repeat(500);
    const paths = ['both $HOME', 'empty', 'gone'].map((name) => join(folder, name));
    const [both = '', empty = ''] = paths;
    writeFileSync(both, text);
    writeFileSync(backupPath(backups, 't-1', both), 'before');
    writeFileSync(empty, '');
    const returns = paths.map((path) => ({ path, wanted: '', kept: { backups, stamp: 't-1' } }));
    const { status, stdout } = runShell(readVersionsScript(returns), { shell });
    expect(status).toBe(0);
    const read = [...parseVersions(returns, stdout)].map(([path, { present, kept }]) => [
      path,
      present?.reveal(),
      kept?.reveal(),
    ]);
    expect(read).toEqual([
      [both, text, 'before'],
      [empty, '', undefined],
      [paths[2], undefined, undefined],
    ]);
  });
});
