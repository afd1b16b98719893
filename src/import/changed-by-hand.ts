import { knownTypes } from '../lotus/file-type.js';
import { settingChanges, type SectorStoreSettings, type SettingChange } from '../lotus/sectorstore.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { FoundWorker } from '../observed/found.js';
import { listed, type Loss, type Report } from './report.js';
import { isWritable } from './texts.js';

/**
 * The paths that Lotus has open, whatever storage.json has come to say since: what the file says of others, apply would do to a
 * worker at work.
 * @param inList undefined where it cannot be read
 * @param open undefined where it could not be asked
 */
export function pathsNow(
  inList: readonly string[] | undefined,
  open: FoundWorker['paths'],
  report: Report,
): readonly string[] {
  if (open === undefined) return inList ?? [];
  const attached = open.map(({ LocalPath }) => withoutTrailingSlash(LocalPath));
  if (inList === undefined) return attached;
  for (const path of inList) if (!attached.includes(path)) report(notOpen(path));
  for (const path of attached) if (!inList.includes(path)) report(notListed(path));
  return [...inList.filter((path) => attached.includes(path)), ...attached];
}

/** The ID under which Lotus has opened a path. */
export function idOfOpen(open: FoundWorker['paths'], path: string): string | undefined {
  return open?.find(({ LocalPath }) => withoutTrailingSlash(LocalPath) === path)?.ID;
}

/**
 * The settings that Lotus goes by: those of its index, where sectorstore.json has come to say others and nobody has declared them.
 * @param indexed undefined where it does not know the path, or was not asked
 */
export function settingsNow(
  path: string,
  inFile: SectorStoreSettings,
  indexed: SectorStoreSettings | undefined,
  report: Report,
): SectorStoreSettings {
  const changes = indexed === undefined ? [] : settingChanges(asIndexed(inFile), indexed);
  if (indexed === undefined || changes.length === 0) return inFile;
  report({
    code: 'SF697',
    severity: 'warning',
    message: `sectorstore.json of ${path} was changed by hand, and Lotus has not read that: ${listed(changes.map(changeWords), 10)}. In the file is what Lotus has; the first apply writes that back`,
    help: 'Where the change is meant, write it into the storage path here: apply then declares it without a restart.',
  });
  return indexed;
}

function asIndexed(settings: SectorStoreSettings): SectorStoreSettings {
  const { AllowTypes, DenyTypes } = settings;
  return { ...settings, AllowTypes: knownTypes(AllowTypes), DenyTypes: knownTypes(DenyTypes) };
}

function changeWords({ name, before, after }: SettingChange): string {
  return `${name} ${valueWords(before)} instead of ${valueWords(after)}`;
}

function valueWords(value: SettingChange['before']): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value.length === 0) return 'none';
  return `[${value.map((item) => (isWritable(item) ? item : 'an odd name')).join(', ')}]`;
}

function notOpen(path: string): Loss {
  return {
    code: 'SF697',
    severity: 'warning',
    message: `${path} left out: storage.json has it, and Lotus has not opened it since it was written there; the first apply takes it out again where it is empty`,
    help: 'Where it is meant, write it into `storage` with its settings: apply then attaches it without a restart.',
  };
}

function notListed(path: string): Loss {
  return {
    code: 'SF697',
    severity: 'warning',
    message: `${path} was taken out of storage.json by hand, and Lotus has it open: so it is in the file, too, and the first apply writes it back`,
    help: 'Where it is to go, take it out of `storage` when it is empty: apply then detaches it without a restart.',
  };
}
