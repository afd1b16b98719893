import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** One RPC method; what it throws is the error the caller is told. */
export type RpcMethod = (params: readonly unknown[]) => unknown;

/** By full name, as `Filecoin.Version`. */
export type RpcMethods = Readonly<Record<string, RpcMethod>>;

export interface RpcServerOptions {
  readonly methods: RpcMethods;
  /** Without it in the Authorization header every request is answered with 401. */
  readonly token: string;
  /** Whether that holds still; it does where nothing is said. */
  readonly isValid?: () => boolean;
  /** Handles what is not below `/rpc/`, the token checked already. */
  readonly other?: RequestListener;
}

interface RpcRequest {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
}

/** An HTTP server that answers as Lotus does: POST /rpc/v0, errors in the body with status 200. */
export function createRpcServer(options: RpcServerOptions): Server {
  return createServer((request, response) => {
    const isValid = options.isValid?.() ?? true;
    if (!isValid || request.headers.authorization !== `Bearer ${options.token}`) {
      response.writeHead(401).end('401 Unauthorized\n');
    } else if (request.url?.startsWith('/rpc/') === true) {
      void answer(options.methods, request, response);
    } else if (options.other !== undefined) {
      options.other(request, response);
    } else {
      response.writeHead(404).end('404 page not found\n');
    }
  });
}

async function answer(
  methods: RpcMethods,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const { id = null, ...outcome } = await call(methods, body);
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
}

interface Outcome {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

async function call(methods: RpcMethods, body: string): Promise<Outcome> {
  let request: RpcRequest;
  try {
    request = JSON.parse(body) as RpcRequest;
  } catch {
    return { error: { code: -32700, message: 'unmarshaling request' } };
  }
  const id = request.id;
  const method = methods[request.method ?? ''];
  if (method === undefined) {
    return { id, error: { code: -32601, message: `method '${request.method ?? ''}' not found` } };
  }
  try {
    return { id, result: (await method(request.params ?? [])) ?? null };
  } catch (error) {
    return { id, error: { code: 1, message: error instanceof Error ? error.message : String(error) } };
  }
}

/** The whole body as text; a request that breaks off reads as what came. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The peer is gone, so nobody waits for the answer.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Listens on one address only; fails with the system's error, as when the port is taken. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
