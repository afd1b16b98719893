import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Secret } from '../secret/secret.js';
import { brokenOff, notRpc, type Asked } from './rpc-error.js';

/** 256 MiB; `StorageList` of a large farm has tens. */
const MOST_ANSWER_BYTES = 256 * 2 ** 20;

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** One POST to /rpc/v0 over a connection that is there already and used for nothing else. */
export function post(
  stream: Duplex,
  body: string,
  token: Secret,
  asked: Asked,
  most = MOST_ANSWER_BYTES,
): Promise<Result<HttpAnswer>> {
  return new Promise((resolve) => {
    const fail = (error: Error & { readonly code?: string }): void => {
      const strange = error.code?.startsWith('HPE_') === true;
      resolve(failure(strange ? notRpc(asked, 'no HTTP') : brokenOff(asked, error.message)));
    };
    const outgoing = request({
      createConnection: () => stream,
      method: 'POST',
      path: '/rpc/v0',
      // The connection says where it goes; a name in Host would only be one more that a proxy could reject.
      headers: {
        Host: 'localhost',
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        Authorization: `Bearer ${token.reveal()}`,
      },
    });
    outgoing.on('error', fail);
    outgoing.once('response', (incoming) => {
      readBody(incoming, most, (outcome) => {
        if (outcome instanceof Error) fail(outcome);
        else if (outcome === undefined) resolve(failure(notRpc(asked, `more than ${most / 2 ** 20} MiB`)));
        else resolve(success(outcome));
      });
    });
    outgoing.end(body);
  });
}

/** The whole answer, undefined where there is too much of it, or why it broke off. */
function readBody(
  incoming: IncomingMessage,
  most: number,
  done: (outcome: HttpAnswer | Error | undefined) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    else {
      done(undefined);
      incoming.destroy();
    }
  });
  incoming.on('error', done);
  incoming.once('end', () => {
    done({
      status: incoming.statusCode ?? 0,
      contentType: incoming.headers['content-type'] ?? 'no content type',
      body: Buffer.concat(chunks).toString('utf8'),
    });
  });
}
