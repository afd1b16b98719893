import type { Result } from '../diagnostic/result.js';
import type { FoundHost } from '../observed/found.js';
import { foundScript } from '../observed/found-script.js';
import { parseFound } from '../observed/parse-found.js';
import type { Connections } from './connections.js';

/** One exec on a host of which nothing is declared. Fails with SF501, or with what kept it from being reached. */
export async function observeFound(host: string, connections: Connections): Promise<Result<FoundHost>> {
  const output = await connections.remote(host).exec(foundScript());
  return output.ok ? parseFound(host, output.value.stdout) : output;
}
