import type { YamlPath } from '../config/finding.js';
import type { WrittenStoragePath } from '../config/written.gen.js';
import type { StorageDeclaration } from './farm.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { readSize } from './size.js';
import { hostPath } from './texts.js';

/** A storage path with its defaults. */
export function readStorage(written: WrittenStoragePath, yaml: YamlPath, report: Report): StorageDeclaration {
  return {
    path: hostPath(written.path, [...yaml, 'path'], report),
    // Lotus writes them in lower case, and two spellings are one ID.
    ...present({ id: written.id?.toLowerCase() }),
    seal: written.seal ?? false,
    store: written.store ?? false,
    weight: written.weight ?? 10,
    maxStorage: readSize(written.maxStorage ?? 0, [...yaml, 'maxStorage'], report),
    groups: written.groups ?? [],
    allowTo: written.allowTo ?? [],
    allowTypes: written.allowTypes ?? [],
    denyTypes: written.denyTypes ?? [],
    allowMiners: written.allowMiners ?? [],
    denyMiners: written.denyMiners ?? [],
    mount: written.mount ?? 'required',
    yaml,
  };
}
