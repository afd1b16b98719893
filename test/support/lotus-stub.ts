import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { success, type Result } from '../../src/diagnostic/result.js';

/** One call as it came in. */
export interface StubCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
  readonly httpMethod: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What a stub does with a call. */
export type StubAnswer = (call: StubCall, response: ServerResponse) => void;

/** An HTTP server that answers JSON-RPC calls as a test wants it. */
export class LotusStub {
  readonly calls: StubCall[] = [];
  connections = 0;
  answer: StubAnswer = (call, response) => {
    reply(response, { jsonrpc: '2.0', id: call.id, result: null });
  };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, response) => {
      void text(incoming).then(
        (body) => {
          const { id, method, params } = JSON.parse(body) as Pick<StubCall, 'id' | 'method' | 'params'>;
          const { headers, url: path = '', method: httpMethod = '' } = incoming;
          const call = { id, method, params, httpMethod, path, headers };
          this.calls.push(call);
          this.answer(call, response);
        },
        () => undefined,
      );
    });
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<LotusStub> {
    const stub = new LotusStub();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A connection to the stub, as a `Remote` would give it. */
  readonly dial = (): Promise<Result<Duplex>> =>
    new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('connect', () => {
        resolve(success(socket));
      });
      socket.once('error', reject);
    });

  openConnections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends a JSON answer. */
export function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
