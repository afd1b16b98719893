import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileType, SectorId } from '../../lotus/file-type.js';
import {
  FILE_TYPE_NAMES,
  FILE_TYPES,
  fileTypesOf,
  parseSectorName,
  sectorName,
} from '../../lotus/file-type.js';
import { httpRequest } from '../wire/json-rpc-client.js';
import type { LocalStorage } from './local-storage.js';
import type { MinerApi } from './miner-api.js';
import type { SectorFile } from './sector-files.js';
import { moveSectorFile, readSectorFile, writeSectorFile } from './sector-files.js';

/** Serves `GET` and `DELETE /remote/TYPE/SECTOR` to the miner and other workers. Lotus: storage/paths/http_handler.go */
export function remoteHandler(
  storage: () => LocalStorage | undefined,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void serve(storage(), request).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };
}

async function serve(
  storage: LocalStorage | undefined,
  request: IncomingMessage,
): Promise<{ status: number; body: string }> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://worker');
  const [, remote, typeName, name] = pathname.split('/');
  const type = FILE_TYPE_NAMES.find((candidate) => candidate === typeName);
  const sector = parseSectorName(name ?? '');
  if (remote !== 'remote' || storage === undefined || type === undefined || sector === undefined) {
    return { status: 404, body: '' };
  }
  if (request.method === 'DELETE') {
    await storage.remove(sector, type, searchParams.getAll('keep'));
    return { status: 200, body: '' };
  }
  const holder = storage.holder(sector, type);
  const content = holder === undefined ? undefined : readSectorFile(holder.root, type, sector);
  return content === undefined ? { status: 404, body: '' } : { status: 200, body: JSON.stringify(content) };
}

export interface TransferContext {
  readonly storage: LocalStorage;
  readonly miner: MinerApi;
  readonly token: string;
}

/** Lotus waits for files as long as it takes. Milliseconds. */
const PATIENCE = 600_000;

/**
 * Gets these files of a sector onto a path of this worker that serves the purpose, removing them where they were.
 * Gives whether anything came from another worker. Lotus: storage/paths/remote.go AcquireSector with AcquireMove
 */
export async function acquire(
  context: TransferContext,
  sector: SectorId,
  types: number,
  purpose: 'sealing' | 'stored',
): Promise<boolean> {
  let transferred = false;
  for (const type of fileTypesOf(types)) {
    const here = context.storage.holder(sector, type);
    if (here === undefined) {
      await transfer(context, sector, type, purpose);
      transferred = true;
    } else if (purpose === 'stored' && !here.info.CanStore) {
      const target = context.storage.allocate(type, purpose);
      moveSectorFile(here.root, target.root, type, sector);
      await context.storage.declare(target, sector, type);
      await context.miner.drop(here.info.ID, sector, FILE_TYPES[type]);
    }
  }
  return transferred;
}

async function transfer(
  context: TransferContext,
  sector: SectorId,
  type: FileType,
  purpose: 'sealing' | 'stored',
): Promise<void> {
  const target = context.storage.allocate(type, purpose);
  const sources = (await context.miner.find(sector, FILE_TYPES[type])).flatMap((path) => path.BaseURLs);
  for (const source of sources) {
    const url = `${source}/${type}/${sectorName(sector)}`;
    const answer = await httpRequest(url, context.token, { timeoutMs: PATIENCE }).catch(() => undefined);
    if (answer?.status !== 200) continue;
    writeSectorFile(target.root, type, sector, JSON.parse(answer.body) as SectorFile);
    await context.storage.declare(target, sector, type);
    // The source may serve the target as well, where that is on a shared file system.
    const unwanted = `${url}?keep=${target.info.ID}`;
    // Lotus only warns where this fails: the copy stays.
    await httpRequest(unwanted, context.token, { method: 'DELETE', timeoutMs: PATIENCE }).catch(
      () => undefined,
    );
    return;
  }
  throw new Error(`failed to acquire sector ${sectorName(sector)} ${type} from remote`);
}

/** Removes these files of a sector from every worker that holds them. */
export async function removeEverywhere(
  miner: MinerApi,
  token: string,
  sector: SectorId,
  types: number,
): Promise<void> {
  for (const type of fileTypesOf(types)) {
    for (const path of await miner.find(sector, FILE_TYPES[type])) {
      for (const url of path.BaseURLs) {
        const unwanted = `${url}/${type}/${sectorName(sector)}`;
        await httpRequest(unwanted, token, { method: 'DELETE', timeoutMs: PATIENCE }).catch(() => undefined);
      }
    }
  }
}
