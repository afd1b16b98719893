import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { processManager } from '../../src/apply/process-manager.js';
import { createPathScript } from '../../src/apply/scripts.js';
import { workerLayout } from '../../src/host/layout.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';

afterEach(removeFolders);

const DONE = { status: 0, stdout: '', stderr: '' };

function logOf(logFile: string): string {
  const host = { paths: { config: '/c', state: '/s' }, serviceManager: 'process' } as const;
  return processManager.logScript({ ...workerLayout(host, { name: 'w', repo: '/r' }), logFile });
}

describe('a storage path', () => {
  it('is made with all folders above, once and again', () => {
    const path = `${tempFolder()}/mnt/it's $new/seal`;
    expect(runShell(createPathScript(path))).toEqual(DONE);
    expect(runShell(createPathScript(path))).toEqual(DONE);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('is not made below a file', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'mnt'), '');
    expect(runShell(createPathScript(join(folder, 'mnt', 'seal'))).status).not.toBe(0);
  });
});

describe('the end of a log', () => {
  it('is its last 20 lines', () => {
    const log = `${tempFolder()}/it's.log`;
    writeFileSync(log, Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join(''));
    const { stdout } = runShell(logOf(log));
    expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 20 }, (_, at) => `line ${at + 10}`));
  });

  it('is no more than 4000 bytes', () => {
    const log = `${tempFolder()}/log`;
    writeFileSync(log, `${'x'.repeat(9000)}end\n`);
    expect(runShell(logOf(log)).stdout).toBe(`${'x'.repeat(3996)}end\n`);
  });

  it('is nothing where there is no log', () => {
    expect(runShell(logOf(`${tempFolder()}/none`))).toEqual(DONE);
  });
});
