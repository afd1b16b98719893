import { failure, success, type Result } from '../diagnostic/result.js';
import type { Farm, SocketAddress } from '../farm/farm.js';
import { routableApi } from '../farm/routable-api.js';
import { redactor } from '../log/redact.js';
import { apiInfoScript, parseApiInfo } from '../observed/api-info.js';
import type { Remote } from '../remote/remote.js';
import type { Secret } from '../secret/secret.js';

/** What a caller of the miner needs. */
export interface MinerAccess {
  readonly token: Secret;
  /** Multiaddr that all workers reach. */
  readonly api: string;
  readonly address: SocketAddress;
}

/** A miner at ease needs a second. */
const PATIENCE_MS = 60_000;

/** Asks the miner for its token and its address, on its own host. Fails with SF307, SF308, or why the host is out of reach. */
export async function askMinerHost(farm: Farm, remote: Remote): Promise<Result<MinerAccess>> {
  const output = await remote.exec(apiInfoScript(farm.miner), { timeoutMs: PATIENCE_MS });
  if (!output.ok) return output;
  const info = parseApiInfo(remote.host, output.value.stdout, redactor([]));
  if (!info.ok) return info;
  const { token } = info.value;
  const routed = routableApi(farm, info.value.api);
  if (routed.ok) return success({ token, api: routed.api, address: routed.address });
  return failure({
    code: 'SF308',
    severity: 'error',
    message: `lotus-miner on ${remote.host} ${routed.problem}`,
    place: { kind: 'host', host: remote.host },
    help: 'Write `listen` and `remoteListen` under `miner`, or `miner.api` with an address that all workers reach.',
  });
}
