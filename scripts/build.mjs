// Compiles src/ into an empty dist/, so that no file of an older build stays behind, and the schema into a program.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await compileSchema(join(root, 'dist', 'config', 'compiled-schema.js'));
chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755);
writeFileSync(join(root, 'dist', '.built'), '');

/** Puts the finished program in the place of the module that makes it at each start. */
async function compileSchema(file) {
  const { default: standaloneCode } = await import('ajv/dist/standalone/index.js');
  const { ajv, fitsSchema } = await import(pathToFileURL(file).href);
  // ajv's own helpers are CommonJS, also for programs that are modules.
  const head =
    "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";
  const code = standaloneCode.default(ajv, fitsSchema).replace('"use strict";', '');
  writeFileSync(file, head + code.replace('export const validate =', 'export const fitsSchema ='));
}
