import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { readBody } from './json-rpc-server.js';

/** Lotus answered, and the answer is an error. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
}

export interface RpcClient {
  /** Full method name; rejects with RpcError for Lotus's own errors, with other errors when it is not reached. */
  call(method: string, params?: readonly unknown[], timeoutMs?: number): Promise<unknown>;
}

/** @param url as `http://127.0.0.10:2345/rpc/v0` */
export function createRpcClient(url: string, token: string): RpcClient {
  return {
    async call(method, params = [], timeoutMs = 5_000) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await httpRequest(url, token, { method: 'POST', body, timeoutMs });
      if (response.status !== 200) throw new Error(`${method}: http status ${response.status}`);
      const answer = JSON.parse(response.body) as { result?: unknown; error?: { message: string } };
      if (answer.error !== undefined) throw new RpcError(answer.error.message);
      return answer.result;
    },
  };
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

/** One request on a connection of its own: a worker may be another process by the next one. */
export function httpRequest(
  url: string,
  token: string,
  options: { readonly method?: string; readonly body?: string; readonly timeoutMs?: number } = {},
): Promise<HttpResponse> {
  const { method = 'GET', body, timeoutMs = 5_000 } = options;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      receive(response).then(resolve, reject);
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`${url}: timeout`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function receive(response: IncomingMessage): Promise<HttpResponse> {
  const body = await readBody(response);
  if (!response.complete) throw new Error('connection broken');
  return { status: response.statusCode ?? 0, body };
}
