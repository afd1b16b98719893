import { isName } from '../farm/texts.js';
import type { AskedHost, ImportOf } from './imported.js';
import type { ReadableWorker } from './read-worker.js';
import type { Report } from './report.js';

/** What has been given away, over the whole farm. */
export interface Taken {
  readonly names: Set<string>;
}

/** As the file has it; else as Lotus knows it, where the file can have that. */
export function readName(
  { run, told, repo }: ReadableWorker,
  { found }: AskedHost,
  { names }: Taken,
  known: ImportOf | undefined,
  report: Report,
): string {
  const declared = known?.workers.get(repo);
  if (declared !== undefined) return declared;
  const lotus = run.name ?? told.hostname;
  const fit = isName(lotus)
    ? lotus
    : lotus
        .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, 55);
  const base = fit === '' ? found.machine.hostname : fit;
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base}-${number}`;
  names.add(name);
  if (name !== lotus) {
    const why = isName(lotus)
      ? `another worker is called ${lotus} too`
      : 'Lotus has a name for it that the file cannot have';
    report({
      code: 'SF664',
      severity: 'warning',
      message: `it becomes ${name} at its next restart: ${why}`,
      help: 'Choose another name in the file, if you like.',
    });
  }
  return name;
}
