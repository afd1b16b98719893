import type { Duplex } from 'node:stream';
import type { Place } from '../diagnostic/diagnostic.js';
import { failure, type Result } from '../diagnostic/result.js';
import type { Secret } from '../secret/secret.js';
import { readAnswer } from './answer.js';
import { post } from './post.js';
import { timedOut, unauthorised, type Asked } from './rpc-error.js';

export interface LotusClientOptions {
  /** Connects to the API's port; called once for each call. */
  readonly dial: () => Promise<Result<Duplex>>;
  readonly token: Secret;
  /** Who is asked, for messages: `worker-1 on host-1`. */
  readonly name: string;
  readonly place?: Place;
  /** How long one call may take, connecting included. Milliseconds; 15 s by default. */
  readonly timeoutMs?: number;
}

/** The JSON-RPC API of one miner or worker. */
export interface LotusClient {
  readonly name: string;
  readonly place: Place | undefined;
  /**
   * Calls `Filecoin.…` and gives its result, null where there is none. Fails with what `dial` fails with, with SF405
   * when the connection breaks, or with SF410–SF413 and SF420.
   */
  call(method: string, params: readonly unknown[]): Promise<Result<unknown>>;
}

const TIMEOUT_MS = 15_000;

/** All that may stand in an HTTP header: node:http throws on anything else. */
const TOKEN = /^[\x21-\x7e]+$/;

export function createLotusClient(options: LotusClientOptions): LotusClient {
  const { name, place, token, timeoutMs = TIMEOUT_MS } = options;
  let lastId = 0;
  return {
    name,
    place,
    async call(method, params) {
      const asked: Asked = { name, method, place };
      if (!TOKEN.test(token.reveal())) return failure(unauthorised(asked, 'the token is malformed'));
      lastId += 1;
      const id = lastId;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      const answer = await withDeadline(options.dial, asked, timeoutMs, (stream) =>
        post(stream, body, token, asked),
      );
      return answer.ok ? readAnswer(answer.value, id, asked, token) : answer;
    },
  };
}

/** Dials and works on the connection; when the time is over it is destroyed, even if it comes later. */
function withDeadline<T>(
  dial: () => Promise<Result<Duplex>>,
  asked: Asked,
  timeoutMs: number,
  work: (stream: Duplex) => Promise<Result<T>>,
): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    let late = false;
    let stream: Duplex | undefined;
    const timer = setTimeout(() => {
      late = true;
      resolve(failure(timedOut(asked, timeoutMs)));
      stream?.destroy();
    }, timeoutMs);
    const dialAndWork = async (): Promise<Result<T>> => {
      const dialled = await dial();
      if (!dialled.ok) return dialled;
      stream = dialled.value;
      return late ? failure(timedOut(asked, timeoutMs)) : work(stream);
    };
    dialAndWork()
      .finally(() => {
        clearTimeout(timer);
        stream?.destroy();
      })
      .then(resolve, reject);
  });
}
