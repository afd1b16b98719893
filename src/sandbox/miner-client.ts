import { readFileSync } from 'node:fs';
import { layout, minerUrl, readState } from './layout.js';
import type { RpcClient } from './wire/json-rpc-client.js';
import { createRpcClient } from './wire/json-rpc-client.js';

/** A client of the sandbox's miner, or undefined where there is no sandbox. */
export function minerClient(dir: string): RpcClient | undefined {
  const state = readState(dir);
  if (state === undefined) return undefined;
  return createRpcClient(minerUrl(state), readFileSync(layout(dir).minerToken, 'utf8').trim());
}
