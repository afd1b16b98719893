import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shInput } from '../../src/remote/script.js';
import type { ExecOutput } from '../../src/remote/remote.js';

export interface ShellOptions {
  readonly shell?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Without rights, where the tests themselves have all. */
  readonly asNobody?: boolean;
  /** Commands of the test itself that come before the script. */
  readonly before?: string;
}

/** Runs a script as a host does: on standard input of a shell that ends with it. */
export function runShell(script: string, options: ShellOptions = {}): ExecOutput {
  const { shell = ['sh'], env, asNobody = false, before = ':' } = options;
  const [program = '', ...args] = shell;
  const run = spawnSync(program, [...args, '-s'], {
    input: `${before}\n${shInput(script)}`,
    encoding: 'utf8',
    ...(env === undefined ? {} : { env }),
    ...(asNobody ? NOBODY : {}),
  });
  if (run.error !== undefined) throw run.error;
  return { stdout: run.stdout, stderr: run.stderr, status: run.status ?? -1 };
}

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = IS_ROOT ? { uid: 65534, gid: 65534 } : {};

const folders: string[] = [];

/** A folder of its own for one test, gone after `removeFolders`. Anybody may enter it. */
export function tempFolder(): string {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'sealfarm-apply-'))), 'host');
  folders.push(join(folder, '..'));
  mkdirSync(folder);
  for (const path of IS_ROOT ? [join(folder, '..'), folder] : []) chownSync(path, 65534, 65534);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** In octal, such as `600`. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
