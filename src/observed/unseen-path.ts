import { parseSectorStore } from '../lotus/sectorstore.js';
import type { ObservedStorage } from './observed.js';

/**
 * Why nobody can tell what lies on a storage path, such as `it is not there`; undefined where its folders say it. A disk that is not
 * mounted looks empty, with sectors on it.
 */
export function whyUnseen(path: ObservedStorage | undefined): string | undefined {
  if (path?.exists !== true) return 'it is not there';
  const { sectorStore } = path;
  if (sectorStore.state === 'absent') return 'it has no sectorstore.json';
  const store =
    sectorStore.state === 'present'
      ? parseSectorStore(sectorStore.text.reveal())
      : { problem: sectorStore.why };
  return 'problem' in store ? `its sectorstore.json cannot be read: ${store.problem}` : undefined;
}
