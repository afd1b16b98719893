import type { Written } from '../host/written.js';
import type { ObservedFile } from '../observed/observed.js';
import type { Reason } from './plan.js';

/** Who made a file differ: the declaration, or somebody on the host since sealfarm wrote it. */
export function fileReason(path: string, seen: ObservedFile | undefined, written: Written): Reason {
  const versions = written.get(path);
  if (seen?.state !== 'present') return versions === undefined ? 'new' : 'edited-on-host';
  return versions === undefined || versions.has(seen.sha256) ? 'config-changed' : 'edited-on-host';
}
