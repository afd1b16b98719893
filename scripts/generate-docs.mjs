// Writes docs/checks.md from the catalogue of codes; with --check it only says whether that is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import * as prettier from 'prettier';

const ROOT = new URL('../', import.meta.url);
// Compiled by scripts/prepare.mjs, which `npm run docs` runs first.
const { checksDocument } = await import(new URL('dist/view/checks-document.js', ROOT));

const file = 'docs/checks.md';
const url = new URL(file, ROOT);
const style = await prettier.resolveConfig(url);
const wanted = await prettier.format(checksDocument(), { ...style, parser: 'markdown' });

if (!process.argv.includes('--check')) {
  await writeFile(url, wanted);
} else if ((await readFile(url, 'utf8')) !== wanted) {
  console.error(`${file} is stale: run npm run docs`);
  process.exitCode = 1;
}
