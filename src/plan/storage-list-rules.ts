import { tasksNow } from '../desired/desired.js';
import type { WorkerLive } from '../observed/observed.js';
import { writeStorageJson, withoutTrailingSlash } from '../lotus/storage-json.js';
import type { StoragePath } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { Secret } from '../secret/secret.js';
import type { Reason } from './plan.js';
import { liveOf } from '../observed/live.js';
import { sectorsOn } from '../observed/miner-state.js';
import { whyUnseen } from '../observed/unseen-path.js';
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

/** Which paths the worker opens: storage.json while it is stopped, attach and detach while it runs. */
export function planStorageList(context: WorkerContext): Findings {
  const listed = listedPaths(context);
  if ('problem' in listed) return unreadable(context, listed.problem);
  const declared = context.desired.storage.map(({ path }) => path);
  const live = liveOf(context.observed.process);
  return live === undefined
    ? planUnopened(context, listed, declared)
    : planRunning(context, live, listed, declared);
}

/**
 * What the worker opens next time, which may be at a boot; one that does not answer yet may not have read its list either.
 * What another one has open is not on it: two workers on one path corrupt it.
 */
function planUnopened(
  context: WorkerContext,
  listed: readonly string[],
  declared: readonly string[],
): Findings {
  const isFree = (path: string): boolean => !context.openElsewhere.has(path);
  const undeclared = listed.filter((path) => !declared.includes(path) && isFree(path));
  const held = combine(undeclared.map((path) => heldPath(context, path)));
  return held.diagnostics.length > 0 ? held : writeList(context, listed, declared.filter(isFree));
}

/** Lotus edits storage.json as paths come and go, so beforehand it must say just what is attached. */
function planRunning(
  context: WorkerContext,
  live: WorkerLive,
  listed: readonly string[],
  declared: readonly string[],
): Findings {
  const attached = live.paths.map(({ LocalPath }) => withoutTrailingSlash(LocalPath));
  const unopened = listed.filter((path) => !attached.includes(path) && !declared.includes(path));
  const held = combine(unopened.map((path) => heldPath(context, path)));
  if (held.diagnostics.length > 0) return held;
  const surplus = live.paths.filter(({ LocalPath }) => !declared.includes(withoutTrailingSlash(LocalPath)));
  // Lotus keeps the list itself while the worker runs: another one was written by hand.
  return combine([
    writeList(context, listed, attached, 'edited-on-host'),
    ...surplus.map((path) => planDetach(context, path)),
  ]);
}

function writeList(
  context: WorkerContext,
  listed: readonly string[],
  paths: readonly string[],
  reason: Reason = 'config-changed',
): Findings {
  if ([...listed].sort().join('\n') === [...paths].sort().join('\n')) return NOTHING;
  const file = context.observed.storageJson;
  const present = file.state === 'present' ? file : undefined;
  const step = workerStep(context, {
    action: {
      kind: 'write-file',
      path: context.desired.files.storageJson,
      mode: 'keep',
      backups: context.desired.files.backups,
      content: new Secret(writeStorageJson(present?.text.reveal(), paths)),
      ...(present === undefined ? {} : { replaces: present.sha256, before: present.text }),
      ...ownedBy(context),
    },
    disruption: 'none',
    reason: present === undefined ? 'new' : reason,
    changes: [
      { field: 'StoragePaths', before: listed.join(', ') || '(none)', after: paths.join(', ') || '(none)' },
    ],
  });
  return { steps: [step], diagnostics: [] };
}

function planDetach(context: WorkerContext, { ID, LocalPath }: StoragePath): Findings {
  if (!context.miner.reached) return NOTHING;
  const sectors = sectorsOn(context.miner, [ID]);
  if (sectors.length > 0) {
    const names = sectors.slice(0, 3).map(sectorName).join(', ');
    return fullPath(
      context,
      LocalPath,
      `${sectors.length} sector${sectors.length === 1 ? '' : 's'} (${names}${sectors.length > 3 ? ', …' : ''})`,
    );
  }
  // A miner that was just restarted does not know yet what lies where.
  const held = heldPath(context, withoutTrailingSlash(LocalPath));
  if (held.diagnostics.length > 0) return held;
  const action = { kind: 'detach', path: LocalPath, id: ID, tasks: tasksNow(context.desired) } as const;
  return {
    steps: [workerStep(context, { action, disruption: 'empty', reason: 'config-changed' })],
    diagnostics: [],
  };
}

/** What keeps an undeclared path: files on it, or that nobody can tell. Nothing of one that is seen to be empty. */
function heldPath(context: WorkerContext, path: string): Findings {
  const seen = context.observed.storage.get(path);
  // Attached and on no list, so nobody has looked there: apply does, once the list is put right.
  if (seen === undefined) return NOTHING;
  if (seen.entries.length > 0) return fullPath(context, path, 'sector files');
  const why = whyUnseen(seen);
  return why === undefined ? NOTHING : unseenPath(context, path, why);
}

function fullPath(context: WorkerContext, path: string, what: string): Findings {
  return problem(context, {
    code: 'SF506',
    path,
    message: `${path} is not declared any more but holds ${what}`,
    help: 'Declare the path again and take it out when it is empty: without it these sectors are stuck.',
  });
}

function unseenPath(context: WorkerContext, path: string, why: string): Findings {
  return problem(context, {
    code: 'SF506',
    path,
    message: `${path} is not declared, and nobody can tell what lies on it: ${why}`,
    help: 'Mount or mend it, and declare the path with its settings. Of a disk that is gone for good, take the path out by hand: with `lotus-worker storage detach`, or out of storage.json while the worker is stopped.',
  });
}

function unreadable(context: WorkerContext, why: string): Findings {
  const path = context.desired.files.storageJson;
  return problem(context, {
    code: 'SF504',
    path,
    message: `${path} cannot be read: ${why}`,
    help: 'Mend it on the host; Lotus would not start with it either.',
  });
}
