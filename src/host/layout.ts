import type { Host, HostPaths } from '../farm/farm.js';
import { dropInFile, enabledLink, unitName } from './systemd-unit.js';

/** Where sealfarm keeps what on a host; all absolute. */
export interface HostLayout {
  readonly manifest: string;
  readonly journal: string;
  readonly lock: string;
  readonly backups: string;
  /** Which versions of which files sealfarm wrote, as `sha256sum` prints them. */
  readonly written: string;
  /** Holds the pid files. */
  readonly run: string;
}

export function hostLayout({ state }: HostPaths): HostLayout {
  return layoutIn(state);
}

/** Of the host that a worker is on. */
export function homeOf({ written }: Pick<WorkerLayout, 'written'>): HostLayout {
  return layoutIn(written.slice(0, written.lastIndexOf('/')));
}

function layoutIn(state: string): HostLayout {
  return {
    manifest: `${state}/manifest.json`,
    journal: `${state}/journal.jsonl`,
    lock: `${state}/lock`,
    backups: `${state}/backups`,
    written: `${state}/written`,
    run: `${state}/run`,
  };
}

/** A host, as far as it decides where a worker's files are. */
export type LayoutHost = Pick<Host, 'paths' | 'serviceManager'>;

/** Who keeps a worker's process. */
export type ManagerName = Host['serviceManager'];

export interface WorkerLayout {
  /** The declared one; until it is moved another may keep the worker. */
  readonly serviceManager: ManagerName;
  /** Holds the miner's token: mode 0600. */
  readonly envFile: string;
  /** `PID STARTTIME BOOT-ID` of a plain process. */
  readonly pidFile: string;
  /** Of a plain process. */
  readonly logFile: string;
  /** `link` is there while the unit is started at boot. */
  readonly unit: { readonly name: string; readonly dropIn: string; readonly link: string };
  /** Written by Lotus: multiaddr on which the worker listens. */
  readonly apiFile: string;
  /** Written by Lotus: the token to call it with. */
  readonly tokenFile: string;
  readonly storageJson: string;
  /** Outside of every storage path: Lotus takes a stray file there for a broken sector. */
  readonly backups: string;
  /** The host's record of what sealfarm wrote. */
  readonly written: string;
}

export function workerLayout(
  { paths, serviceManager }: LayoutHost,
  worker: { readonly name: string; readonly repo: string },
): WorkerLayout {
  return {
    serviceManager,
    unit: {
      name: unitName(worker.name),
      dropIn: dropInFile(worker.name),
      link: enabledLink(unitName(worker.name)),
    },
    envFile: `${paths.config}/workers/${worker.name}/worker.env`,
    pidFile: `${hostLayout(paths).run}/${worker.name}.pid`,
    logFile: `${paths.state}/log/${worker.name}.log`,
    apiFile: `${worker.repo}/api`,
    tokenFile: `${worker.repo}/token`,
    storageJson: `${worker.repo}/storage.json`,
    backups: `${paths.state}/backups/${worker.name}`,
    written: hostLayout(paths).written,
  };
}

export function repoOf({ apiFile }: Pick<WorkerLayout, 'apiFile'>): string {
  return apiFile.slice(0, apiFile.lastIndexOf('/'));
}

/** What decides how a worker starts; the settings of its paths do not. */
export function startFiles({ envFile, unit, storageJson }: WorkerLayout): ReadonlySet<string> {
  return new Set([envFile, unit.dropIn, storageJson]);
}

const SECTOR_STORE = '/sectorstore.json';

export function sectorStoreFile(storagePath: string): string {
  return `${storagePath}${SECTOR_STORE}`;
}

/** The storage path whose sectorstore.json a file is; undefined for any other. */
export function storagePathOf(file: string): string | undefined {
  return file.endsWith(SECTOR_STORE) ? file.slice(0, -SECTOR_STORE.length) : undefined;
}
