import { failure, success, type Result } from '../diagnostic/result.js';
import type { Secret } from '../secret/secret.js';
import { isNumber, isRecord, isString, shape } from './check.js';
import type { HttpAnswer } from './post.js';
import { lotusError, notRpc, unauthorised, unknownMethod, type Asked } from './rpc-error.js';

const isRpcError = shape<{ readonly code: number; readonly message: string }>({
  code: isNumber,
  message: isString,
});

/** JSON-RPC 2.0, section 5.1 */
const METHOD_NOT_FOUND = -32_601;

/** Reads what the API has answered to the call with this id. Numbers above 2^53 lose their last digits. */
export function readAnswer(http: HttpAnswer, id: number, asked: Asked, token: Secret): Result<unknown> {
  if (http.status === 401 || http.status === 403) {
    return failure(unauthorised(asked, 'the token is not accepted'));
  }
  const answer = parseJson(http.body);
  if (!isRecord(answer)) {
    return failure(notRpc(asked, `HTTP status ${http.status}, ${http.contentType}`));
  }
  const { error } = answer;
  // A request that could not be read is answered without its id.
  if (answer['id'] !== id && !(answer['id'] === null && isRpcError(error))) {
    return failure(notRpc(asked, 'an answer to another call'));
  }
  if (error === undefined || error === null) return success(answer['result'] ?? null);
  if (!isRpcError(error)) return failure(notRpc(asked, 'an error without code and message'));
  // go-jsonrpc: auth/auth.go
  if (error.message.startsWith('missing permission')) return failure(unauthorised(asked, error.message));
  if (error.code === METHOD_NOT_FOUND) return failure(unknownMethod(asked));
  return failure(lotusError(asked, error.code, withoutToken(error.message, token)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lotus has no reason to repeat the token; should it, it is not shown. */
function withoutToken(message: string, token: Secret): string {
  return message.replaceAll(token.reveal(), token.toString());
}
