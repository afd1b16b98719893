import { parseJsonObject, setJsonProperty } from './json-object.js';

/** What `sectorstore.json` says of a storage path besides its ID. Lotus: storage/sealer/storiface/storage.go LocalStorageMeta */
export interface SectorStoreSettings {
  /** 0 is the last choice; Lotus's default is 10. */
  readonly Weight: number;
  readonly CanSeal: boolean;
  readonly CanStore: boolean;
  /** bytes, 0 means no limit */
  readonly MaxStorage: number;
  readonly Groups: readonly string[];
  readonly AllowTo: readonly string[];
  readonly AllowTypes: readonly string[];
  readonly DenyTypes: readonly string[];
  readonly AllowMiners: readonly string[];
  readonly DenyMiners: readonly string[];
}

export interface SectorStore {
  readonly id: string;
  readonly settings: SectorStoreSettings;
}

export type SettingName = keyof SectorStoreSettings;

/** In the order in which Lotus writes them. */
export const SETTING_NAMES = [
  'Weight', 'CanSeal', 'CanStore', 'MaxStorage', 'Groups', 'AllowTo', 'AllowTypes', 'DenyTypes', 'AllowMiners', 'DenyMiners',
] as const satisfies readonly SettingName[]; // prettier-ignore

/** Lotus treats a missing list and null alike; the public guide's documents hold these fields even when unset. */
const ALWAYS_WRITTEN: readonly SettingName[] = [
  'Weight',
  'CanSeal',
  'CanStore',
  'MaxStorage',
  'Groups',
  'AllowTo',
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The file's meaning, or one sentence on why it has none. Missing fields have Go's zero value. */
export function parseSectorStore(text: string): SectorStore | { readonly problem: string } {
  const document = parseJsonObject(text, ['ID', ...SETTING_NAMES]);
  if ('problem' in document) return document;
  const { fields } = document;
  const id = fields['ID'];
  if (typeof id !== 'string' || !UUID.test(id)) return { problem: 'its ID is not a UUID' };
  const wrong = SETTING_NAMES.find((name) => !hasRightType(name, fields[name]));
  if (wrong !== undefined) return { problem: `its ${wrong} has the wrong type` };
  return { id, settings: settingsFrom(fields) };
}

/** Reads the settings from any object with Lotus's field names, such as an answer of StorageInfo. */
export function settingsFrom(fields: Readonly<Partial<Record<SettingName, unknown>>>): SectorStoreSettings {
  const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
  return {
    Weight: Number(fields.Weight ?? 0),
    CanSeal: fields.CanSeal === true,
    CanStore: fields.CanStore === true,
    MaxStorage: Number(fields.MaxStorage ?? 0),
    Groups: list(fields.Groups),
    AllowTo: list(fields.AllowTo),
    AllowTypes: list(fields.AllowTypes),
    DenyTypes: list(fields.DenyTypes),
    AllowMiners: list(fields.AllowMiners),
    DenyMiners: list(fields.DenyMiners),
  };
}

function hasRightType(name: SettingName, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (name === 'CanSeal' || name === 'CanStore') return typeof value === 'boolean';
  if (name === 'Weight' || name === 'MaxStorage') return typeof value === 'number';
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export interface SettingChange {
  readonly name: SettingName;
  readonly before: number | boolean | readonly string[];
  readonly after: number | boolean | readonly string[];
}

/** What must change to come from one to the other. Lists are sets: their order means nothing to Lotus. */
export function settingChanges(before: SectorStoreSettings, after: SectorStoreSettings): SettingChange[] {
  return SETTING_NAMES.filter((name) => settingKey(before[name]) !== settingKey(after[name])).map((name) => ({
    name,
    before: before[name],
    after: after[name],
  }));
}

function settingKey(value: SettingChange['before']): string {
  return JSON.stringify(Array.isArray(value) ? [...new Set(value as readonly string[])].sort() : value);
}

/** A new path's `sectorstore.json`. */
export function newSectorStore(id: string, settings: SectorStoreSettings): string {
  const written = SETTING_NAMES.filter(
    (name) => ALWAYS_WRITTEN.includes(name) || settingKey(settings[name]) !== '[]',
  ).map((name) => [name, fileValue(settings[name])] as const);
  return JSON.stringify({ ID: id, ...Object.fromEntries(written) }, null, 2);
}

/**
 * The text with only the differing settings replaced: the ID, fields that sealfarm does not know,
 * numbers of any length and the layout stay as they are.
 */
export function editSectorStore(
  text: string,
  current: SectorStoreSettings,
  settings: SectorStoreSettings,
): string {
  return settingChanges(current, settings).reduce(
    (edited, { name, after }) => setJsonProperty(edited, name, fileValue(after)),
    text,
  );
}

function fileValue(value: SettingChange['after']): unknown {
  return Array.isArray(value) && value.length === 0 ? null : value;
}
