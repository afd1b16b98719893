import { parseSectorName } from '../../lotus/file-type.js';
import { UNSEEN_ENTRY } from '../../observed/probe-script.js';
import { placeOf, seenWorkers, someOf, type LiveCheck } from './context.js';

/** Lotus reads sector files by their names when it opens a path. Lotus: storage/paths/local.go declareSectors */
export const strayEntries: LiveCheck = function* (context) {
  for (const seen of seenWorkers(context)) {
    for (const [path, { entries }] of seen.observed.storage) {
      const strays = entries.filter(isStray);
      if (strays.length === 0) continue;
      yield {
        code: 'SF523',
        severity: 'error',
        message: `in the folders of sector files lies what is no sector: ${someOf(strays)}`,
        place: placeOf(seen, path),
        help: 'Move it out of the storage path: the worker does not start with it, or takes it for a sector.',
      };
    }
  }
};

function isStray(entry: string): boolean {
  const name = entry.slice(entry.indexOf('/') + 1);
  return name !== UNSEEN_ENTRY && parseSectorName(name) === undefined;
}
