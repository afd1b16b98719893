// Makes a fresh clone ready to run: dependencies as locked, then the build, each only when it is not there or older
// than what it is made from.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function newest(folder) {
  return readdirSync(join(root, folder), { recursive: true }).reduce(
    (latest, name) => Math.max(latest, modified(join(folder, name))),
    0,
  );
}

function run(command, ...words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

// npm would empty the folder that the link leads to, which may be that of another clone.
if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
  process.stderr.write('node_modules is a symbolic link: remove the link, then run this again.\n');
  process.exit(1);
}

const installed = modified('node_modules/.package-lock.json');
if (installed < modified('package-lock.json'))
  run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');

const sources = Math.max(newest('src'), modified('tsconfig.build.json'), installed);
if (modified('dist/.built') < sources) run(process.execPath, 'scripts/build.mjs');
