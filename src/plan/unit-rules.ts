import type { DesiredHost } from '../desired/desired.js';
import { MARK_VARIABLE, PLAIN_SETTING, TEMPLATE_FILE } from '../host/systemd-unit.js';
import { hostLayout } from '../host/layout.js';
import { keeperOf } from '../observed/keeper.js';
import type { ObservedFile, ObservedHost } from '../observed/observed.js';
import { NOTHING_WRITTEN, type Written } from '../host/written.js';
import { SECRET_NAME } from '../secret/secret-name.js';
import { Secret } from '../secret/secret.js';
import { fileReason } from './file-reason.js';
import type { FieldChange, Step } from './plan.js';
import { NOTHING, workerStep, type Findings, type WorkerContext } from './worker-context.js';

/** What the worker's unit has of its own. A process shows by its environment which one it was started with. */
export function planDropIn(context: WorkerContext): Findings {
  const { desired, observed } = context;
  const { unit, backups } = desired.files;
  if (desired.dropIn === undefined) return planLeftovers(context);
  const details = wholeFile(unit.dropIn, desired.dropIn, observed.dropIn, backups, context.written);
  return details === undefined ? NOTHING : { steps: [workerStep(context, details)], diagnostics: [] };
}

/** A unit that is left behind would start the worker at the next boot, beside the plain process. */
function planLeftovers(context: WorkerContext): Findings {
  const { desired, observed } = context;
  const hasDropIn = observed.dropIn !== undefined && observed.dropIn.state !== 'absent';
  const keeper = keeperOf(observed);
  // One that still runs goes with the restart that moves the worker, and one that is drained when it is stopped.
  if (keeper === 'systemd' && (observed.process !== undefined || desired.drain !== undefined)) return NOTHING;
  if (!hasDropIn && observed.startsAtBoot !== true && keeper !== 'systemd') return NOTHING;
  const action = { kind: 'remove-unit', service: desired.files } as const;
  const changes = [
    ...(keeper === 'systemd' ? [{ field: 'comes back', before: 'true' }] : []),
    ...(observed.startsAtBoot === true ? [{ field: 'starts at boot', before: 'true' }] : []),
    ...(hasDropIn ? [{ field: 'drop-in', before: desired.files.unit.dropIn }] : []),
  ];
  return {
    steps: [workerStep(context, { action, disruption: 'none', reason: 'config-changed', changes })],
    diagnostics: [],
  };
}

/** The template of all units, which belongs to the host. */
export function templateStep(
  desired: DesiredHost,
  { unitTemplate, written = NOTHING_WRITTEN }: Pick<ObservedHost, 'unitTemplate' | 'written'>,
): readonly Step[] {
  if (desired.unitTemplate === undefined) return [];
  const { backups } = hostLayout(desired.paths);
  const details = wholeFile(TEMPLATE_FILE, desired.unitTemplate, unitTemplate, backups, written);
  return details === undefined ? [] : [{ ...details, id: `${desired.name}/unit`, host: desired.name }];
}

type Details = Pick<Step, 'action' | 'disruption' | 'reason' | 'changes'>;

/** A file that is ours from the first line to the last; undefined where it is as it shall be. */
function wholeFile(
  path: string,
  text: string,
  seen: ObservedFile | undefined,
  backups: string,
  written: Written,
): Details | undefined {
  const before = seen?.state === 'present' ? seen.text.reveal() : '';
  if (before === text) return undefined;
  const replaces = seen?.state === 'present' ? { replaces: seen.sha256, before: seen.text } : {};
  return {
    action: { kind: 'write-file', path, mode: 'keep', content: new Secret(text), backups, ...replaces },
    disruption: 'none',
    reason: fileReason(path, seen, written),
    changes: changedSettings(before, text),
  };
}

/** Setting by setting; of one that stands several times all values count. */
function changedSettings(before: string, after: string): readonly FieldChange[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => {
      const [from, to] = [old.get(name), now.get(name)];
      return {
        field: name,
        ...(from === undefined ? {} : { before: mayBeSecret(name, from, to) ? new Secret(from) : from }),
        ...(to === undefined ? {} : { after: to }),
      };
    });
}

/** What somebody wrote into a unit by hand may be anything: a setting of ours with more in it, or one that is not ours. */
function mayBeSecret(name: string, value: string, ours: string | undefined): boolean {
  if (SECRET_NAME.test(value) || value.includes('eyJ')) return true;
  if (PLAIN_SETTING.test(name)) return false;
  if (ours === undefined) return true;
  if (name === 'Environment') return !new RegExp(`^${MARK_VARIABLE}=\\w*$`).test(value);
  return value.split(' ').length > ours.split(' ').length;
}

function settingsOf(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const before = settings.get(name);
    // systemd takes all values before an empty one away.
    if (value === '') settings.delete(name);
    else settings.set(name, before === undefined ? value : `${before} ${value}`);
  }
  return settings;
}
