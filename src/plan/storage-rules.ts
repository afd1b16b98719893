import type { DesiredStorage } from '../desired/desired.js';
import { sectorStoreFile } from '../host/layout.js';
import type { StoragePath } from '../lotus/api.js';
import {
  editSectorStore,
  parseSectorStore,
  settingChanges,
  settingsFrom,
  type SectorStore,
  type SettingChange,
} from '../lotus/sectorstore.js';
import type { ObservedFile, ObservedStorage } from '../observed/observed.js';
import { Secret } from '../secret/secret.js';
import { fileReason } from './file-reason.js';
import type { FieldChange } from './plan.js';
import { attachedPath, liveOf } from '../observed/live.js';
import {
  combine,
  listedPaths,
  NOTHING,
  ownedBy,
  problem,
  workerStep,
  type Findings,
  type WorkerContext,
} from './worker-context.js';

const ABSENT = { state: 'absent' } as const;

/** One declared path: its folder, its sectorstore.json, its place in Lotus's index. */
export function planStoragePath(context: WorkerContext, storage: DesiredStorage): Findings {
  const seen = context.observed.storage.get(storage.path);
  if (seen === undefined || !seen.exists) return planMissingPath(context, storage);
  if (storage.mount === 'required' && seen.onRootFileSystem) return notMounted(context, storage.path);
  switch (seen.sectorStore.state) {
    case 'unreadable':
      return unreadable(context, storage.path, seen.sectorStore.why);
    case 'absent':
      return planFreshPath(context, storage, seen);
    case 'present': {
      const store = parseSectorStore(seen.sectorStore.text.reveal());
      if ('problem' in store) return unreadable(context, storage.path, store.problem);
      if (storage.id !== undefined && storage.id !== store.id) return otherId(context, storage, store.id);
      const attached = attachedPath(liveOf(context.observed.process), storage.path);
      if (attached !== undefined && attached.ID !== store.id) return changedId(context, attached, store);
      return planKnownPath(context, storage, store, seen.sectorStore);
    }
  }
}

function planMissingPath(context: WorkerContext, storage: DesiredStorage): Findings {
  if (storage.mount === 'required') return notMounted(context, storage.path);
  const { path } = storage;
  const create = workerStep(context, {
    action: { kind: 'create-path', path, ...ownedBy(context) },
    disruption: 'none',
    reason: 'new',
  });
  return combine([{ steps: [create], diagnostics: [] }, giveIdentity(context, storage)]);
}

function planFreshPath(context: WorkerContext, storage: DesiredStorage, seen: ObservedStorage): Findings {
  const attached = attachedPath(liveOf(context.observed.process), storage.path);
  if (attached === undefined && seen.entries.length > 0) {
    return problem(context, {
      code: 'SF503',
      path: storage.path,
      message: `${storage.path} holds sector files but no sectorstore.json: the identity of its data is missing`,
      help: 'Put the lost sectorstore.json back from a backup, or move the sector files away; sealfarm never gives data a new identity.',
    });
  }
  return giveIdentity(context, storage);
}

/** A running worker knows the ID of a path whose file was deleted under it. */
function giveIdentity(context: WorkerContext, storage: DesiredStorage): Findings {
  const attached = attachedPath(liveOf(context.observed.process), storage.path);
  if (mayBeOpen(context, storage.path)) return unknownId(context, storage.path);
  if (attached === undefined)
    return combine([createSectorStore(context, storage, storage.id), attach(context, storage)]);
  if (storage.id !== undefined && storage.id !== attached.ID) return otherId(context, storage, attached.ID);
  return combine([
    createSectorStore(context, storage, attached.ID),
    redeclare(context, storage, attached.ID),
  ]);
}

/** A worker that does not answer may have opened a listed path, under an ID that only it knows. */
function mayBeOpen(context: WorkerContext, path: string): boolean {
  const { process } = context.observed;
  const listed = listedPaths(context);
  return process?.live.reached === false && !('problem' in listed) && listed.includes(path);
}

function createSectorStore(
  context: WorkerContext,
  storage: DesiredStorage,
  id: string | undefined,
): Findings {
  const { path, settings } = storage;
  const { backups } = context.desired.files;
  const changes: FieldChange[] = [
    { field: 'ID', after: id ?? '(drawn when applied)' },
    ...settingChanges(settingsFrom({}), settings).map(asFieldChange),
  ];
  return {
    steps: [
      workerStep(context, {
        action: {
          kind: 'create-sectorstore',
          path,
          settings,
          backups,
          ...(id === undefined ? {} : { id }),
          ...ownedBy(context),
        },
        disruption: 'none',
        // Deleted under a worker that goes on with its ID, or not there yet.
        reason: fileReason(sectorStoreFile(path), ABSENT, context.written),
        changes,
      }),
    ],
    diagnostics: [],
  };
}

