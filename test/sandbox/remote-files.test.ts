import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import { LocalStorage } from '../../src/sandbox/worker/local-storage.js';
import type { MinerApi } from '../../src/sandbox/worker/miner-api.js';
import { acquire } from '../../src/sandbox/worker/remote-files.js';

const SECTOR = { Miner: 1000, Number: 7 };

let dir: string;
let source: Server;
const asked: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sandbox-transfer-'));
  asked.length = 0;
  // Its process ends when its copy is to go.
  source = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (request.method === 'DELETE') request.socket.destroy();
    else response.end(JSON.stringify('sealed\n'));
  });
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  source.close();
  rmSync(dir, { recursive: true });
});

it('has the files also where the source cannot be told to remove its copy', async () => {
  const declared: string[] = [];
  const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/remote`;
  const miner = {
    attach: () => Promise.resolve(),
    declare: (id: string, { Number: number }: typeof SECTOR, types: number) => {
      declared.push(`${id} ${number} ${types}`);
      return Promise.resolve();
    },
    find: () => Promise.resolve([{ ID: 'there', BaseURLs: [url], CanSeal: true, CanStore: false }]),
  } as unknown as MinerApi;
  const path = join(dir, 'seal');
  mkdirSync(path);
  writeFileSync(join(path, 'sectorstore.json'), JSON.stringify({ ID: 'here', Weight: 10, CanSeal: true }));
  const storage = new LocalStorage({ repo: dir, url: '', miner, disk: 1e15, size: '32GiB' });
  await storage.add(path);

  const came = await acquire({ storage, miner, token: '' }, SECTOR, FILE_TYPES.sealed, 'sealing');

  expect(came).toBe(true);
  expect(existsSync(join(path, 'sealed', 's-t01000-7'))).toBe(true);
  expect(declared).toEqual([`here 7 ${FILE_TYPES.sealed}`]);
  expect(asked).toEqual(['GET /remote/sealed/s-t01000-7', 'DELETE /remote/sealed/s-t01000-7?keep=here']);
});
