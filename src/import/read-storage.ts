import type { WrittenFileType, WrittenStoragePath } from '../config/written.gen.js';
import { FILE_TYPE_NAMES } from '../lotus/file-type.js';
import { parseSectorStore, type SectorStore, type SectorStoreSettings } from '../lotus/sectorstore.js';
import { parseStorageJson } from '../lotus/storage-json.js';
import { present } from '../farm/present.js';
import type { FoundHost, FoundPlace, FoundWorker } from '../observed/found.js';
import type { ObservedFile } from '../observed/observed.js';
import { idOfOpen, pathsNow, settingsNow } from './changed-by-hand.js';
import type { AboutFarm } from './imported.js';
import { listed, lost, type Loss, type Report } from './report.js';
import { sizeText } from './size-text.js';
import { hostFolder, isWritable } from './texts.js';

interface StorageOfWorker {
  /** Its storage.json; absent where its files could not be looked at. */
  readonly list: ObservedFile | undefined;
  /** Absent where it could not be asked. */
  readonly open: FoundWorker['paths'];
  readonly places: FoundHost['places'];
  readonly index: AboutFarm['index'];
}

/**
 * A worker's storage paths, as Lotus has them now: what it could not be asked for is as its storage.json and the
 * sectorstore.json of each say. A path whose settings are not known is left out: with others its sectors could go astray, while
 * one that is not declared stays attached until it is seen to be empty.
 */
export function readStorage(worker: StorageOfWorker, report: Report): readonly WrittenStoragePath[] {
  const { list, open, places, index } = worker;
  const unread = (why: string): void => {
    report(unknownPath(open === undefined ? `its storage paths left out: ${why}` : `${why}: ${AS_OPEN}`));
  };
  const paths = pathsNow(pathsOf(list, unread), open, report);
  return [...new Set(paths)].flatMap((path) => {
    const folder = hostFolder(path);
    if (folder === undefined || folder !== path) {
      report(ODD_FORM);
      return [];
    }
    const store = storeAt(path, places.get(path), report);
    if (store === undefined) return [];
    const id = idOfOpen(open, path) ?? store.id;
    const settings = settingsNow(path, store.settings, index?.get(id), report);
    return [writtenPath(path, settings, places.get(path), report)];
  });
}

const AS_OPEN = 'its storage paths are those that it has open';

/** The paths of a storage.json; none where there is none. @param unread takes why it cannot be read; then they are undefined */
export function pathsOf(
  file: ObservedFile | undefined,
  unread: (why: string) => void,
): readonly string[] | undefined {
  if (file === undefined || file.state === 'absent') return [];
  const paths = file.state === 'present' ? parseStorageJson(file.text.reveal()) : { problem: file.why };
  if (!('problem' in paths)) return paths;
  unread(`storage.json cannot be read, ${paths.problem}`);
  return undefined;
}

function storeAt(path: string, place: FoundPlace | undefined, report: Report): SectorStore | undefined {
  if (place?.exists !== true) {
    report(unknownPath(`${path} left out: it is not there, so its settings are unknown`));
    return undefined;
  }
  const { sectorStore: file } = place;
  const store =
    file.state === 'present'
      ? parseSectorStore(file.text.reveal())
      : { problem: file.state === 'absent' ? 'there is none' : file.why };
  if (!('problem' in store)) return store;
  report(unknownPath(`${path} left out: its sectorstore.json cannot be read, ${store.problem}`));
  return undefined;
}

const ODD_FORM: Loss = {
  code: 'SF662',
  severity: 'warning',
  message:
    'a storage path of a form that the file cannot hold is left out: an apply detaches it once it is seen to be empty',
  help: 'Write it in storage.json in its plainest form, such as /mnt/seal, and import again once the worker was restarted.',
};

function unknownPath(message: string): Loss {
  return {
    code: 'SF662',
    severity: 'warning',
    message,
    help: 'Mount or mend it on the host and import again, or write the path with its settings by hand.',
  };
}

function writtenPath(
  path: string,
  settings: SectorStoreSettings,
  place: FoundPlace | undefined,
  report: Report,
): WrittenStoragePath {
  const left: string[] = [];
  const list = (items: readonly string[], isGood: (item: string) => boolean): string[] | undefined => {
    const good = [...new Set(items)].filter(isGood);
    left.push(...items.filter((item) => !isGood(item)));
    return good.length === 0 ? undefined : good;
  };
  const isGroup = (name: string): boolean => /^[^\p{Cc}]{1,128}$/u.test(name) && isWritable(name);
  const isMiner = (name: string): boolean => /^[ft]0\d+$/.test(name);
  const isType = (name: string): boolean => FILE_TYPE_NAMES.some((type) => type === name);
  const number = (value: number, most: number): number | undefined => {
    if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
    left.push(String(value));
    return undefined;
  };
  const weight = number(settings.Weight, 1e9) ?? 10;
  const maxStorage = number(settings.MaxStorage, Number.MAX_SAFE_INTEGER) ?? 0;
  const written = present({
    path,
    seal: settings.CanSeal ? true : undefined,
    store: settings.CanStore ? true : undefined,
    weight: weight === 10 ? undefined : weight,
    maxStorage: maxStorage === 0 ? undefined : sizeText(maxStorage),
    groups: list(settings.Groups, isGroup),
    allowTo: list(settings.AllowTo, isGroup),
    // Lotus goes by the kinds it knows: where there are none, by no list.
    allowTypes: list(settings.AllowTypes, isType) as WrittenFileType[] | undefined,
    denyTypes: list(settings.DenyTypes, isType) as WrittenFileType[] | undefined,
    allowMiners: list(settings.AllowMiners, isMiner),
    denyMiners: list(settings.DenyMiners, isMiner),
    mount: place?.onRootFileSystem === true ? ('any' as const) : undefined,
  });
  if (left.length > 0) {
    const words = listed(left.map((item) => (isWritable(item) ? item : 'an odd name')));
    report(
      lost(
        `of ${path} left out: ${words}, which sectorstore.json says and the file does not take`,
        'Mend sectorstore.json, or write by hand what was meant.',
      ),
    );
  }
  return written;
}