function planKnownPath(
  context: WorkerContext,
  storage: DesiredStorage,
  store: SectorStore,
  file: Extract<ObservedFile, { state: 'present' }>,
): Findings {
  const changes = settingChanges(store.settings, storage.settings);
  const write = workerStep(context, {
    action: {
      kind: 'write-file',
      path: sectorStoreFile(storage.path),
      mode: 'keep',
      backups: context.desired.files.backups,
      content: new Secret(editSectorStore(file.text.reveal(), store.settings, storage.settings)),
      replaces: file.sha256,
      before: file.text,
    },
    disruption: 'none',
    reason: isIndexed(context, storage, store.id)
      ? 'edited-on-host'
      : fileReason(sectorStoreFile(storage.path), file, context.written),
    changes: changes.map(asFieldChange),
  });
  const written: Findings = changes.length === 0 ? NOTHING : { steps: [write], diagnostics: [] };
  return combine([written, redeclare(context, storage, store.id), attach(context, storage)]);
}

/** Lotus has it as declared, so it was the file that somebody changed. */
function isIndexed({ miner }: WorkerContext, { settings }: DesiredStorage, id: string): boolean {
  const indexed = miner.reached ? miner.storage.get(id)?.info : undefined;
  return indexed !== undefined && settingChanges(settingsFrom(indexed), settings).length === 0;
}

/**
 * Lotus works by its index: that is brought up to date, whether it alone differs or the file does, too. A drain may want
 * it otherwise than the file, which is for the time after.
 */
function redeclare(context: WorkerContext, storage: DesiredStorage, id: string): Findings {
  if (attachedPath(liveOf(context.observed.process), storage.path) === undefined || !context.miner.reached)
    return NOTHING;
  const indexed = context.miner.storage.get(id)?.info;
  const settings = storage.whileDrained ?? storage.settings;
  const differing = settingChanges(settingsFrom(indexed ?? {}), settings);
  if (indexed !== undefined && differing.length === 0) return NOTHING;
  const step = workerStep(context, {
    action: { kind: 'redeclare', path: storage.path, id, settings },
    disruption: 'live',
    reason: storage.whileDrained === undefined ? 'lotus-differs' : 'drain-intent',
    changes: differing.map(asFieldChange),
  });
  return { steps: [step], diagnostics: [] };
}

/** Attaching makes Lotus read and write storage.json itself, so that must be in order. */
function attach(context: WorkerContext, { path, whileDrained }: DesiredStorage): Findings {
  const live = liveOf(context.observed.process);
  // A drain that opens paths to get rid of sectors needs no further ones: Lotus would attach it as its file says.
  if (context.openElsewhere.has(path) || whileDrained !== undefined) return NOTHING;
  if (live === undefined || attachedPath(live, path) !== undefined || 'problem' in listedPaths(context))
    return NOTHING;
  const step = workerStep(context, { action: { kind: 'attach', path }, disruption: 'live', reason: 'new' });
  return { steps: [step], diagnostics: [] };
}

function asFieldChange({ name, before, after }: SettingChange): FieldChange {
  const text = (value: SettingChange['before']): string =>
    Array.isArray(value) ? value.join(', ') || '(none)' : String(value);
  return { field: name, before: text(before), after: text(after) };
}

function notMounted(context: WorkerContext, path: string): Findings {
  return problem(context, {
    code: 'SF502',
    path,
    message: `nothing is mounted at ${path}`,
    help: 'Mount the disk there first (a worker would fill the root disk), or say `mount: any` for a path that is meant to lie on it.',
  });
}

function unreadable(context: WorkerContext, path: string, why: string): Findings {
  return problem(context, {
    code: 'SF504',
    path: sectorStoreFile(path),
    message: `${sectorStoreFile(path)} cannot be read: ${why}`,
    help: 'Mend it on the host, or put it back from a backup. sealfarm does not replace it, because the ID in it is the identity of the data.',
  });
}

function otherId(context: WorkerContext, storage: DesiredStorage, id: string): Findings {
  return problem(context, {
    code: 'SF505',
    path: storage.path,
    message: `${storage.path} has the ID ${id}, the file asks for ${storage.id ?? ''}`,
    help: `Write \`id: ${id}\`, or leave the key out; check that the right disk is mounted there.`,
  });
}

function unknownId(context: WorkerContext, path: string): Findings {
  return problem(context, {
    code: 'SF508',
    path,
    message: `${path} has no sectorstore.json, and ${context.desired.name}, which may know its ID, runs but does not answer`,
    help: 'Wait until the worker answers, or put the lost sectorstore.json back; sealfarm never gives a path another identity.',
  });
}

/** Lotus goes on with the ID it read when it opened the path, and takes no change of settings any more. */
function changedId(context: WorkerContext, attached: StoragePath, store: SectorStore): Findings {
  return problem(context, {
    code: 'SF505',
    path: attached.LocalPath,
    message: `${attached.LocalPath} has the ID ${store.id}, but ${context.desired.name} attached it as ${attached.ID}`,
    help: `Check that the right disk is mounted there; otherwise put ${attached.ID} back into its sectorstore.json.`,
  });
}
