import type { DesiredHost } from '../desired/desired.js';
import { hostLayout } from '../host/layout.js';
import {
  formatManifest,
  isPersons,
  SEALFARM,
  THE_FILE,
  type DrainIntent,
  type Manifest,
} from '../host/manifest.js';
import type { ObservedHost } from '../observed/observed.js';
import { Secret } from '../secret/secret.js';
import { foreignStart } from './adopt-rules.js';
import type { Reason, Step } from './plan.js';
import { renamingOf } from './renamed.js';

/** The manifest is written first: what is ours is known before anything else is made. */
export function manifestStep(desired: DesiredHost, farm: string, observed: ObservedHost): readonly Step[] {
  const current = observed.manifest;
  const known = current?.workers ?? [];
  const missing = desired.workers.map(({ name }) => name).filter((name) => !known.includes(name));
  const intents = new Map(Object.entries(current?.intents ?? {}));
  const changed = changedIntents(desired, observed, intents);
  if (current !== undefined && missing.length + changed.length === 0) return [];
  const manifest: Manifest = {
    ...current,
    version: 1,
    farm,
    workers: [...known, ...missing],
    intents: Object.fromEntries(intents),
  };
  const before = known.length === 0 ? {} : { before: known.join(', ') };
  const workers = { field: 'workers', ...before, after: manifest.workers.join(', ') };
  const more = current === undefined || missing.length > 0;
  const adopted =
    missing.length > 0 &&
    missing.every((name) => foreignStart(observed.workers.get(name)?.process) !== undefined);
  const changes = [...(more ? [workers] : []), ...changed];
  return [manifestWrite(desired, manifest, observed, changes, adopted ? 'adopted' : undefined)];
}

/** Changes them to those that hold: of a worker that shall work again none of ours, of a renamed one its own. */
function changedIntents(
  { workers }: DesiredHost,
  observed: ObservedHost,
  intents: Map<string, DrainIntent>,
): Step['changes'] {
  return workers.flatMap((worker) => {
    const { name } = worker;
    const old = renamingOf(worker, observed)?.from;
    const carried = old === undefined ? undefined : intents.get(old);
    const own = intents.get(name);
    const isOver = own?.who === THE_FILE && worker.state === 'running';
    if (own?.who === SEALFARM || isOver) {
      intents.delete(name);
      return [{ field: name, before: isOver ? 'drained' : 'leaving', after: 'serving' }];
    }
    if (own !== undefined || carried === undefined || !isPersons(carried)) return [];
    intents.set(name, carried);
    return [{ field: name, before: 'serving', after: 'drained' }];
  });
}

/** Any change of a host's manifest; refused when somebody else changed it since it was read. */
export function manifestWrite(
  host: { readonly name: string; readonly paths: DesiredHost['paths'] },
  manifest: Manifest,
  observed: Pick<ObservedHost, 'manifest' | 'manifestSha256'>,
  changes: Step['changes'],
  reason: Reason = observed.manifest === undefined ? 'new' : 'config-changed',
): Step {
  return {
    id: `${host.name}/manifest`,
    host: host.name,
    action: {
      kind: 'write-file',
      path: hostLayout(host.paths).manifest,
      mode: 'keep',
      backups: hostLayout(host.paths).backups,
      content: new Secret(formatManifest(manifest)),
      ...(observed.manifestSha256 === undefined ? {} : { replaces: observed.manifestSha256 }),
      ...(observed.manifest === undefined ? {} : { before: new Secret(formatManifest(observed.manifest)) }),
    },
    disruption: 'none',
    reason,
    changes,
  };
}
