import type { DesiredFarm, DesiredHost, DesiredStorage, DesiredWorker } from '../desired/desired.js';
import { formatEnvFile } from '../host/env-file.js';
import { sectorStoreFile } from '../host/layout.js';
import { TEMPLATE_FILE } from '../host/systemd-unit.js';
import { newSectorStore } from '../lotus/sectorstore.js';
import { writeStorageJson } from '../lotus/storage-json.js';

interface RenderedFile {
  readonly path: string;
  /** Octal */
  readonly mode: string;
  /** Secrets stand as `(secret)`. */
  readonly content: string;
}

export interface RenderJson {
  readonly formatVersion: 1;
  readonly hosts: Readonly<Record<string, { readonly files: readonly RenderedFile[] }>>;
}

/** Every file of every host, each under a heading: `# host-1: /etc/…/worker.env (0600)`. */
export function formatRender(desired: DesiredFarm): string {
  return desired.hosts
    .flatMap((host) =>
      filesOf(host).map((file) => `# ${host.name}: ${file.path} (${file.mode})\n${file.content.trimEnd()}\n`),
    )
    .join('\n');
}

export function renderJson(desired: DesiredFarm): RenderJson {
  const hosts = desired.hosts.map((host) => [host.name, { files: filesOf(host) }] as const);
  return { formatVersion: 1, hosts: Object.fromEntries(hosts) };
}

function filesOf(host: DesiredHost): readonly RenderedFile[] {
  const template = host.unitTemplate;
  return [
    ...(template === undefined ? [] : [{ path: TEMPLATE_FILE, mode: '0644', content: template }]),
    ...host.workers.flatMap(workerFiles),
  ];
}

function workerFiles(worker: DesiredWorker): readonly RenderedFile[] {
  const { files, dropIn } = worker;
  return [
    envFile(worker),
    ...(dropIn === undefined ? [] : [{ path: files.unit.dropIn, mode: '0644', content: dropIn }]),
    storageList(worker),
    ...worker.storage.map(sectorStore),
  ];
}

/** Masked before it is formatted: the secret itself is never looked at here. */
function envFile({ files, env }: DesiredWorker): RenderedFile {
  const masked = env.map(({ name, value }) => ({ name, value: String(value) }));
  return { path: files.envFile, mode: '0600', content: formatEnvFile(masked).reveal() };
}

function storageList({ files, storage }: DesiredWorker): RenderedFile {
  const paths = storage.map(({ path }) => path);
  return { path: files.storageJson, mode: '0644', content: writeStorageJson(undefined, paths) };
}

function sectorStore({ path, id, settings }: DesiredStorage): RenderedFile {
  const content = newSectorStore(id ?? '(drawn when applied)', settings);
  return { path: sectorStoreFile(path), mode: '0644', content };
}
